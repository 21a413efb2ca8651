-- One row per passage of a ship through a fairway, and per capture that belongs to none, of touched days.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

ship_passage as (

    select
        passage_id, fairway_id, _business_date, mmsi, track_key, entered_at, left_at, position_count, matched_as, capture_id,
        captured_at, judged_at, judgement_wait_s, judged_by, judged_rule, is_judged_seaworthy, rule, is_seaworthy,
        certificate_no, surveyed_draught_m, max_draught_m, warning_misread_hull, warning_unread_hull
    from {{ source('transport', 'ship_passage') }}

),

final as (

    -- Days are listed once, so this only keeps rows.
    select
        ship_passage.passage_id,
        ship_passage._business_date,
        ship_passage.fairway_id,
        ship_passage.mmsi,
        ship_passage.track_key,
        ship_passage.entered_at::timestamptz as entered_at,
        ship_passage.left_at::timestamptz as left_at,
        ship_passage.position_count::integer as position_count,
        ship_passage.matched_as,
        ship_passage.capture_id,
        ship_passage.captured_at::timestamptz as captured_at,
        ship_passage.judged_at::timestamptz as judged_at,
        ship_passage.judgement_wait_s::decimal(12, 3) as judgement_wait_s,
        ship_passage.judged_by,
        ship_passage.judged_rule,
        ship_passage.is_judged_seaworthy,
        ship_passage.rule,
        ship_passage.is_seaworthy,
        ship_passage.certificate_no,
        ship_passage.surveyed_draught_m::decimal(6, 2) as surveyed_draught_m,
        ship_passage.max_draught_m::decimal(6, 2) as max_draught_m,
        ship_passage.warning_misread_hull,
        ship_passage.warning_unread_hull
    from ship_passage
    inner join touched_period
        on touched_period.first_date = ship_passage._business_date and touched_period.period_type = 'day'

)

select * from final
