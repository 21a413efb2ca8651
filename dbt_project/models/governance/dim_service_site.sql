-- One row per place where services are given.

with service_site as (

    select site_id, site_name, kind, district_code
    from {{ source('governance', 'service_site') }}

),

final as (

    select site_id, site_name, kind as site_type, district_code
    from service_site

)

select * from final
