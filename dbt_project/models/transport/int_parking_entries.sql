-- One row per car seen driving in on a touched day, with the district of its lot.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_parking_lot as (

    select lot_id, district_code from {{ ref('dim_parking_lot') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

parking_session as (

    select session_id, lot_id, _business_date, entered_at, entry_wait_s, entry_mode
    from {{ source('transport', 'parking_session') }}

),

final as (

    -- No join multiplies: days are listed once, lots are a key, periods of a district code do not overlap.
    select
        parking_session.session_id,
        parking_session._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_code is not null then dim_parking_lot.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        parking_session.entry_wait_s::decimal(12, 3) as entry_wait_s,
        parking_session.entry_mode
    from parking_session
    inner join touched_period
        on touched_period.first_date = parking_session._business_date and touched_period.period_type = 'day'
    -- Cars in a lot the list does not know yet count once it is known.
    inner join dim_parking_lot on dim_parking_lot.lot_id = parking_session.lot_id
    left join dim_district
        on
            dim_district.district_code = dim_parking_lot.district_code
            and {{ in_force('dim_district', 'parking_session._business_date') }}
    where parking_session.entered_at is not null and parking_session.entry_wait_s is not null

)

select * from final
