-- One row per item of service.

with service_item as (

    select item_code, item_name, department_name, kind, promised_working_days
    from {{ source('governance', 'service_item') }}

),

final as (

    select
        item_code,
        item_name,
        department_name,
        kind as item_type,
        promised_working_days::integer as promised_working_days
    from service_item

)

select * from final
