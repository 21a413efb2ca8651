"""What stands in the schema `marts` besides the dbt models: the history of every value, and views on it."""

from __future__ import annotations

KEY = ("code", "period_type", "period", "area_type", "area", "vintage", "group_type", "group")
VALUES = ("value", "numerator", "denominator", "unit", "completeness", "value_status")

_HISTORY = (
    """
    create table if not exists marts.indicator_history (
        history_id bigint generated always as identity primary key,
        code text not null,
        system text not null,
        period_type text not null,
        period text not null,
        area_type text not null,
        area text not null,
        vintage text not null,
        group_type text not null,
        "group" text not null,
        value double precision,
        numerator double precision,
        denominator double precision,
        unit text,
        completeness double precision,
        value_status text not null,
        publication_id text not null,
        published_at timestamp with time zone not null default now()
    )
    """,
    "create index if not exists indicator_history_code_idx on marts.indicator_history"
    ' (code, period_type, period, area_type, area, vintage, group_type, "group")',
    "comment on table marts.indicator_history is"
    " 'One row per value of an indicator that was ever published, in order of history_id; never changed'",
    "comment on column marts.indicator_history.published_at is 'When it was published, wall time (UTC)'",
    "comment on column marts.indicator_history.publication_id is 'The publication it came with'",
    "comment on column marts.indicator_history.value is 'In unit; null unless value_status is shown'",
    "grant select on marts.indicator_history to bi, steward",
)

_RESTATEMENT = (
    "drop view if exists marts.restatement",
    """
    create view marts.restatement as
    -- One row per later change of a published value: what it was, what it became, when and why.
    with ordered as (

        select
            indicator_history.*,
            lag(value) over published as old_value,
            lag(value_status) over published as old_value_status,
            lag(publication_id) over published as old_publication_id,
            lag(published_at) over published as old_published_at
        from marts.indicator_history
        window published as (
            partition by code, period_type, period, area_type, area, vintage, group_type, "group"
            order by history_id
        )

    ),

    changed as (

        select *
        from ordered
        where
            old_publication_id is not null
            and (value is distinct from old_value or value_status <> old_value_status)

    ),

    final as (

        select
            changed.history_id,
            changed.code,
            changed.period_type,
            changed.period,
            changed.area_type,
            changed.area,
            changed.vintage,
            changed.group_type,
            changed."group",
            changed.unit,
            changed.old_value,
            changed.value as new_value,
            changed.old_value_status,
            changed.value_status as new_value_status,
            changed.old_published_at,
            changed.published_at,
            changed.old_publication_id,
            changed.publication_id,
            coalesce(because.delivery_ids, '{}') as delivery_ids,
            case
                when because.delivery_ids is not null then 'corrected'
                when again.partition_count > 0 then 'recomputed'
                else 'extended'
            end as change_type
        from changed
        -- Both joins find exactly one row: aggregates without groups.
        left join lateral (
            select array_agg(distinct publication_causes.delivery_id order by publication_causes.delivery_id)
                as delivery_ids
            from ledger.publication_causes
            where
                publication_causes.publication_id = changed.publication_id
                and (
                    publication_causes.partition like changed.period || '%'
                    or publication_causes.partition = 'all'
                )
        ) as because on true
        left join lateral (
            select count(*) as partition_count
            from ledger.publications
            inner join lateral jsonb_to_recordset(publications.partitions)
                as made (partition text, version bigint)
                on made.version > 1 and (made.partition like changed.period || '%' or made.partition = 'all')
            where publications.publication_id = changed.publication_id
        ) as again on true

    )

    select * from final
    """,
    "comment on view marts.restatement is"
    " 'One row per later change of a published value. change_type: corrected by deliveries, recomputed"
    " without any (other code, or asked for), or extended by days published for the first time'",
    "comment on column marts.restatement.delivery_ids is"
    " 'The deliveries that made the days of the period differ'",
    "grant select on marts.restatement to bi, steward",
)

_STANDARD = (
    "drop view if exists marts.standard_indicator",
    """
    create view marts.standard_indicator as
    -- One row per code of an international standard, year and city.
    with final as (

        -- A yearly value is shown from a completeness of 75 % on; below that it is incomplete.
        select
            dim_indicator.standard_code,
            fct_indicator_value.code,
            fct_indicator_value.period as year,
            fct_indicator_value.area as city_code,
            fct_indicator_value.value,
            fct_indicator_value.unit,
            fct_indicator_value.completeness,
            fct_indicator_value.publication_id
        from marts.fct_indicator_value
        inner join marts.dim_indicator on dim_indicator.code = fct_indicator_value.code
        where
            dim_indicator.standard_code is not null
            and fct_indicator_value.period_type = 'year'
            and fct_indicator_value.area_type = 'city'
            and fct_indicator_value.group_type = 'all'
            and fct_indicator_value.value_status = 'shown'

    )

    select * from final
    """,
    "comment on view marts.standard_indicator is"
    " 'One row per code of an international standard, year and city: yearly whole-city values with"
    " completeness of at least 75 %'",
    "grant select on marts.standard_indicator to bi, steward",
)

# In the order they are made.
OBJECTS: dict[str, tuple[str, ...]] = {
    "indicator_history": _HISTORY,
    "restatement": _RESTATEMENT,
    "standard_indicator": _STANDARD,
}
NEEDS: dict[str, list[str]] = {"standard_indicator": ["fct_indicator_value", "dim_indicator"]}
