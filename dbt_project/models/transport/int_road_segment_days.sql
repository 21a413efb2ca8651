-- One row per road segment of the list, and touched day: what the indicators about roads are computed from.

with dim_district as (

    select district_key, valid_from from {{ ref('dim_district') }}

),

fct_road_segment_day as (

    select
        segment_id, _business_date, district_code, district_key, length_m, is_major, is_monitored, travel_vehicle_ms,
        free_vehicle_ms
    from {{ ref('fct_road_segment_day') }}

),

final as (

    -- Does not multiply: district_key is a key.
    select
        fct_road_segment_day.segment_id,
        fct_road_segment_day._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_key is not null then fct_road_segment_day.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        fct_road_segment_day.length_m,
        fct_road_segment_day.is_major,
        fct_road_segment_day.is_monitored,
        fct_road_segment_day.travel_vehicle_ms,
        fct_road_segment_day.free_vehicle_ms
    from fct_road_segment_day
    left join dim_district on dim_district.district_key = fct_road_segment_day.district_key

)

select * from final
