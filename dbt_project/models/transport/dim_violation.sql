-- One row per agency and code of a violation.

with violation as (

    select agency, code, violation_title, category
    from {{ source('transport', 'violation') }}

),

final as (

    select
        case agency when '水路' then 'waterway' when '公路' then 'highway' when '道路' then 'road' end as agency,
        code as violation_code,
        violation_title,
        category
    from violation

)

select * from final
