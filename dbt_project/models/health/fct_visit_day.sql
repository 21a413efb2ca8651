-- One row per district of the hospital and touched day on which any such visit began.

with int_visit_processes as (

    select _business_date, district_code, is_complete, is_by_card, is_self_service
    from {{ ref('int_visit_processes') }}

),

final as (

    select
        coalesce(district_code, 'unknown') as district_code,
        _business_date,
        count(*)::integer as visit_count,
        (count(*) filter (where is_complete))::integer as complete_count,
        (count(*) filter (where is_by_card))::integer as by_card_count,
        (count(*) filter (where is_self_service))::integer as self_service_count,
        (count(*) filter (where not is_complete))::integer as dropped_count
    from int_visit_processes
    group by coalesce(district_code, 'unknown'), _business_date

)

select * from final
