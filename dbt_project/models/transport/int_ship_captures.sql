-- One row per capture of a ship at a listed fairway on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_fairway as (

    select fairway_id, district_code from {{ ref('dim_fairway') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

ship_capture as (

    select capture_id, fairway_id, _business_date, matched_as, judged_by, judgement_wait_s
    from {{ source('transport', 'ship_capture') }}

),

final as (

    -- No join multiplies: days are listed once, fairways are a key, periods of a district code do not overlap.
    select
        ship_capture.capture_id,
        ship_capture._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_code is not null then dim_fairway.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        ship_capture.matched_as,
        ship_capture.judged_by,
        ship_capture.judgement_wait_s::decimal(12, 3) as judgement_wait_s
    from ship_capture
    inner join touched_period
        on touched_period.first_date = ship_capture._business_date and touched_period.period_type = 'day'
    -- Fairways that the list does not know yet count once it does.
    inner join dim_fairway on dim_fairway.fairway_id = ship_capture.fairway_id
    left join dim_district
        on
            dim_district.district_code = dim_fairway.district_code
            and {{ in_force('dim_district', 'ship_capture._business_date') }}

)

select * from final
