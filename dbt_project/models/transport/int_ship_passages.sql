-- One row per passage of a ship through a listed fairway on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_fairway as (

    select fairway_id, district_code from {{ ref('dim_fairway') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

ship_passage as (

    select passage_id, fairway_id, _business_date, matched_as, is_seaworthy
    from {{ source('transport', 'ship_passage') }}

),

final as (

    -- No join multiplies: days are listed once, fairways are a key, periods of a district code do not overlap.
    select
        ship_passage.passage_id,
        ship_passage._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_code is not null then dim_fairway.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        ship_passage.is_seaworthy
    from ship_passage
    inner join touched_period
        on touched_period.first_date = ship_passage._business_date and touched_period.period_type = 'day'
    -- Fairways that the list does not know yet count once it does.
    inner join dim_fairway on dim_fairway.fairway_id = ship_passage.fairway_id
    left join dim_district
        on
            dim_district.district_code = dim_fairway.district_code
            and {{ in_force('dim_district', 'ship_passage._business_date') }}
    where ship_passage.matched_as <> 'capture_only'

)

select * from final
