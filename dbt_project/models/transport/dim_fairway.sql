-- One row per fairway.

with fairway as (

    select fairway_id, fairway_name, district_code, outline
    from {{ source('transport', 'fairway') }}

),

final as (

    select fairway_id, fairway_name, district_code, outline
    from fairway

)

select * from final
