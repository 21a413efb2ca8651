-- One row per listed lot that somebody runs, and day of a touched month: a month's value is made of all its days.

with touched_period as (

    select period_type, first_date, last_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

parking_market as (

    select
        lot_id, _business_date, record_no, operator_code, operator_name, group_code, district_code, space_count,
        listed_space_count, price_cny, started_on
    from {{ source('transport', 'parking_market') }}

),

touched_day as (

    -- A day lies in its own period and in its month: grouped, it is there once.
    select parking_market._business_date
    from parking_market
    inner join touched_period
        on parking_market._business_date between touched_period.first_date and touched_period.last_date
    where touched_period.period_type in ('day', 'month')
    group by parking_market._business_date

),

final as (

    -- Does not multiply: days are listed once, the periods of a district code do not overlap (tested on dim_district).
    select
        parking_market.lot_id,
        parking_market._business_date,
        parking_market.record_no,
        parking_market.operator_code,
        parking_market.operator_name,
        parking_market.group_code,
        parking_market.district_code as listed_district_code,
        dim_district.district_key,
        dim_district.district_code,
        dim_district.valid_from::varchar as district_vintage,
        '{{ var("own_area").city }}' as city_code,
        parking_market.space_count,
        parking_market.listed_space_count,
        parking_market.price_cny::decimal(10, 2) as price_cny,
        parking_market.started_on
    from parking_market
    inner join touched_day on touched_day._business_date = parking_market._business_date
    left join dim_district
        on
            dim_district.district_code = parking_market.district_code
            and {{ in_force('dim_district', 'parking_market._business_date') }}

)

select * from final
