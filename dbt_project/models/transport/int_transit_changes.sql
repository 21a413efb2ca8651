-- One row per journey of a touched day that began within half an hour of leaving the metro.

with int_transit_trips as (

    select trip_id, _business_date, city_code, metro_transfer_s from {{ ref('int_transit_trips') }}

),

final as (

    select trip_id, _business_date, city_code, metro_transfer_s
    from int_transit_trips
    where metro_transfer_s is not null

)

select * from final
