-- One row per ship.

with ship as (

    -- The match key of the hull number stays where it is: it is there to match captures, not to be published.
    select mmsi, ship_name, ship_type, length_m
    from {{ source('transport', 'ship') }}

),

final as (

    select mmsi, ship_name, ship_type, length_m::decimal(6, 1) as length_m
    from ship

)

select * from final
