-- One row per operator, area it ever ran a listed lot in, and movement: the day it came, and the day it was gone.

with dim_parking_lot as (

    select lot_id, district_code from {{ ref('dim_parking_lot') }}

),

parking_operator as (

    select record_no, operator_code, lot_id, started_on, stopped_on from {{ source('transport', 'parking_operator') }}

),

placed as (

    -- Repeats a row on purpose: one may come to a district that ran lots in another. Lots are a key.
    select
        parking_operator.operator_code,
        unnest([dim_parking_lot.district_code, '{{ var("own_area").city }}']) as area_code,
        parking_operator.started_on,
        parking_operator.stopped_on
    from parking_operator
    inner join dim_parking_lot on dim_parking_lot.lot_id = parking_operator.lot_id

),

stays as (

    select
        operator_code,
        area_code,
        min(started_on) as entered_on,
        case when bool_and(stopped_on is not null) then max(stopped_on) end as left_on
    from placed
    group by operator_code, area_code

),

final as (

    select operator_code, area_code, 'entry' as movement, entered_on as moved_on from stays
    union all
    select operator_code, area_code, 'exit' as movement, left_on as moved_on from stays
    where left_on is not null

)

select * from final
