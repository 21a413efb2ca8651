-- One row per air quality station and period at one place.

with air_station as (

    select station_id, station_name, district_code, longitude, latitude, valid_from, valid_to
    from {{ source('environment', 'air_station') }}

),

final as (

    select
        station_id || '@' || valid_from::varchar as air_station_key,
        station_id,
        station_name,
        district_code,
        longitude,
        latitude,
        valid_from::date as valid_from,
        valid_to::date as valid_to
    from air_station

)

select * from final
