-- One row per area with registered vehicles, and touched day on which any case was closed: the cases of vehicles there.

with int_enforcement_cases as (

    select _business_date, city_code, district_code, agency from {{ ref('int_enforcement_cases') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

int_vehicle_places as (

    select _business_date, area_key, vehicle_count from {{ ref('int_vehicle_places') }}

),

of_vehicles as (

    select _business_date, city_code, district_code
    from int_enforcement_cases
    where agency in ('highway', 'road')

),

case_days as (

    select _business_date, city_code
    from int_enforcement_cases
    group by _business_date, city_code

),

cases_of_areas as (

    -- A case lies in one district at most, and in the city.
    select _business_date, district_code as area_code, count(*) as case_count
    from of_vehicles
    where district_code is not null
    group by _business_date, district_code
    union all
    select _business_date, city_code as area_code, count(*) as case_count
    from of_vehicles
    group by _business_date, city_code

),

final as (

    -- No join multiplies: days and areas are keys of every side. The city has a key that no district has.
    select
        case_days._business_date,
        int_vehicle_places.area_key,
        dim_district.district_code,
        dim_district.valid_from::varchar as district_vintage,
        case when dim_district.district_key is null then case_days.city_code end as city_code,
        coalesce(cases_of_areas.case_count, 0) as case_count,
        int_vehicle_places.vehicle_count
    from case_days
    inner join int_vehicle_places on int_vehicle_places._business_date = case_days._business_date
    left join dim_district on dim_district.district_key = int_vehicle_places.area_key
    left join cases_of_areas
        on
            cases_of_areas._business_date = case_days._business_date
            and cases_of_areas.area_code = coalesce(dim_district.district_code, case_days.city_code)

)

select * from final
