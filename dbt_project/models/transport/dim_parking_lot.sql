-- One row per parking lot.

with parking_lot as (

    select lot_id, lot_name, district_code, is_scenic, space_count, price_cny, opened_on, adopted_on
    from {{ source('transport', 'parking_lot') }}

),

final as (

    select
        lot_id,
        lot_name,
        district_code,
        is_scenic,
        space_count::integer as space_count,
        price_cny::decimal(10, 2) as price_cny,
        opened_on::date as opened_on,
        adopted_on::date as adopted_on
    from parking_lot

)

select * from final
