-- One row per district, age band and touched day on which anybody there ordered from the cloud pharmacy.

with int_pharmacy_orders as (

    select _business_date, district_code, age_band, state, is_on_time, is_cold_kept
    from {{ ref('int_pharmacy_orders') }}

),

final as (

    select
        coalesce(district_code, 'unknown') as district_code,
        coalesce(age_band, 'unknown') as age_band,
        _business_date,
        count(*)::integer as order_count,
        (count(*) filter (where state = 'delivered'))::integer as delivered_count,
        (count(*) filter (where state = 'returned'))::integer as returned_count,
        (count(*) filter (where state = 'open'))::integer as open_count,
        (count(*) filter (where is_on_time))::integer as on_time_count,
        (count(*) filter (where is_cold_kept))::integer as cold_kept_count,
        (count(*) filter (where not is_cold_kept))::integer as cold_not_kept_count
    from int_pharmacy_orders
    group by coalesce(district_code, 'unknown'), coalesce(age_band, 'unknown'), _business_date

)

select * from final
