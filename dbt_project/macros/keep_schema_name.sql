{# Models live in the schema `marts` of the scratch file, whoever runs them. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
