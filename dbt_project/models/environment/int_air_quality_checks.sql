-- One row per touched day, with what a steward compares: stations heard, and the day's mean beside the weeks before.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

int_air_station_days as (

    select _business_date, station_id, hours_valid, pm25_valid_ugm3
    from {{ ref('int_air_station_days') }}

),

daily as (

    select
        _business_date,
        count(*) as station_count,
        count(*) filter (where hours_valid > 0) as heard_count,
        avg(pm25_valid_ugm3) as pm25_mean_ugm3
    from int_air_station_days
    group by _business_date

),

compared as (

    select
        *,
        median(pm25_mean_ugm3) over (
            order by _business_date range between interval 28 days preceding and interval 1 day preceding
        ) as pm25_before_ugm3
    from daily

),

final as (

    -- Days are listed once, so the join only keeps rows.
    select
        compared._business_date,
        compared.station_count,
        compared.heard_count,
        round(100.0 * compared.heard_count / compared.station_count, 2) as heard_pct,
        round(compared.pm25_mean_ugm3, 4) as pm25_mean_ugm3,
        round(compared.pm25_before_ugm3, 4) as pm25_before_ugm3,
        round(compared.pm25_mean_ugm3 / nullif(compared.pm25_before_ugm3, 0), 4) as pm25_to_before_ratio
    from compared
    inner join touched_period
        on touched_period.first_date = compared._business_date and touched_period.period_type = 'day'

)

select * from final
