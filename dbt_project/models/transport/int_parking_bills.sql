-- One row per bill of a touched day: what was owed on leaving, what of it was paid within 30 days, when first.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_parking_lot as (

    select lot_id, district_code from {{ ref('dim_parking_lot') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

parking_account as (

    select bill_id, booking_type, lot_id, left_at, booked_at, amount_cny::decimal(12, 2) as amount_cny, _business_date
    from {{ source('transport', 'parking_account') }}

),

touched as (

    -- Days are listed once, so this only keeps rows.
    select parking_account.*
    from parking_account
    inner join touched_period
        on touched_period.first_date = parking_account._business_date and touched_period.period_type = 'day'

),

bills as (

    select
        bill_id,
        lot_id,
        _business_date,
        greatest(sum(amount_cny) filter (where booked_at <= left_at), 0) as arrears_cny,
        greatest(coalesce(-sum(amount_cny) filter (where booked_at > left_at), 0), 0) as paid_later_cny,
        min(booked_at) filter (where booking_type = 'payment') > max(left_at) as is_paid_after_leaving
    from touched
    group by bill_id, lot_id, _business_date

),

final as (

    -- No join multiplies: lots are a key, periods of a district code do not overlap.
    select
        bills.bill_id,
        bills._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_code is not null then dim_parking_lot.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        bills.arrears_cny,
        least(bills.paid_later_cny, bills.arrears_cny) as recovered_cny,
        bills.is_paid_after_leaving
    from bills
    inner join dim_parking_lot on dim_parking_lot.lot_id = bills.lot_id
    left join dim_district
        on
            dim_district.district_code = dim_parking_lot.district_code
            and {{ in_force('dim_district', 'bills._business_date') }}

)

select * from final
