-- One row per indicator, period, area and group of the domain that is being published.

with final as (

    select
        code, system, period_type, period, area_type, area, vintage, group_type, "group", value, numerator,
        denominator, unit, completeness, value_status
    from {{ ref('indicator_value_' ~ var('domain')) }}

)

select * from final
