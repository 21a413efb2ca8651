-- One row per road segment of the list, and touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to
    from {{ ref('dim_district') }}

),

road_segment_day as (

    select
        segment_id, _business_date, district_code, length_m, is_major, is_monitored, interval_count, vehicle_count,
        travel_vehicle_ms, free_vehicle_ms, equal_speed_count
    from {{ source('transport', 'road_segment_day') }}

),

touched as (

    -- Days are listed once, so this only keeps rows.
    select road_segment_day.*
    from road_segment_day
    inner join touched_period
        on touched_period.first_date = road_segment_day._business_date and touched_period.period_type = 'day'

),

final as (

    -- Does not multiply: the periods of a district code do not overlap (tested on dim_district).
    select
        touched.segment_id,
        touched._business_date,
        touched.district_code,
        dim_district.district_key,
        touched.length_m::integer as length_m,
        touched.is_major,
        touched.is_monitored,
        touched.interval_count::integer as interval_count,
        touched.vehicle_count::integer as vehicle_count,
        touched.travel_vehicle_ms,
        touched.free_vehicle_ms,
        touched.equal_speed_count::integer as equal_speed_count
    from touched
    left join dim_district
        on
            dim_district.district_code = touched.district_code
            and {{ in_force('dim_district', 'touched._business_date') }}

)

select * from final
