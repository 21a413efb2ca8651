-- One row per listed gantry that any car passed, and touched day.

with dim_gantry as (

    select gantry_id, district_code from {{ ref('dim_gantry') }}

),

dim_district as (

    select district_key, district_code, valid_from, valid_to from {{ ref('dim_district') }}

),

int_gantry_passages as (

    select gantry_id, _business_date, is_imputed from {{ ref('int_gantry_passages') }}

),

counted as (

    select
        gantry_id,
        _business_date,
        (count(*) filter (where not is_imputed))::integer as seen_count,
        (count(*) filter (where is_imputed))::integer as imputed_count,
        round(100.0 * count(*) filter (where is_imputed) / count(*), 2)::decimal(5, 2) as imputed_pct
    from int_gantry_passages
    group by gantry_id, _business_date

),

final as (

    -- No join multiplies: gantries are a key, the periods of a district code do not overlap (tested on dim_district).
    select
        counted.gantry_id,
        counted._business_date,
        dim_gantry.district_code,
        dim_district.district_key,
        counted.seen_count,
        counted.imputed_count,
        counted.imputed_pct
    from counted
    -- Gantries that the list does not know yet come in once it does.
    inner join dim_gantry on dim_gantry.gantry_id = counted.gantry_id
    left join dim_district
        on
            dim_district.district_code = dim_gantry.district_code
            and {{ in_force('dim_district', 'counted._business_date') }}

)

select * from final
