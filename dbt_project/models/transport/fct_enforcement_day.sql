-- One row per district, agency and category of violation, and touched day on which any such case was closed.

with int_enforcement_cases as (

    select
        _business_date, district_code, agency, category, is_found_by_monitoring, is_coordinated, is_offender_known, is_repeat,
        fine_cny, paid_cny
    from {{ ref('int_enforcement_cases') }}

),

final as (

    select
        coalesce(district_code, 'unknown') as district_code,
        _business_date,
        agency,
        category,
        count(*)::integer as case_count,
        (count(*) filter (where is_coordinated))::integer as coordinated_count,
        (count(*) filter (where is_found_by_monitoring))::integer as found_by_monitoring_count,
        (count(*) filter (where is_offender_known))::integer as known_offender_count,
        (count(*) filter (where is_repeat))::integer as repeat_count,
        sum(fine_cny)::decimal(18, 2) as fine_cny,
        sum(paid_cny)::decimal(18, 2) as paid_cny
    from int_enforcement_cases
    group by coalesce(district_code, 'unknown'), _business_date, agency, category

)

select * from final
