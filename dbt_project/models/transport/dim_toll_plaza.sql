-- One row per toll plaza.

with toll_plaza as (

    select plaza_id, plaza_name, road_no, district_code, lane_count
    from {{ source('transport', 'toll_plaza') }}

),

final as (

    select plaza_id, plaza_name, road_no, district_code, lane_count::integer as lane_count
    from toll_plaza

)

select * from final
