-- One row per journey by metro or bus of a touched day, with the districts of its ends.

with touched_period as (

    select period_type, first_date from {{ source('run', 'touched_period') }}

),

metro_station as (

    select station_id, district_code from {{ source('transport', 'metro_station') }}

),

gtfs_stop as (

    select stop_id, district_code from {{ source('transport', 'gtfs_stop') }}

),

places as (

    -- Numbers of stations and of stops differ.
    select station_id as place_id, district_code from metro_station
    union all
    select stop_id as place_id, district_code from gtfs_stop

),

transit_trip as (

    select
        trip_id, _business_date, mode, pay_type, boarded_at, board_place, boarded_as, alight_place, paired_as, boarding_count,
        person_count, tap_count, unpaired_tap_count, transfer_from_mode, transfer_s
    from {{ source('transport', 'transit_trip') }}

),

final as (

    -- No join multiplies: days and places are listed once.
    select
        transit_trip.trip_id,
        transit_trip._business_date,
        '{{ var("own_area").city }}' as city_code,
        transit_trip.mode,
        transit_trip.pay_type,
        hour(timezone('Asia/Shanghai', transit_trip.boarded_at::timestamptz)) as boarded_hour,
        origin.district_code as origin_district_code,
        destination.district_code as destination_district_code,
        transit_trip.boarded_as,
        transit_trip.paired_as,
        transit_trip.boarding_count,
        transit_trip.person_count,
        transit_trip.tap_count,
        transit_trip.unpaired_tap_count,
        case when transit_trip.pay_type = 'code' then transit_trip.boarding_count else 0 end as by_code_count,
        case when transit_trip.transfer_from_mode = 'metro' then transit_trip.transfer_s end as metro_transfer_s
    from transit_trip
    inner join touched_period
        on touched_period.first_date = transit_trip._business_date and touched_period.period_type = 'day'
    left join places as origin on origin.place_id = transit_trip.board_place
    left join places as destination on destination.place_id = transit_trip.alight_place

)

select * from final
