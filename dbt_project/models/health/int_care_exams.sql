-- One row per exam taken on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

int_hospital_districts as (

    select hospital_id, district_code, valid_from, valid_to from {{ ref('int_hospital_districts') }}

),

exam as (

    select exam_id, _business_date, hospital_id, exam, person_id, age_band, result_at, is_repeat
    from {{ source('health', 'exam') }}

),

final as (

    -- No join multiplies: days are listed once, of a hospital one district is in force on a day.
    select
        exam.exam_id,
        exam._business_date,
        '{{ var("own_area").city }}' as city_code,
        int_hospital_districts.district_code,
        int_hospital_districts.valid_from::varchar as district_vintage,
        exam.age_band,
        exam.exam,
        exam.person_id is not null as has_person,
        exam.result_at is not null as has_result,
        exam.is_repeat
    from exam
    inner join touched_period
        on touched_period.first_date = exam._business_date and touched_period.period_type = 'day'
    left join int_hospital_districts
        on
            int_hospital_districts.hospital_id = exam.hospital_id
            and {{ in_force('int_hospital_districts', 'exam._business_date') }}

)

select * from final
