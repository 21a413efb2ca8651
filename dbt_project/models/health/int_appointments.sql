-- One row per appointment for a session of a touched day.

with int_appointment_visits as (

    select
        visit_id, _business_date, city_code, district_code, district_vintage, state, age_band, way, channel, wait_booking_days,
        is_first_try, is_arrived_in_slot, is_seen_in_slot, wait_arrival_s
    from {{ ref('int_appointment_visits') }}

),

final as (

    select
        visit_id,
        _business_date,
        city_code,
        district_code,
        district_vintage,
        state,
        age_band,
        way,
        channel,
        case when state = 'attended' then wait_booking_days end as wait_booking_days,
        wait_arrival_s,
        state = 'attended' as is_attended,
        state in ('attended', 'no_show') as is_due,
        state = 'attended' and is_first_try as is_attended_first_try,
        state = 'attended' and is_arrived_in_slot as is_arrived_in_slot,
        state = 'attended' and is_arrived_in_slot and is_seen_in_slot as is_slot_kept
    from int_appointment_visits
    where state <> 'walk_in'

)

select * from final
