-- One row per hour, district of boarding and district of leaving with at least ten persons, of touched days; rounded to five.

{% set least = 10 %}
{% set rounded_to = 5 %}

with int_transit_trips as (

    select _business_date, boarded_hour, origin_district_code, destination_district_code, paired_as, person_count
    from {{ ref('int_transit_trips') }}

),

cells as (

    select
        _business_date, boarded_hour, origin_district_code, destination_district_code, sum(person_count) as person_count
    from int_transit_trips
    where
        paired_as in ('pair', 'next_boarding')
        and origin_district_code is not null
        and destination_district_code is not null
    group by _business_date, boarded_hour, origin_district_code, destination_district_code

),

final as (

    select
        origin_district_code,
        destination_district_code,
        _business_date,
        boarded_hour::integer as boarded_hour,
        (round(person_count / {{ rounded_to }}.0) * {{ rounded_to }})::integer as person_count
    from cells
    where person_count >= {{ least }}

)

select * from final
