-- One row per air quality station and touched day.

{% set pollutants = ['pm25', 'pm10', 'so2', 'no2', 'co', 'o3'] %}

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_air_station as (

    select air_station_key, station_id, valid_from, valid_to
    from {{ ref('dim_air_station') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to
    from {{ ref('dim_district') }}

),

air_quality_day as (

    select
        station_name, _business_date, station_id, district_code, hours_expected,
        {%- for name in pollutants %}
        {{ name }}_hours, {{ name }}_mean_ugm3,
        {%- endfor %}
        stuck_hours, temperature_mean_celsius, wind_speed_mean_mps, rain_sum_mm, weather_hours,
        warning_pm25_above_pm10_hours, warning_orphan_station
    from {{ source('environment', 'air_quality_day') }}

),

touched as (

    -- Days are listed once, so this only keeps rows.
    select air_quality_day.*
    from air_quality_day
    inner join touched_period
        on touched_period.first_date = air_quality_day._business_date and touched_period.period_type = 'day'

),

final as (

    -- Neither join multiplies: the periods of a station and of a district code do not overlap (both tested).
    select
        touched.station_name,
        touched._business_date,
        touched.station_id,
        dim_air_station.air_station_key,
        touched.district_code,
        dim_district.district_key,
        touched.hours_expected::integer as hours_expected,
        {%- for name in pollutants %}
        touched.{{ name }}_hours::integer as {{ name }}_hours,
        round(touched.{{ name }}_mean_ugm3, 4)::decimal(14, 4) as {{ name }}_mean_ugm3,
        {%- endfor %}
        touched.stuck_hours::integer as stuck_hours,
        round(touched.temperature_mean_celsius, 4)::decimal(14, 4) as temperature_mean_celsius,
        round(touched.wind_speed_mean_mps, 4)::decimal(14, 4) as wind_speed_mean_mps,
        round(touched.rain_sum_mm, 4)::decimal(14, 4) as rain_sum_mm,
        touched.weather_hours::integer as weather_hours,
        touched.warning_pm25_above_pm10_hours::integer as warning_pm25_above_pm10_hours,
        touched.warning_orphan_station,
        touched.district_code is not null and dim_district.district_key is null as warning_orphan_district
    from touched
    left join dim_air_station
        on
            dim_air_station.station_id = touched.station_id
            and {{ in_force('dim_air_station', 'touched._business_date') }}
    left join dim_district
        on
            dim_district.district_code = touched.district_code
            and {{ in_force('dim_district', 'touched._business_date') }}

)

select * from final
