-- One row per message sent to a listed centre on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

incident_message as (

    select event_no, _business_date, level, district_code, is_in_time, paired_as
    from {{ source('transport', 'incident_message') }}

),

final as (

    -- No join multiplies: days are listed once, periods of a district code do not overlap.
    select
        incident_message.event_no,
        incident_message._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_code is not null then incident_message.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        incident_message.level,
        incident_message.is_in_time,
        incident_message.paired_as
    from incident_message
    inner join touched_period
        on touched_period.first_date = incident_message._business_date and touched_period.period_type = 'day'
    left join dim_district
        on
            dim_district.district_code = incident_message.district_code
            and {{ in_force('dim_district', 'incident_message._business_date') }}
    -- Messages to centres that the list does not know yet count once it does.
    where incident_message.paired_as <> 'close_only' and incident_message.district_code is not null

)

select * from final
