-- One row per listed lot that somebody runs, day of a touched month and area it counts for: its district, and the city.

with int_parking_market_lots as (

    select
        lot_id, _business_date, operator_code, group_code, district_key, district_code, district_vintage, city_code,
        space_count, price_cny
    from {{ ref('int_parking_market_lots') }}

),

final as (

    -- Repeats a row on purpose: what is not a sum is another in a district than in the city.
    select
        lot_id,
        _business_date,
        district_key as area_key,
        district_code,
        district_vintage,
        null::varchar as city_code,
        operator_code,
        group_code,
        space_count,
        price_cny
    from int_parking_market_lots
    where district_key is not null
    union all
    select
        lot_id,
        _business_date,
        city_code as area_key,
        null::varchar as district_code,
        null::varchar as district_vintage,
        city_code,
        operator_code,
        group_code,
        space_count,
        price_cny
    from int_parking_market_lots

)

select * from final
