-- One row per track of a ship, of touched days.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

ship_track as (

    select track_key, mmsi, _business_date, started_at, ended_at, position_count, distance_km, max_speed_kn
    from {{ source('transport', 'ship_track') }}

),

final as (

    -- Days are listed once, so this only keeps rows.
    select
        ship_track.track_key,
        ship_track._business_date,
        ship_track.mmsi,
        ship_track.started_at::timestamptz as started_at,
        ship_track.ended_at::timestamptz as ended_at,
        ship_track.position_count::integer as position_count,
        ship_track.distance_km::decimal(12, 3) as distance_km,
        ship_track.max_speed_kn::decimal(6, 1) as max_speed_kn
    from ship_track
    inner join touched_period
        on touched_period.first_date = ship_track._business_date and touched_period.period_type = 'day'

)

select * from final
