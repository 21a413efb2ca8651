-- One row per visit at a hospital that began on a touched day, and step that was due after all due before it were done.

with int_visit_processes as (

    select visit_id, _business_date, city_code, dropped_step, is_examine_due, is_pay_due, is_collect_due
    from {{ ref('int_visit_processes') }}

),

due as (

    -- Repeats a visit on purpose: once for each step.
    select
        *,
        unnest([
            {'step': 'see', 'place': 1, 'is_due': true},
            {'step': 'examine', 'place': 2, 'is_due': is_examine_due},
            {'step': 'pay', 'place': 3, 'is_due': is_pay_due},
            {'step': 'collect', 'place': 4, 'is_due': is_collect_due}
        ]) as due_step,
        list_position(['see', 'examine', 'pay', 'collect'], dropped_step) as dropped_place
    from int_visit_processes

),

final as (

    select
        visit_id,
        _business_date,
        city_code,
        due_step.step as step,
        coalesce(dropped_place = due_step.place, false) as is_dropped
    from due
    where due_step.is_due and (dropped_place is null or dropped_place >= due_step.place)

)

select * from final
