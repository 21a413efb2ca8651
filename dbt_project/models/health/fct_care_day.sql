-- One row per district of a hospital and touched day on which anything of this was recorded there.

with int_care_encounters as (

    select _business_date, district_code from {{ ref('int_care_encounters') }}

),

int_care_exams as (

    select _business_date, district_code from {{ ref('int_care_exams') }}

),

int_settlement_claims as (

    select _business_date, district_code, is_between_hospitals from {{ ref('int_settlement_claims') }}

),

int_record_accesses as (

    select _business_date, district_code from {{ ref('int_record_accesses') }}

),

recorded as (

    select _business_date, district_code, 'encounter' as what from int_care_encounters
    union all
    select _business_date, district_code, 'exam' as what from int_care_exams
    union all
    select _business_date, district_code, 'claim' as what from int_settlement_claims
    where is_between_hospitals
    union all
    select _business_date, district_code, 'access' as what from int_record_accesses

),

final as (

    select
        coalesce(district_code, 'unknown') as district_code,
        _business_date,
        (count(*) filter (where what = 'encounter'))::integer as encounter_count,
        (count(*) filter (where what = 'exam'))::integer as exam_count,
        (count(*) filter (where what = 'claim'))::integer as claim_between_hospitals_count,
        (count(*) filter (where what = 'access'))::integer as record_access_count
    from recorded
    group by coalesce(district_code, 'unknown'), _business_date

)

select * from final
