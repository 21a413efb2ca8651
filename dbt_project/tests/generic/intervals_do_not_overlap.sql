{# Pairs of rows of one entity whose periods [valid_from, valid_to) overlap: an as-of join would find both. #}
{% test intervals_do_not_overlap(model, entity, valid_from='valid_from', valid_to='valid_to') %}

with ordered as (

    select
        {{ entity }},
        {{ valid_from }} as valid_from,
        {{ valid_to }} as valid_to,
        lead({{ valid_from }}) over (partition by {{ entity }} order by {{ valid_from }}) as next_valid_from
    from {{ model }}

)

select *
from ordered
where next_valid_from is not null and (valid_to is null or valid_to > next_valid_from)

{% endtest %}
