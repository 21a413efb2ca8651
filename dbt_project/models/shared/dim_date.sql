-- One row per local date of the touched years.

with calendar_day as (

    select
        calendar_date, is_holiday, holiday_name_en, holiday_name_zh, is_working_day, is_makeup_working_day
    from {{ source('run', 'calendar_day') }}

),

final as (

    select
        calendar_date,
        year(calendar_date)::integer as year_number,
        quarter(calendar_date)::integer as quarter_number,
        month(calendar_date)::integer as month_number,
        isodow(calendar_date)::integer as weekday_number,
        isodow(calendar_date) >= 6 as is_weekend,
        is_holiday,
        holiday_name_en,
        holiday_name_zh,
        is_working_day,
        is_makeup_working_day
    from calendar_day

)

select * from final
