-- One row per area with lots that somebody runs, and day of a touched month: what the indicators of the market are made of.

{% set most_lots_of_a_small_operator = 3 %}
{% set largest_groups = 4 %}

with int_parking_market_places as (

    select
        _business_date, area_key, district_code, district_vintage, city_code, operator_code, group_code, space_count,
        price_cny
    from {{ ref('int_parking_market_places') }}

),

int_vehicle_places as (

    select _business_date, area_key, vehicle_count from {{ ref('int_vehicle_places') }}

),

areas as (

    select
        _business_date,
        area_key,
        district_code,
        district_vintage,
        city_code,
        sum(space_count) as space_count,
        quantile_disc(price_cny, 0.9) - quantile_disc(price_cny, 0.1) as price_spread_cny
    from int_parking_market_places
    group by _business_date, area_key, district_code, district_vintage, city_code

),

group_spaces as (

    select _business_date, area_key, group_code, sum(space_count) as group_space_count
    from int_parking_market_places
    group by _business_date, area_key, group_code

),

ranked as (

    select
        *,
        row_number() over (partition by _business_date, area_key order by group_space_count desc, group_code) as place
    from group_spaces

),

concentrations as (

    select
        _business_date,
        area_key,
        sum(group_space_count * group_space_count) as squares,
        sum(group_space_count) filter (where place <= {{ largest_groups }}) as largest_space_count
    from ranked
    group by _business_date, area_key

),

operators as (

    -- How many lots an operator runs in the city says whether it is small, wherever it runs them.
    select
        _business_date,
        area_key,
        operator_code,
        max(count(*) filter (where city_code is not null)) over (partition by _business_date, operator_code) as lot_count
    from int_parking_market_places
    group by _business_date, area_key, city_code, operator_code

),

small_operators as (

    select
        _business_date,
        area_key,
        avg((lot_count <= {{ most_lots_of_a_small_operator }})::integer) as small_operator_ratio
    from operators
    group by _business_date, area_key

),

final as (

    -- Every side holds one row per day and area, so no join multiplies. Ratios are decimals: their sums have no order.
    select
        areas._business_date,
        areas.area_key,
        areas.district_code,
        areas.district_vintage,
        areas.city_code,
        (concentrations.squares::double / (areas.space_count * areas.space_count))::decimal(18, 12) as hhi_ratio,
        (concentrations.largest_space_count::double / areas.space_count)::decimal(18, 12) as top4_ratio,
        small_operators.small_operator_ratio::decimal(18, 12) as small_operator_ratio,
        areas.price_spread_cny,
        areas.space_count,
        coalesce(int_vehicle_places.vehicle_count, 0) as vehicle_count
    from areas
    inner join concentrations
        on concentrations.area_key = areas.area_key and concentrations._business_date = areas._business_date
    inner join small_operators
        on small_operators.area_key = areas.area_key and small_operators._business_date = areas._business_date
    left join int_vehicle_places
        on int_vehicle_places.area_key = areas.area_key and int_vehicle_places._business_date = areas._business_date

)

select * from final
