-- One row per self-service machine at a listed place, and touched day.

with dim_district as (

    select district_key, valid_from from {{ ref('dim_district') }}

),

fct_machine_day as (

    select machine_id, _business_date, district_code, district_key, known_s, available_s, warning_unknown_site
    from {{ ref('fct_machine_day') }}

),

final as (

    -- Does not multiply: district_key is a key.
    select
        fct_machine_day.machine_id,
        fct_machine_day._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_key is not null then fct_machine_day.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        fct_machine_day.known_s,
        fct_machine_day.available_s
    from fct_machine_day
    left join dim_district on dim_district.district_key = fct_machine_day.district_key
    -- Machines at places that the list does not know yet count once it does.
    where not fct_machine_day.warning_unknown_site

)

select * from final
