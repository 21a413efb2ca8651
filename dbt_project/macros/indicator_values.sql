{#
    Every indicator of a domain from its declarations (var indicator_files, see indicators/<domain>.yml).

    Each observation is repeated for each touched period it lies in, each area and each group it belongs to,
    then aggregated once. The sums are of decimals, so the result does not depend on the order of rows.
#}
{% macro indicator_values(domain) %}
{%- set file = var('indicator_files').get(domain, {'observations': {}, 'indicators': []}) -%}
with touched_period as (

    select period_type, period, first_date, last_date
    from {{ source('run', 'touched_period') }}

),
{% for model, observation in file.observations.items() %}
{%- set indicators = file.indicators | selectattr('from', 'equalto', model) | list %}
{{ model }} as (

    select * from {{ ref(model) }}

),

{{ model }}_placed as (

    -- Repeats a row on purpose: once per touched period and area; each is a group of its own below.
    select
        touched_period.period_type,
        touched_period.period,
        unnest([
        {%- for area_type, area in observation.areas.items() %}
            {
                'area_type': '{{ area_type }}', 'area': {{ model }}.{{ area.code }},
                'vintage': {% if area.vintage %}{{ model }}.{{ area.vintage }}{% else %}'all'{% endif %}
            }{{ ',' if not loop.last }}
        {%- endfor %}
        ]) as place,
        {{ model }}.*
    from {{ model }}
    inner join touched_period
        on {{ model }}.{{ observation.date }} between touched_period.first_date and touched_period.last_date

),

{{ model }}_grouped as (

    -- Repeats a row on purpose: once as a part of all, and once for each declared dimension.
    select
        unnest([
            {'group_type': 'all', 'group': 'all'}
        {%- for group_type, column in observation.groups.items() %},
            {'group_type': '{{ group_type }}', 'group': {{ column }}}
        {%- endfor %}
        ]) as part,
        *
    from {{ model }}_placed
    where place.area is not null

),

{{ model }}_measured as (

    select
        period_type,
        period,
        place.area_type as area_type,
        place.area as area,
        place.vintage as vintage,
        part.group_type as group_type,
        part."group" as "group"
        {%- for indicator in indicators %},
        {{ indicator.numerator }} as {{ indicator.code }}__numerator,
        {{ indicator.denominator }} as {{ indicator.code }}__denominator,
        {{ indicator.complete }} as {{ indicator.code }}__complete,
        {{ indicator.expected }} as {{ indicator.code }}__expected
        {%- endfor %}
    from {{ model }}_grouped
    where
        part."group" is not null
        {%- if observation.groups_in %}
        and (part.group_type = 'all' or place.area_type in ('{{ observation.groups_in | join("', '") }}'))
        {%- endif %}
    group by period_type, period, place.area_type, place.area, place.vintage, part.group_type, part."group"

),
{% endfor %}
measured as (
{% for indicator in file.indicators %}
    select
        '{{ indicator.code }}' as code,
        '{{ indicator.system }}' as system,
        period_type, period, area_type, area, vintage, group_type, "group",
        {{ indicator.code }}__numerator::double as numerator,
        {{ indicator.code }}__denominator::double as denominator,
        {{ indicator.code }}__complete::double as complete,
        {{ indicator.code }}__expected::double as expected,
        {{ indicator.scale }}::double as scale,
        '{{ indicator.unit }}' as unit
    from {{ indicator.from }}_measured
    where period_type in ({% for type in indicator.periods %}'{{ type }}'{{ ', ' if not loop.last }}{% endfor %})
    {%- if indicator.areas %} and area_type in ('{{ indicator.areas | join("', '") }}'){% endif %}
    {%- if indicator.only_groups %} and group_type <> 'all'{% endif %}
    {{ 'union all' if not loop.last }}
{% else %}
    select
        null::varchar as code, null::varchar as system, period_type, period, null::varchar as area_type,
        null::varchar as area, null::varchar as vintage, null::varchar as group_type, null::varchar as "group",
        null::double as numerator, null::double as denominator, null::double as complete,
        null::double as expected, null::double as scale, null::varchar as unit
    from touched_period
    where false
{% endfor %}
),

completed as (

    select
        *,
        case when expected > 0 then round(100.0 * complete / expected, 2) end as completeness
    from measured

),

judged as (

    select
        *,
        case
            when numerator is null or denominator is null or denominator = 0 then 'not_reported'
            when period_type <> 'day' and completeness < {{ var('completeness_pct_min') }} then 'incomplete'
            else 'shown'
        end as value_status
    from completed

),

final as (

    select
        code,
        system,
        period_type,
        period,
        area_type,
        area,
        vintage,
        group_type,
        "group",
        case when value_status = 'shown' then round(scale * numerator / denominator, 6) end as value,
        numerator,
        denominator,
        unit,
        completeness,
        value_status
    from judged

)

select * from final
{% endmacro %}
