-- One row per order of the cloud pharmacy placed on a touched day of which it is known whether it was kept cold.

with int_pharmacy_orders as (

    select order_id, _business_date, city_code, district_code, district_vintage, is_cold_kept
    from {{ ref('int_pharmacy_orders') }}

),

final as (

    select * from int_pharmacy_orders
    where is_cold_kept is not null

)

select * from final
