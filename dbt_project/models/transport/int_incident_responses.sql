-- One row per incident that somebody came to, of touched days.

with int_incidents as (

    select incident_id, _business_date, city_code, district_code, district_vintage, level, response_s
    from {{ ref('int_incidents') }}

),

final as (

    select incident_id, _business_date, city_code, district_code, district_vintage, level, response_s
    from int_incidents
    where response_s is not null

)

select * from final
