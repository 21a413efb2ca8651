-- One row per hospital and period of its district.

with dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

hospital as (

    select hospital_id, district_code from {{ source('health', 'hospital') }}

),

final as (

    -- A code has several periods, which do not overlap: on a day a hospital is in one of them at most.
    select
        hospital.hospital_id,
        dim_district.district_code,
        dim_district.valid_from,
        dim_district.valid_to
    from hospital
    inner join dim_district on dim_district.district_code = hospital.district_code

)

select * from final
