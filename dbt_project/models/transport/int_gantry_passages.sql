-- One row per gantry that a car passed, whether it read the tag or not, of touched days.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

etc_gantry_passage as (

    -- Neither the tag nor the trip: what is published says nothing of a car.
    select passage_key, _business_date, gantry_id, is_imputed, warning_orphan_gantry
    from {{ source('transport', 'etc_gantry_passage') }}

),

final as (

    -- Days are listed once, so this only keeps rows.
    select
        etc_gantry_passage.passage_key,
        etc_gantry_passage._business_date,
        etc_gantry_passage.gantry_id,
        etc_gantry_passage.is_imputed,
        etc_gantry_passage.warning_orphan_gantry
    from etc_gantry_passage
    inner join touched_period
        on touched_period.first_date = etc_gantry_passage._business_date and touched_period.period_type = 'day'

)

select * from final
