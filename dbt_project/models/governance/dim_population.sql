-- One row per year, district and age band.

with population as (

    select year, district_code, age_band, person_count
    from {{ source('governance', 'population') }}

),

final as (

    select
        year::integer as population_year,
        district_code,
        age_band,
        sum(person_count)::integer as person_count
    from population
    group by year, district_code, age_band

)

select * from final
