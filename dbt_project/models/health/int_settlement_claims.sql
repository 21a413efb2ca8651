-- One row per claim requested on a touched day.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

int_hospital_districts as (

    select hospital_id, district_code, valid_from, valid_to from {{ ref('int_hospital_districts') }}

),

settlement_claim as (

    select
        claim_id, _business_date, hospital_id, age_band, requested_at, settled_at, rejected_at, reversed_at, amount_cny, lines,
        lines_known, lines_elsewhere
    from {{ source('health', 'settlement_claim') }}

),

final as (

    -- No join multiplies: days are listed once, of a hospital one district is in force on a day.
    select
        settlement_claim.claim_id,
        settlement_claim._business_date,
        '{{ var("own_area").city }}' as city_code,
        int_hospital_districts.district_code,
        int_hospital_districts.valid_from::varchar as district_vintage,
        settlement_claim.hospital_id,
        settlement_claim.age_band,
        settlement_claim.lines_elsewhere > 0 as is_between_hospitals,
        settlement_claim.lines_elsewhere > 0 and settlement_claim.settled_at is not null
        and settlement_claim.reversed_at is null as is_settled_between,
        -- Null of claims that are not between hospitals, or were not settled.
        case
            when settlement_claim.lines_elsewhere > 0
                then date_diff('second', settlement_claim.requested_at, settlement_claim.settled_at)
        end as settled_between_s,
        settlement_claim.settled_at is not null or settlement_claim.rejected_at is not null as is_decided,
        settlement_claim.amount_cny,
        settlement_claim.lines > 0 as has_lines,
        settlement_claim.lines = settlement_claim.lines_known as is_known_throughout
    from settlement_claim
    inner join touched_period
        on touched_period.first_date = settlement_claim._business_date and touched_period.period_type = 'day'
    left join int_hospital_districts
        on
            int_hospital_districts.hospital_id = settlement_claim.hospital_id
            and {{ in_force('int_hospital_districts', 'settlement_claim._business_date') }}

)

select * from final
