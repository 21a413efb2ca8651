-- One row per area at one of three levels and touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to
    from {{ ref('dim_district') }}

),

case_day as (

    select
        area_type, area_key, area_code, area_name, parent_code, _business_date, previous_date,
        confirmed_total, suspected_total, cured_total, dead_total, confirmed_new, cured_new, dead_new,
        is_corrected, warning_missing_code
    from {{ source('health', 'case_day') }}

),

touched as (

    -- Days are listed once, so this only keeps rows.
    select case_day.*
    from case_day
    inner join touched_period
        on touched_period.first_date = case_day._business_date and touched_period.period_type = 'day'

),

final as (

    -- Does not multiply: the periods of a district code do not overlap (tested on dim_district).
    select
        touched.area_type,
        touched.area_key,
        touched._business_date,
        touched.area_code,
        touched.area_name,
        touched.parent_code,
        dim_district.district_key,
        touched.confirmed_total,
        touched.suspected_total,
        touched.cured_total,
        touched.dead_total,
        touched.confirmed_new,
        touched.cured_new,
        touched.dead_new,
        touched.previous_date::date as previous_date,
        touched.is_corrected,
        touched.warning_missing_code
    from touched
    left join dim_district
        on
            dim_district.district_code = touched.area_code
            and {{ in_force('dim_district', 'touched._business_date') }}

)

select * from final
