-- One row per ETC gantry.

with gantry as (

    select gantry_id, road_no, direction, sequence_no, position_km, district_code
    from {{ source('transport', 'gantry') }}

),

final as (

    select
        gantry_id,
        road_no,
        direction,
        sequence_no::integer as sequence_no,
        position_km::decimal(7, 3) as position_km,
        (position_km - lag(position_km) over road)::decimal(7, 3) as since_previous_km,
        district_code
    from gantry
    window road as (partition by road_no, direction order by sequence_no, gantry_id)

)

select * from final
