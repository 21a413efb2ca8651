-- One row per face shown at a hospital on a touched day that was accepted, or rejected though it was the right one.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

hospital as (

    select hospital_id, district_code from {{ source('health', 'hospital') }}

),

face_transaction as (

    select transaction_id, _business_date, hospital_id, is_falsely_rejected
    from {{ source('health', 'face_transaction') }}
    where is_accepted or is_falsely_rejected

),

final as (

    -- No join multiplies: days and hospitals are listed once, periods of a district code do not overlap.
    select
        face_transaction.transaction_id,
        face_transaction._business_date,
        '{{ var("own_area").city }}' as city_code,
        dim_district.district_code,
        dim_district.valid_from::varchar as district_vintage,
        face_transaction.is_falsely_rejected
    from face_transaction
    inner join touched_period
        on touched_period.first_date = face_transaction._business_date and touched_period.period_type = 'day'
    left join hospital on hospital.hospital_id = face_transaction.hospital_id
    left join dim_district
        on
            dim_district.district_code = hospital.district_code
            and {{ in_force('dim_district', 'face_transaction._business_date') }}

)

select * from final
