-- One row per visit at a hospital that began on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

hospital as (

    select hospital_id, district_code from {{ source('health', 'hospital') }}

),

visit_process as (

    select
        visit_id, _business_date, hospital_id, age_band, seen_at, ordered, register_means, see_means, examine_means, pay_means,
        collect_means, register_place, pay_place, collect_place, dropped_step, process_s
    from {{ source('health', 'visit_process') }}

),

due as (

    -- What was ordered is known of those alone whom a doctor saw.
    select
        *,
        coalesce(ordered in ('examination', 'both'), false) as is_examine_due,
        coalesce(ordered in ('examination', 'medicine', 'both'), false) as is_pay_due,
        coalesce(ordered in ('medicine', 'both'), false) as is_collect_due,
        dropped_step is null as is_complete
    from visit_process

),

final as (

    -- No join multiplies: days and hospitals are listed once, periods of a district code do not overlap.
    select
        due.visit_id,
        due._business_date,
        '{{ var("own_area").city }}' as city_code,
        dim_district.district_code,
        dim_district.valid_from::varchar as district_vintage,
        due.age_band,
        due.dropped_step,
        due.is_complete,
        {% for means in ('card', 'face') %}
        due.is_complete
        and due.register_means = '{{ means }}'
        and due.see_means = '{{ means }}'
        and (not due.is_examine_due or due.examine_means = '{{ means }}')
        and (not due.is_pay_due or due.pay_means = '{{ means }}')
        and (not due.is_collect_due or due.collect_means = '{{ means }}') as is_by_{{ means }},
        {% endfor %}
        due.is_complete
        and due.register_place in ('machine', 'phone')
        and (not due.is_pay_due or due.pay_place in ('machine', 'phone'))
        and (not due.is_collect_due or due.collect_place in ('machine', 'phone')) as is_self_service,
        due.process_s,
        due.is_examine_due,
        due.is_pay_due,
        due.is_collect_due,
        due.register_means,
        due.seen_at is not null as is_seen,
        hospital.hospital_id is null as warning_unknown_hospital
    from due
    inner join touched_period
        on touched_period.first_date = due._business_date and touched_period.period_type = 'day'
    left join hospital on hospital.hospital_id = due.hospital_id
    left join dim_district
        on
            dim_district.district_code = hospital.district_code
            and {{ in_force('dim_district', 'due._business_date') }}

)

select * from final
