-- One row per air quality station in operation and day of the touched years.

{% set pollutants = ['pm25', 'pm10', 'no2', 'so2', 'o3', 'co'] %}

with dim_date as (

    select calendar_date from {{ ref('dim_date') }}

),

dim_air_station as (

    select air_station_key, station_id, district_code, valid_from, valid_to
    from {{ ref('dim_air_station') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to
    from {{ ref('dim_district') }}

),

air_quality_day as (

    select
        station_id, _business_date, hours_expected
        {%- for name in pollutants %}, {{ name }}_hours, {{ name }}_mean_ugm3{% endfor %}
    from {{ source('environment', 'air_quality_day') }}
    -- Readings of a station the reference does not know yet count once it is known.
    where station_id is not null

),

in_operation as (

    -- At most one row per station and day: a station's periods do not overlap (tested on dim_air_station).
    select
        dim_date.calendar_date as _business_date, dim_air_station.air_station_key,
        dim_air_station.station_id, dim_air_station.district_code
    from dim_air_station
    inner join dim_date
        on
            {{ in_force('dim_air_station', 'dim_date.calendar_date') }}

),

in_district as (

    -- At most one district row per day: the periods of a code do not overlap (tested on dim_district).
    select in_operation.*, dim_district.district_key, dim_district.valid_from::varchar as district_vintage
    from in_operation
    left join dim_district
        on
            dim_district.district_code = in_operation.district_code
            and {{ in_force('dim_district', 'in_operation._business_date') }}

),

final as (

    -- At most one reading per station and day: the key of the conformed table.
    select
        in_district._business_date,
        in_district.station_id,
        in_district.air_station_key,
        in_district.district_key,
        -- A code without a district in force is in the city, but in no district we know.
        case when in_district.district_key is not null then in_district.district_code end as district_code,
        in_district.district_vintage,
        '{{ var("own_area").city }}' as city_code,
        air_quality_day.station_id is not null as is_observed,
        air_quality_day.hours_expected * {{ pollutants | length }} as hours_expected,
        {% for name in pollutants %}air_quality_day.{{ name }}_hours{{ ' + ' if not loop.last }}{% endfor %} as hours_valid,
        {%- for name in pollutants %}
        case
            when air_quality_day.{{ name }}_hours * 100 >= {{ var('capture_pct_min') }} * air_quality_day.hours_expected
                then round(air_quality_day.{{ name }}_mean_ugm3, 4)::decimal(14, 4)
        end as {{ name }}_valid_ugm3{{ ',' if not loop.last }}
        {%- endfor %}
    from in_district
    left join air_quality_day
        on
            air_quality_day.station_id = in_district.station_id
            and air_quality_day._business_date = in_district._business_date

)

select * from final
