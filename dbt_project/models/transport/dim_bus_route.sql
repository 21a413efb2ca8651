-- One row per bus route of the timetable.

with gtfs_route as (

    select route_id, route_short_name, route_type
    from {{ source('transport', 'gtfs_route') }}

),

final as (

    select route_id, route_short_name
    from gtfs_route
    where route_type = 3

)

select * from final
