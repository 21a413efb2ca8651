-- One row per application of a person of known age decided on a touched day.

with int_service_journeys as (

    select application_no, _business_date, city_code, age_band, channel
    from {{ ref('int_service_journeys') }}

),

final as (

    select
        application_no,
        _business_date,
        city_code,
        age_band,
        channel = 'one_window' as is_assisted
    from int_service_journeys
    where age_band is not null

)

select * from final
