-- One row per district and touched day on which anybody there ordered from the cloud pharmacy.

with int_pharmacy_orders as (

    select _business_date, district_code, state, is_on_time
    from {{ ref('int_pharmacy_orders') }}

),

final as (

    select
        coalesce(district_code, 'unknown') as district_code,
        _business_date,
        count(*)::integer as order_count,
        (count(*) filter (where state = 'delivered'))::integer as delivered_count,
        (count(*) filter (where is_on_time))::integer as on_time_count
    from int_pharmacy_orders
    group by coalesce(district_code, 'unknown'), _business_date

)

select * from final
