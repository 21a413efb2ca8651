-- One row per parking lot that was open, and touched day: what the indicators about lots are computed from.

with dim_district as (

    select district_key, district_code, valid_from from {{ ref('dim_district') }}

),

fct_parking_lot_day as (

    select
        lot_id, _business_date, district_code, district_key, is_scenic, is_adopted, space_count, entry_count, exit_count,
        parked_s, barrier_registered_count, barrier_standing_count
    from {{ ref('fct_parking_lot_day') }}

),

final as (

    -- Does not multiply: district_key is a key.
    select
        fct_parking_lot_day.lot_id,
        fct_parking_lot_day._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_key is not null then fct_parking_lot_day.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        fct_parking_lot_day.is_adopted,
        -- A lot of which nothing was heard was not empty: its platform's file is missing.
        fct_parking_lot_day.entry_count + fct_parking_lot_day.exit_count > 0 as is_heard,
        fct_parking_lot_day.parked_s,
        fct_parking_lot_day.space_count * 86400 as space_s,
        fct_parking_lot_day.is_scenic and fct_parking_lot_day.barrier_registered_count > 0 as had_scenic_barrier,
        fct_parking_lot_day.barrier_standing_count = 0 as is_open
    from fct_parking_lot_day
    left join dim_district on dim_district.district_key = fct_parking_lot_day.district_key

)

select * from final
