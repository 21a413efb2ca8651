-- One row per district of the hospital and touched day of the session.

with int_appointment_visits as (

    select _business_date, district_code, state, is_overbooked
    from {{ ref('int_appointment_visits') }}

),

final as (

    select
        coalesce(district_code, 'unknown') as district_code,
        _business_date,
        (count(*) filter (where state = 'attended'))::integer as attended_count,
        (count(*) filter (where state = 'no_show'))::integer as no_show_count,
        (count(*) filter (where state = 'cancelled'))::integer as cancelled_count,
        (count(*) filter (where state = 'closed'))::integer as closed_count,
        (count(*) filter (where is_overbooked))::integer as overbooked_count,
        (count(*) filter (where state = 'walk_in'))::integer as walk_in_count
    from int_appointment_visits
    group by coalesce(district_code, 'unknown'), _business_date

)

select * from final
