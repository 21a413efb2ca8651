-- One row per car that left a lane of a toll plaza on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

toll_passage as (

    select passage_id, _business_date, plaza_id, district_code, lane_kind, way, gate_s
    from {{ source('transport', 'toll_passage') }}

),

final as (

    -- No join multiplies: days are listed once, periods of a district code do not overlap.
    select
        toll_passage.passage_id,
        toll_passage._business_date,
        toll_passage.plaza_id,
        -- Cars at plazas that the list does not know yet count once it does.
        case when toll_passage.district_code is not null then '{{ var("own_area").city }}' end as city_code,
        case when dim_district.district_code is not null then toll_passage.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        dim_district.district_key,
        toll_passage.lane_kind,
        toll_passage.way,
        toll_passage.gate_s::decimal(12, 3) as gate_s,
        toll_passage.district_code is null as warning_unknown_plaza
    from toll_passage
    inner join touched_period
        on touched_period.first_date = toll_passage._business_date and touched_period.period_type = 'day'
    left join dim_district
        on
            dim_district.district_code = toll_passage.district_code
            and {{ in_force('dim_district', 'toll_passage._business_date') }}

)

select * from final
