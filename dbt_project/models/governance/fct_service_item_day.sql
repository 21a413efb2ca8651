-- One row per item of service and touched day on which any application for it was decided.

with int_service_journeys as (

    select
        _business_date, item_code, visit_count, is_at_most_once, is_switched, worked_days, is_promise_kept,
        warning_unknown_item
    from {{ ref('int_service_journeys') }}

),

final as (

    select
        item_code,
        _business_date,
        count(*)::integer as journey_count,
        sum(visit_count)::integer as visit_count,
        (count(*) filter (where is_at_most_once))::integer as at_most_once_count,
        (count(*) filter (where is_switched))::integer as switched_count,
        sum(worked_days)::bigint as worked_day_count,
        case when not warning_unknown_item then (count(*) filter (where is_promise_kept))::integer end as promise_kept_count,
        warning_unknown_item
    from int_service_journeys
    group by item_code, _business_date, warning_unknown_item

)

select * from final
