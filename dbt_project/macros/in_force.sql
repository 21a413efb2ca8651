{# Whether a row of a dimension with periods is the one of a day: they begin on `valid_from` and end before `valid_to`. #}
{% macro in_force(dimension, day) -%}
{{ day }} >= {{ dimension }}.valid_from and ({{ dimension }}.valid_to is null or {{ day }} < {{ dimension }}.valid_to)
{%- endmacro %}
