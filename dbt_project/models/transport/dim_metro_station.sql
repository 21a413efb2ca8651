-- One row per metro station.

with metro_station as (

    select station_id, station_name, lines, longitude, latitude, district_code
    from {{ source('transport', 'metro_station') }}

)

select * from metro_station
