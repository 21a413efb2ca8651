-- One row per day of a touched year on which anybody boarded: a year's value is made of all its days.

with touched_period as (

    select period_type, first_date, last_date from {{ source('run', 'touched_period') }}

),

dim_population as (

    select population_year, person_count from {{ ref('dim_population') }}

),

transit_trip as (

    select _business_date, boarding_count from {{ source('transport', 'transit_trip') }}

),

residents as (

    select
        population_year,
        sum(person_count) as resident_count,
        lead(population_year) over (order by population_year) as next_year
    from dim_population
    group by population_year

),

touched_year as (

    select first_date, last_date
    from touched_period
    where period_type = 'year'

),

boarded as (

    -- Years do not overlap, so this only keeps rows.
    select transit_trip._business_date, sum(transit_trip.boarding_count) as boarding_count
    from transit_trip
    inner join touched_year
        on transit_trip._business_date between touched_year.first_date and touched_year.last_date
    group by transit_trip._business_date

),

final as (

    -- Does not multiply: of the years that were counted one is the newest that is not after the day's.
    select
        boarded._business_date,
        '{{ var("own_area").city }}' as city_code,
        boarded.boarding_count,
        residents.resident_count
    from boarded
    inner join residents
        on
            year(boarded._business_date) >= residents.population_year
            and (residents.next_year is null or year(boarded._business_date) < residents.next_year)
    where boarded.boarding_count > 0

)

select * from final
