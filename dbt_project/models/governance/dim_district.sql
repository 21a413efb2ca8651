-- One row per code of a province, city or district and period it was in force.

with district as (

    select district_code, name_zh, name_en, level_type, parent_code, valid_from, valid_to
    from {{ source('governance', 'district') }}

),

final as (

    select
        district_code || '@' || valid_from::varchar as district_key,
        district_code,
        name_zh,
        name_en,
        level_type,
        parent_code,
        valid_from::date as valid_from,
        valid_to::date as valid_to,
        valid_to is null as is_in_force
    from district

)

select * from final
