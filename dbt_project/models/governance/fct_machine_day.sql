-- One row per self-service machine that stood somewhere, and touched day on which any reported.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to
    from {{ ref('dim_district') }}

),

machine_day as (

    select
        machine_id, _business_date, site_id, district_code, report_count, known_s, available_s, no_paper_s, fault_s,
        closed_s, max_temperature_celsius
    from {{ source('governance', 'machine_day') }}

),

touched as (

    -- Days are listed once, so this only keeps rows.
    select machine_day.*
    from machine_day
    inner join touched_period
        on touched_period.first_date = machine_day._business_date and touched_period.period_type = 'day'

),

final as (

    -- Does not multiply: the periods of a district code do not overlap (tested on dim_district).
    select
        touched.machine_id,
        touched._business_date,
        touched.site_id,
        touched.district_code,
        dim_district.district_key,
        touched.report_count::integer as report_count,
        touched.known_s::integer as known_s,
        touched.available_s::integer as available_s,
        touched.no_paper_s::integer as no_paper_s,
        touched.fault_s::integer as fault_s,
        touched.closed_s::integer as closed_s,
        touched.max_temperature_celsius::decimal(5, 1) as max_temperature_celsius,
        touched.district_code is null as warning_unknown_site
    from touched
    left join dim_district
        on
            dim_district.district_code = touched.district_code
            and {{ in_force('dim_district', 'touched._business_date') }}

)

select * from final
