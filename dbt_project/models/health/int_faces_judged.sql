-- One row per face shown at a hospital on a touched day that was accepted, or rejected though it was the right one.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

face_transaction as (

    select transaction_id, _business_date, is_falsely_rejected
    from {{ source('health', 'face_transaction') }}
    where is_accepted or is_falsely_rejected

),

final as (

    -- Days are listed once, so the join only keeps rows.
    select
        face_transaction.transaction_id,
        face_transaction._business_date,
        '{{ var("own_area").city }}' as city_code,
        face_transaction.is_falsely_rejected
    from face_transaction
    inner join touched_period
        on touched_period.first_date = face_transaction._business_date and touched_period.period_type = 'day'

)

select * from final
