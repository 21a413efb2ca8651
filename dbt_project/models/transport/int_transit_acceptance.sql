-- One row per route or station of the list, and touched day on which anybody travelled: whether one can pay by phone there.

with int_transit_trips as (

    select _business_date, city_code from {{ ref('int_transit_trips') }}

),

payment_acceptance as (

    select mode, place_id, accepted_from from {{ source('transport', 'payment_acceptance') }}

),

travelled as (

    select _business_date, city_code
    from int_transit_trips
    group by _business_date, city_code

),

final as (

    -- Multiplies on purpose: every place on every day.
    select
        travelled._business_date,
        travelled.city_code,
        case payment_acceptance.mode when '公交' then 'bus' else 'metro' end as mode,
        payment_acceptance.place_id,
        coalesce(payment_acceptance.accepted_from <= travelled._business_date, false) as is_accepted
    from travelled
    cross join payment_acceptance

)

select * from final
