-- One row per record of an incident, of touched days.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to
    from {{ ref('dim_district') }}

),

incident_response as (

    select
        incident_id, _business_date, kind, level, segment_id, district_code, centre_id, reported_at, dispatched_at, arrived_at,
        cleared_at, response_s, escalated_from, escalated_from_level, escalation_s, delay_vehicle_ms, touched_interval_count,
        segment_count, warning_unknown_segment
    from {{ source('transport', 'incident_response') }}

),

touched as (

    -- Days are listed once, so this only keeps rows.
    select incident_response.*
    from incident_response
    inner join touched_period
        on touched_period.first_date = incident_response._business_date and touched_period.period_type = 'day'

),

final as (

    -- Does not multiply: the periods of a district code do not overlap (tested on dim_district).
    select
        touched.incident_id,
        touched._business_date,
        touched.kind,
        touched.level,
        touched.segment_id,
        touched.district_code,
        dim_district.district_key,
        touched.centre_id,
        touched.reported_at::timestamptz as reported_at,
        touched.dispatched_at::timestamptz as dispatched_at,
        touched.arrived_at::timestamptz as arrived_at,
        touched.cleared_at::timestamptz as cleared_at,
        touched.response_s::decimal(12, 3) as response_s,
        touched.escalated_from,
        touched.escalation_s::decimal(12, 3) as escalation_s,
        -- I is graver than II, and II than III: fewer strokes. Null where the level before is not known.
        length(touched.level) < length(touched.escalated_from_level) as is_graver_than_before,
        touched.delay_vehicle_ms,
        touched.touched_interval_count::integer as touched_interval_count,
        touched.segment_count::integer as segment_count,
        touched.warning_unknown_segment
    from touched
    left join dim_district
        on
            dim_district.district_code = touched.district_code
            and {{ in_force('dim_district', 'touched._business_date') }}

)

select * from final
