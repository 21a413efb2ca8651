-- One row per hospital.

with hospital as (

    select hospital_id, hospital_name, level, district_code
    from {{ source('health', 'hospital') }}

),

final as (

    select
        hospital_id,
        hospital_name,
        case level when '三级' then 'tertiary' when '二级' then 'secondary' when '社区' then 'community' end as hospital_level,
        district_code
    from hospital

)

select * from final
