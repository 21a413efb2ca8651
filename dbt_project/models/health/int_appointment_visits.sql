-- One row per appointment for a session of a touched day, and per arrival of it that belongs to none.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

hospital as (

    select hospital_id, district_code from {{ source('health', 'hospital') }}

),

appointment_visit as (

    select
        visit_id, _business_date, state, age_band, way, channel, hospital_id, slot_end, chain_booked_at, chain_position,
        is_overbooked, arrived_at, seen_at, wait_arrival_s
    from {{ source('health', 'appointment_visit') }}

),

final as (

    -- No join multiplies: days and hospitals are listed once, periods of a district code do not overlap.
    select
        appointment_visit.visit_id,
        appointment_visit._business_date,
        '{{ var("own_area").city }}' as city_code,
        dim_district.district_code,
        dim_district.valid_from::varchar as district_vintage,
        appointment_visit.state,
        appointment_visit.age_band,
        appointment_visit.way,
        appointment_visit.channel,
        date_diff(
            'day', timezone('Asia/Shanghai', appointment_visit.chain_booked_at::timestamptz)::date, appointment_visit._business_date
        ) as wait_booking_days,
        appointment_visit.chain_position = 1 as is_first_try,
        appointment_visit.is_overbooked,
        appointment_visit.arrived_at <= appointment_visit.slot_end as is_arrived_in_slot,
        coalesce(appointment_visit.seen_at <= appointment_visit.slot_end, false) as is_seen_in_slot,
        appointment_visit.seen_at is not null as is_seen,
        appointment_visit.wait_arrival_s,
        hospital.hospital_id is null as warning_unknown_hospital
    from appointment_visit
    inner join touched_period
        on touched_period.first_date = appointment_visit._business_date and touched_period.period_type = 'day'
    left join hospital on hospital.hospital_id = appointment_visit.hospital_id
    left join dim_district
        on
            dim_district.district_code = hospital.district_code
            and {{ in_force('dim_district', 'appointment_visit._business_date') }}

)

select * from final
