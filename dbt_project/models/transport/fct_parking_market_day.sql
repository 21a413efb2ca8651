-- One row per listed lot that somebody runs, and touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

int_parking_market_lots as (

    select
        lot_id, _business_date, record_no, operator_code, operator_name, group_code, listed_district_code, district_key,
        space_count, listed_space_count, price_cny, started_on
    from {{ ref('int_parking_market_lots') }}

),

final as (

    -- Days are listed once, so this only keeps rows.
    select
        int_parking_market_lots.lot_id,
        int_parking_market_lots._business_date,
        int_parking_market_lots.record_no,
        int_parking_market_lots.operator_code,
        int_parking_market_lots.operator_name,
        int_parking_market_lots.group_code,
        int_parking_market_lots.listed_district_code as district_code,
        int_parking_market_lots.district_key,
        int_parking_market_lots.space_count::integer as space_count,
        int_parking_market_lots.listed_space_count::integer as listed_space_count,
        int_parking_market_lots.price_cny,
        int_parking_market_lots.started_on
    from int_parking_market_lots
    inner join touched_period
        on
            touched_period.first_date = int_parking_market_lots._business_date
            and touched_period.period_type = 'day'

)

select * from final
