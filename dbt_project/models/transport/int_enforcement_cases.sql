-- One row per case of law enforcement closed on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

enforcement_case as (

    select
        case_no, agency, _business_date, close_days, category, found_by, district_code, offender_id, is_repeat,
        is_coordinated, fine_cny, paid_cny, warning_unlisted_violation, warning_doubtful_offender
    from {{ source('transport', 'enforcement_case') }}

),

final as (

    -- No join multiplies: days are listed once, periods of a district code do not overlap. Money is decimal: its sums have no order.
    select
        enforcement_case.case_no,
        enforcement_case._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_code is not null then enforcement_case.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        enforcement_case.agency,
        enforcement_case.category,
        enforcement_case.close_days,
        enforcement_case.found_by = 'monitoring' as is_found_by_monitoring,
        enforcement_case.is_coordinated,
        enforcement_case.offender_id is not null as is_offender_known,
        coalesce(enforcement_case.is_repeat, false) as is_repeat,
        enforcement_case.fine_cny::decimal(18, 2) as fine_cny,
        enforcement_case.paid_cny::decimal(18, 2) as paid_cny,
        enforcement_case.warning_unlisted_violation,
        enforcement_case.warning_doubtful_offender
    from enforcement_case
    inner join touched_period
        on touched_period.first_date = enforcement_case._business_date and touched_period.period_type = 'day'
    left join dim_district
        on
            dim_district.district_code = enforcement_case.district_code
            and {{ in_force('dim_district', 'enforcement_case._business_date') }}

)

select * from final
