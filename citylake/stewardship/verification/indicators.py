"""Whether every published value equals the best that can be known, and every indicator is in truth, declarations and lake."""

from __future__ import annotations

from datetime import datetime

from citylake.indicator import all_indicators
from citylake.stewardship.verification.difference import Difference, differing, load

_KEY = ("code", "period_type", "period", "area_type", "area", "vintage", "group_type", '"group"')
_COLUMNS = {name.strip('"'): "text" for name in _KEY} | {
    "value": "float", "numerator": "float", "denominator": "float", "completeness": "float", "value_status": "text",
}  # fmt: skip
_COMPLETE_PCT = 75  # below it a lake may keep a value of a month or year back


def compare(connection, reading, as_of: datetime) -> tuple[int, list[Difference], tuple[dict, ...]]:
    """How many values were compared, those that differ, and by code how far the truth's best lies from what happened."""
    published = reading.execute("select * from marts.fct_indicator_value").fetchall()
    load(connection, "published", published, _COLUMNS)
    connection.execute(
        f"create table expected as from truth_indicators where as_of = timestamptz '{as_of.isoformat()}'"
    )
    (count,) = connection.execute("select count(*) from expected").fetchone()
    found = [*_codes(connection), *differing(connection, _values())]
    return count, found, _price(connection)


def _codes(connection) -> list[Difference]:
    """Indicators that are not in all three: the truth, the declarations, the lake."""
    in_truth, unknowable, in_lake = (
        {code for (code,) in connection.execute(query).fetchall()}
        for query in (
            "select distinct code from expected",
            "select code from expected group by code having count(knowable) = 0",  # its only file was held
            "select distinct code from published",
        )
    )
    places = {"truth": in_truth, "declarations": set(all_indicators()), "lake": in_lake | unknowable}
    everywhere = set().union(*places.values())
    return [
        Difference(
            "code",
            code,
            "truth, declarations and lake",
            ", ".join(name for name, codes in places.items() if code in codes),
        )
        for code in sorted(everywhere)
        if not all(code in codes for codes in places.values())
    ]


def _values() -> str:
    key = ", ".join(_KEY)
    near = "abs({0} - {1}) <= tolerance * greatest(1, abs({1}))"
    return f"""
        with joined as (
            select {", ".join(f"coalesce(e.{name}, p.{name}) as {name}" for name in _KEY)},
                tolerance, knowable, value, value_status,
                e.numerator as e_numerator, p.numerator as p_numerator, e.denominator as e_denominator,
                p.denominator as p_denominator, e.completeness as e_completeness, p.completeness as p_completeness,
                e.code is not null as is_expected, p.code is not null as is_published
            from expected as e
            full outer join published as p on {" and ".join(f"e.{name} = p.{name}" for name in _KEY)}
        ),
        judged as (
            select *, case
                when not is_expected then value is null
                when knowable is null then value is null
                when not is_published then false
                when value_status = 'incomplete' then value is null and e_completeness < {_COMPLETE_PCT}
                when value_status = 'hidden' then value is null
                else value is not null and {near.format("value", "knowable")}
                    and {near.format("p_numerator", "e_numerator")} and {near.format("p_denominator", "e_denominator")}
                    and abs(p_completeness - e_completeness) <= 0.01
            end as is_right
            from joined
        )
        select 'indicator', concat_ws(' ', {key}),
            case when is_expected then concat(coalesce(knowable::varchar, 'no value'), ' = ', e_numerator, ' / ', e_denominator,
                ', complete to ', round(e_completeness, 2), ' %') else 'nothing' end,
            case when is_published then concat(coalesce(value::varchar, 'no value'), ' = ', p_numerator, ' / ', p_denominator,
                ', complete to ', p_completeness, ' %, ', value_status) else 'nothing' end
        from judged where not coalesce(is_right, false)
        order by 2
        """


def _price(connection) -> tuple[dict, ...]:
    """By code: how many daily values of whole areas are known, and their mean distance to what happened, relative to it."""
    rows = connection.execute(
        """
        select code, count(*) filter (where knowable is not null) as known, count(*) as happened,
            100 * avg(abs(knowable - world)) / nullif(avg(abs(world)) filter (where knowable is not null), 0) as gap_pct
        from expected where period_type = 'day' and "group" = 'all' and world is not null group by code order by code
        """
    ).fetchall()
    return tuple(dict(zip(("code", "known", "happened", "gap_pct"), row, strict=True)) for row in rows)
