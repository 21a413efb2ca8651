-- One row per area with lots that somebody runs, day of a touched month, and movement: how many operators came or went.

with int_parking_market_areas as (

    select _business_date, area_key, district_code, district_vintage, city_code from {{ ref('int_parking_market_areas') }}

),

int_parking_operator_moves as (

    select operator_code, area_code, movement, moved_on from {{ ref('int_parking_operator_moves') }}

),

counted as (

    select area_code, movement, moved_on, count(*) as move_count
    from int_parking_operator_moves
    group by area_code, movement, moved_on

),

expected as (

    -- Repeats a row on purpose: nobody may have come, and that is a value.
    select *, unnest(['entry', 'exit']) as movement
    from int_parking_market_areas

),

final as (

    -- Does not multiply: counted holds one row per area, movement and day.
    select
        expected._business_date,
        expected.area_key,
        expected.district_code,
        expected.district_vintage,
        expected.city_code,
        expected.movement,
        coalesce(counted.move_count, 0) as move_count
    from expected
    left join counted
        on
            counted.area_code = coalesce(expected.district_code, expected.city_code)
            and counted.movement = expected.movement
            and counted.moved_on = expected._business_date

)

select * from final
