-- One row per application decided on a touched day and each of the six handlings.

with int_service_journeys as (

    select application_no, _business_date, city_code, channel
    from {{ ref('int_service_journeys') }}

),

handling as (

    select unnest({{ var('service_handlings') }}) as handling

),

final as (

    -- Repeats an application on purpose: a handling that nobody used has a share of all of them, 0.
    select
        int_service_journeys.application_no,
        int_service_journeys._business_date,
        int_service_journeys.city_code,
        handling.handling,
        int_service_journeys.channel = handling.handling as is_submitted_so
    from int_service_journeys
    cross join handling

)

select * from final
