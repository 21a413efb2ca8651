-- One row per district with registered vehicles, and touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

vehicle_day as (

    select district_code, _business_date, vehicle_count from {{ source('transport', 'vehicle_day') }}

),

final as (

    -- No join multiplies: days are listed once, the periods of a district code do not overlap (tested on dim_district).
    select
        vehicle_day.district_code,
        vehicle_day._business_date,
        dim_district.district_key,
        vehicle_day.vehicle_count::integer as vehicle_count
    from vehicle_day
    inner join touched_period
        on touched_period.first_date = vehicle_day._business_date and touched_period.period_type = 'day'
    left join dim_district
        on
            dim_district.district_code = vehicle_day.district_code
            and {{ in_force('dim_district', 'vehicle_day._business_date') }}

)

select * from final
