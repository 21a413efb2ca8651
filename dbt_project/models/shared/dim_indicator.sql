-- One row per declared indicator.

with declared as (
{% for domain, file in var('indicator_files').items() %}
{%- set outer = loop %}
{%- for reader in file.readers %}
    select
    {%- for name, value in reader.items() %}
        {% if value is none %}null{% else %}'{{ value | replace("'", "''") }}'{% endif %}::varchar as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not (loop.last and outer.last) }}
{%- endfor %}
{% else %}
    select
        null::varchar as code, null::varchar as domain, null::varchar as system, null::varchar as name_en,
        null::varchar as name_zh, null::varchar as question_en, null::varchar as question_zh,
        null::varchar as formula_en, null::varchar as formula_zh,
        null::varchar as caveat_en, null::varchar as caveat_zh, null::varchar as unit,
        null::varchar as direction, null::varchar as owner, null::varchar as standard_code
    where false
{% endfor %}
),

final as (

    select
        code, domain, system, name_en, name_zh, question_en, question_zh, formula_en, formula_zh,
        caveat_en, caveat_zh, unit,
        direction, owner, standard_code
    from declared

)

select * from final
