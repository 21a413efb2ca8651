-- One row per application decided on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

service_journey as (

    select
        application_no, _business_date, item_code, district_code, channel, age_band, visit_count, channel_count,
        is_submission_recorded, worked_days, promised_working_days, is_promise_kept
    from {{ source('governance', 'service_journey') }}

),

final as (

    -- No join multiplies: days are listed once, periods of a district code do not overlap.
    select
        service_journey.application_no,
        service_journey._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_code is not null then service_journey.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        service_journey.item_code,
        service_journey.channel,
        service_journey.age_band,
        service_journey.visit_count,
        service_journey.visit_count <= 1 as is_at_most_once,
        service_journey.channel_count > 1 as is_switched,
        service_journey.is_submission_recorded,
        service_journey.worked_days,
        service_journey.is_promise_kept,
        service_journey.promised_working_days is null as warning_unknown_item
    from service_journey
    inner join touched_period
        on touched_period.first_date = service_journey._business_date and touched_period.period_type = 'day'
    left join dim_district
        on
            dim_district.district_code = service_journey.district_code
            and {{ in_force('dim_district', 'service_journey._business_date') }}

)

select * from final
