-- One row per road segment.

with road_segment as (

    select segment_id, road_name, district_code, length_m, is_major, monitored_from, longitude, latitude, centreline
    from {{ source('transport', 'road_segment') }}

),

final as (

    select
        segment_id,
        road_name,
        district_code,
        length_m::integer as length_m,
        is_major,
        monitored_from::date as monitored_from,
        longitude,
        latitude,
        centreline
    from road_segment

)

select * from final
