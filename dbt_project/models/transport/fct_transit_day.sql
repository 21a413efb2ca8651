-- One row per mode, way of paying and touched day on which anybody travelled.

with int_transit_trips as (

    select
        _business_date, mode, pay_type, boarded_as, paired_as, boarding_count, tap_count, unpaired_tap_count, metro_transfer_s
    from {{ ref('int_transit_trips') }}

),

final as (

    select
        mode,
        pay_type,
        _business_date,
        count(*)::integer as trip_count,
        sum(boarding_count)::integer as boarding_count,
        sum(tap_count)::integer as tap_count,
        sum(unpaired_tap_count)::integer as unpaired_tap_count,
        (count(*) filter (where paired_as in ('pair', 'next_boarding')))::integer as both_ends_count,
        (count(*) filter (where boarded_as in ('neighbour', 'timetable')))::integer as inferred_board_count,
        count(metro_transfer_s)::integer as metro_transfer_count
    from int_transit_trips
    group by mode, pay_type, _business_date

)

select * from final
