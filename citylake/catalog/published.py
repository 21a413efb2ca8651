"""Published indicator values and their restatements, as readers of the marts see them."""

from __future__ import annotations

from citylake.indicator import all_indicators

# A lake that has not published yet has no such tables; then there is nothing to read.
_VALUES = "marts.fct_indicator_value"
_RESTATEMENTS = "marts.restatement"


def exists(connection, name: str) -> bool:
    """Whether a table or view is there and this role may see it."""
    return connection.execute("select to_regclass(%s) is not null as found", (name,)).fetchone()["found"]


def latest_values(
    connection, *, code: str | None = None, period: str | None = None, area: str | None = None,
    with_groups: bool = False,
) -> list[dict]:  # fmt: skip
    """Indicator values with name and unit: of `period`, or of the latest of each period type.

    `area` is a code or a type of area (district, city …); without one, the city, or every area of an
    indicator that has no value for the city. Role bi.
    """
    if not exists(connection, _VALUES):
        return []
    return connection.execute(
        """
        with matching as (
            select
                fct_indicator_value.*,
                rank() over (
                    partition by fct_indicator_value.code, fct_indicator_value.period_type
                    order by fct_indicator_value.period desc
                ) as newest,
                bool_or(fct_indicator_value.area_type = 'city') over (
                    partition by fct_indicator_value.code, fct_indicator_value.period_type, fct_indicator_value.period
                ) as has_city
            from marts.fct_indicator_value
            where
                (%(code)s::text is null or fct_indicator_value.code = %(code)s)
                and (%(period)s::text is null or fct_indicator_value.period = %(period)s)
                and (%(area)s::text is null or %(area)s in (fct_indicator_value.area, fct_indicator_value.area_type))
                and (%(groups)s or fct_indicator_value.group_type = 'all' or fct_indicator_value.code = any(%(only_groups)s))
        )

        select
            matching.code, dim_indicator.name_en, dim_indicator.name_zh, matching.period_type, matching.period,
            matching.area_type, matching.area, matching.vintage, matching.group_type, matching."group",
            matching.value, matching.unit, matching.numerator, matching.denominator, matching.completeness,
            matching.value_status, matching.publication_id
        from matching
        left join marts.dim_indicator on dim_indicator.code = matching.code
        where
            (%(period)s::text is not null or matching.newest = 1)
            and (%(area)s::text is not null or matching.area_type = 'city' or not matching.has_city)
        order by
            matching.code, array_position(array['day', 'month', 'year'], matching.period_type), matching.period,
            matching.area, matching.vintage, matching.group_type, matching."group"
        """,
        {
            "code": code,
            "period": period,
            "area": area,
            "groups": with_groups,
            "only_groups": [item.code for item in all_indicators().values() if item.only_groups],
        },
    ).fetchall()


def restated(
    connection, *, code: str | None = None, period: str | None = None, area: str | None = None,
    change_type: str | None = None, limit: int | None = None,
) -> list[dict]:  # fmt: skip
    """Later changes of published values, newest first: old and new value, when, why, because of which deliveries."""
    if not exists(connection, _RESTATEMENTS):
        return []
    return connection.execute(
        """
        select *
        from marts.restatement
        where
            (%(code)s::text is null or code = %(code)s)
            and (%(period)s::text is null or period = %(period)s)
            and (%(area)s::text is null or %(area)s in (area, area_type))
            and (%(change)s::text is null or change_type = %(change)s)
        order by history_id desc
        limit %(limit)s
        """,
        {"code": code, "period": period, "area": area, "change": change_type, "limit": limit},
    ).fetchall()
