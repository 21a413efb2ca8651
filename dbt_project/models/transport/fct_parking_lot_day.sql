-- One row per parking lot that was open, and touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to
    from {{ ref('dim_district') }}

),

parking_lot_day as (

    select
        lot_id, _business_date, district_code, is_scenic, space_count, is_adopted, entry_count, exit_count, stay_count,
        parked_s, counted_hours, counted_mean_cars, barrier_registered_count, barrier_standing_count
    from {{ source('transport', 'parking_lot_day') }}

),

touched as (

    -- Days are listed once, so this only keeps rows.
    select parking_lot_day.*
    from parking_lot_day
    inner join touched_period
        on touched_period.first_date = parking_lot_day._business_date and touched_period.period_type = 'day'

),

final as (

    -- Does not multiply: the periods of a district code do not overlap (tested on dim_district).
    select
        touched.lot_id,
        touched._business_date,
        touched.district_code,
        dim_district.district_key,
        touched.is_scenic,
        touched.is_adopted,
        touched.space_count::integer as space_count,
        touched.entry_count::integer as entry_count,
        touched.exit_count::integer as exit_count,
        touched.stay_count::integer as stay_count,
        touched.parked_s::decimal(18, 1) as parked_s,
        round(100 * touched.parked_s / (touched.space_count * 86400), 4)::decimal(14, 4) as occupancy_pct,
        touched.counted_hours::integer as counted_hours,
        round(100 * touched.counted_mean_cars / touched.space_count, 4)::decimal(14, 4) as counted_occupancy_pct,
        touched.barrier_registered_count::integer as barrier_registered_count,
        touched.barrier_standing_count::integer as barrier_standing_count
    from touched
    left join dim_district
        on
            dim_district.district_code = touched.district_code
            and {{ in_force('dim_district', 'touched._business_date') }}

)

select * from final
