-- One row per touched day: how many of the lots that were open somebody runs by the list of operators.

with fct_parking_lot_day as (

    select lot_id, _business_date from {{ ref('fct_parking_lot_day') }}

),

fct_parking_market_day as (

    select lot_id, _business_date from {{ ref('fct_parking_market_day') }}

),

daily as (

    -- Both sides hold one row per lot and day.
    select
        fct_parking_lot_day._business_date,
        count(*) as open_count,
        count(fct_parking_market_day.lot_id) as run_count
    from fct_parking_lot_day
    left join fct_parking_market_day
        on
            fct_parking_market_day.lot_id = fct_parking_lot_day.lot_id
            and fct_parking_market_day._business_date = fct_parking_lot_day._business_date
    group by fct_parking_lot_day._business_date

),

final as (

    select _business_date, open_count, run_count, round(100.0 * run_count / open_count, 2) as run_pct
    from daily

)

select * from final
