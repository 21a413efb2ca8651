-- One row per journey by metro of a touched day, and per party that left and belongs to none.

with int_transit_trips as (

    select trip_id, _business_date, city_code, tap_count, unpaired_tap_count, mode from {{ ref('int_transit_trips') }}

),

final as (

    select trip_id, _business_date, city_code, tap_count, unpaired_tap_count
    from int_transit_trips
    where mode = 'metro'

)

select * from final
