-- One row per touched day and area that has parts, with its own total beside the sum of its parts.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

case_day as (

    select area_type, area_code, parent_code, _business_date, confirmed_total, confirmed_new
    from {{ source('health', 'case_day') }}

),

touched as (

    -- Days are listed once, so the join only keeps rows.
    select case_day.*
    from case_day
    inner join touched_period
        on touched_period.first_date = case_day._business_date and touched_period.period_type = 'day'

),

parts as (

    select parent_code, _business_date, count(*) as part_count, sum(confirmed_total) as parts_confirmed_total
    from touched
    where parent_code is not null
    group by parent_code, _business_date

),

final as (

    -- One row of `parts` per parent and day; an area's code stands once per day (key of the conformed table).
    select
        touched.area_type,
        touched.area_code,
        touched._business_date,
        parts.part_count,
        touched.confirmed_total,
        parts.parts_confirmed_total::bigint as parts_confirmed_total,
        round(
            100.0 * abs(touched.confirmed_total - parts.parts_confirmed_total) / nullif(touched.confirmed_total, 0), 2
        ) as gap_pct
    from touched
    inner join parts
        on parts.parent_code = touched.area_code and parts._business_date = touched._business_date

)

select * from final
