-- One row per record of an incident on a listed segment, of touched days.

with dim_district as (

    select district_key, valid_from from {{ ref('dim_district') }}

),

fct_incident as (

    select
        incident_id, _business_date, district_code, district_key, level, response_s, escalation_s, delay_vehicle_ms,
        warning_unknown_segment
    from {{ ref('fct_incident') }}

),

final as (

    -- Does not multiply: district_key is a key.
    select
        fct_incident.incident_id,
        fct_incident._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_key is not null then fct_incident.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        fct_incident.level,
        fct_incident.response_s,
        fct_incident.escalation_s,
        fct_incident.delay_vehicle_ms
    from fct_incident
    left join dim_district on dim_district.district_key = fct_incident.district_key
    -- Incidents on segments that the list does not know yet count once it does.
    where not fct_incident.warning_unknown_segment

)

select * from final
