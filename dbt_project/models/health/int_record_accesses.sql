-- One row per request for a record of another hospital made on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

int_hospital_districts as (

    select hospital_id, district_code, valid_from, valid_to from {{ ref('int_hospital_districts') }}

),

record_access as (

    select access_id, _business_date, hospital_id, age_band, reason, is_found, is_first
    from {{ source('health', 'record_access') }}

),

final as (

    -- No join multiplies: days are listed once, of a hospital one district is in force on a day.
    select
        record_access.access_id,
        record_access._business_date,
        '{{ var("own_area").city }}' as city_code,
        int_hospital_districts.district_code,
        int_hospital_districts.valid_from::varchar as district_vintage,
        record_access.age_band,
        record_access.is_found,
        record_access.is_first,
        record_access.reason is not null as has_reason
    from record_access
    inner join touched_period
        on touched_period.first_date = record_access._business_date and touched_period.period_type = 'day'
    left join int_hospital_districts
        on
            int_hospital_districts.hospital_id = record_access.hospital_id
            and {{ in_force('int_hospital_districts', 'record_access._business_date') }}

)

select * from final
