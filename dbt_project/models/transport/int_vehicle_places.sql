-- One row per area with registered vehicles, and day: districts in force on it, and the city.

with dim_district as (

    select district_key, district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

vehicle_day as (

    select district_code, _business_date, vehicle_count from {{ source('transport', 'vehicle_day') }}

),

of_district as (

    -- Does not multiply: the periods of a district code do not overlap (tested on dim_district).
    select vehicle_day._business_date, dim_district.district_key as area_key, vehicle_day.vehicle_count
    from vehicle_day
    inner join dim_district
        on
            dim_district.district_code = vehicle_day.district_code
            and {{ in_force('dim_district', 'vehicle_day._business_date') }}

),

of_city as (

    -- Vehicles of a district that is not known are the city's too.
    select _business_date, '{{ var("own_area").city }}' as area_key, sum(vehicle_count) as vehicle_count
    from vehicle_day
    group by _business_date

),

final as (

    select _business_date, area_key, vehicle_count from of_district
    union all
    select _business_date, area_key, vehicle_count from of_city

)

select * from final
