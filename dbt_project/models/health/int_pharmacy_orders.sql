-- One row per order of the cloud pharmacy placed on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

dim_district as (

    select district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

delivery as (

    select
        order_id, _business_date, hospital_id, district_code, age_band, ordered_at, promised_at, picked_up_at, delivered_at,
        state, box_id, is_cold_kept
    from {{ source('health', 'delivery') }}

),

final as (

    -- No join multiplies: days are listed once, periods of a district code do not overlap.
    select
        delivery.order_id,
        delivery._business_date,
        '{{ var("own_area").city }}' as city_code,
        case when dim_district.district_code is not null then delivery.district_code end as district_code,
        dim_district.valid_from::varchar as district_vintage,
        delivery.age_band,
        delivery.state,
        -- Null of what was not delivered.
        date_diff('second', delivery.ordered_at, delivery.delivered_at) as door_s,
        coalesce(delivery.delivered_at <= delivery.promised_at, false) as is_on_time,
        delivery.is_cold_kept,
        delivery.state = 'delivered' and delivery.box_id is not null as is_delivered_cold,
        delivery.picked_up_at is not null as is_picked_up,
        delivery.hospital_id is null as warning_unknown_prescription
    from delivery
    inner join touched_period
        on touched_period.first_date = delivery._business_date and touched_period.period_type = 'day'
    left join dim_district
        on
            dim_district.district_code = delivery.district_code
            and {{ in_force('dim_district', 'delivery._business_date') }}

)

select * from final
