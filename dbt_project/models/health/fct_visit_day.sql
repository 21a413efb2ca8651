-- One row per district of the hospital, age band and touched day on which any such visit began.

with int_visit_processes as (

    select _business_date, district_code, age_band, is_complete, is_by_card, is_by_face, is_self_service, dropped_step
    from {{ ref('int_visit_processes') }}

),

final as (

    select
        coalesce(district_code, 'unknown') as district_code,
        coalesce(age_band, 'unknown') as age_band,
        _business_date,
        count(*)::integer as visit_count,
        (count(*) filter (where is_complete))::integer as complete_count,
        (count(*) filter (where is_by_card))::integer as by_card_count,
        (count(*) filter (where is_by_face))::integer as by_face_count,
        (count(*) filter (where is_self_service))::integer as self_service_count,
        (count(*) filter (where dropped_step = 'see'))::integer as dropped_see_count,
        (count(*) filter (where dropped_step = 'examine'))::integer as dropped_examine_count,
        (count(*) filter (where dropped_step = 'pay'))::integer as dropped_pay_count,
        (count(*) filter (where dropped_step = 'collect'))::integer as dropped_collect_count
    from int_visit_processes
    group by coalesce(district_code, 'unknown'), coalesce(age_band, 'unknown'), _business_date

)

select * from final
