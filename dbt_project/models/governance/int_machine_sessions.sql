-- One row per session that began on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

machine_session as (

    select session_no, _business_date, district_code, duration_s, is_abandoned
    from {{ source('governance', 'machine_session') }}

),

final as (

    -- No join multiplies: days are listed once, periods of a district code do not overlap.
    select
        machine_session.session_no,
        machine_session._business_date,
        -- Sessions at machines or places that the lists do not know yet count once they do.
        case when machine_session.district_code is not null then '{{ var("own_area").city }}' end as city_code,
        case when dim_district.district_code is not null then machine_session.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        machine_session.duration_s,
        machine_session.is_abandoned,
        machine_session.district_code is null as warning_unknown_machine
    from machine_session
    inner join touched_period
        on touched_period.first_date = machine_session._business_date and touched_period.period_type = 'day'
    left join dim_district
        on
            dim_district.district_code = machine_session.district_code
            and {{ in_force('dim_district', 'machine_session._business_date') }}

)

select * from final
