-- One row per self-service machine.

with self_service_machine as (

    select machine_id, site_id, installed_on, removed_on
    from {{ source('governance', 'self_service_machine') }}

),

final as (

    select machine_id, site_id, installed_on::date as installed_on, removed_on::date as removed_on
    from self_service_machine

)

select * from final
