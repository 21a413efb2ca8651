-- One row per day and level for the lake's own country, province and city.

with case_day as (

    select area_type, area_code, _business_date, confirmed_new
    from {{ source('health', 'case_day') }}

),

final as (

    select
        _business_date,
        area_type,
        area_code,
        case when area_type = 'country' then area_code end as country_code,
        case when area_type = 'province' then area_code end as province_code,
        case when area_type = 'city' then area_code end as city_code,
        confirmed_new
    from case_day
    where
        (area_type = 'country' and area_code = '{{ var("own_area").country }}')
        or (area_type = 'province' and area_code = '{{ var("own_area").province }}')
        or (area_type = 'city' and area_code = '{{ var("own_area").city }}')

)

select * from final
