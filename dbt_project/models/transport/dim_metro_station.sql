-- One row per metro station.

with metro_station as (

    select station_id, station_name, lines, longitude, latitude, district_code
    from {{ source('transport', 'metro_station') }}

),

final as (

    select station_id, station_name, lines, longitude, latitude, district_code
    from metro_station

)

select * from final
