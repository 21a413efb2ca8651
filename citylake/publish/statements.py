"""What published tables say of numbers of persons, for an attack on them: every version of every value, every mart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from citylake.indicator import Threshold, load_indicators
from citylake.privacy.attack import Statement
from citylake.privacy.cells import read
from citylake.privacy.disclosure import WHOLE, Protected
from citylake.publish.publication import VALUE_PLACE, place_of, populations

_KEY = ("period_type", "period", "area_type", "area", "vintage", "group_type", '"group"')


def parts_of(domain: str) -> dict[str, tuple[tuple[tuple[str, dict[str, str]], ...], ...]]:
    """Which populations are sums of which places of which others."""
    return {
        whole: tuple(tuple(map(read, way)) for way in ways) for whole, ways in populations(domain).items()
    }


def versions(connection, domain: str) -> Iterator[tuple[str, list[Statement]]]:
    """(publication, what was to be read after it): the values as they were then, beside the marts as they are now."""
    of_marts = [each for mart in _marts(domain) for each in said(connection, mart)]
    values = [target for target in _values(domain) if isinstance(target.rule, Threshold)]
    codes = f"({' or '.join(target.rows for target in values) or 'false'})"
    found = connection.execute(
        f"select distinct publication_id as version from marts.indicator_history where {codes} order by 1"
    ).fetchall()
    if of_marts and not found:
        yield "marts", of_marts
    key = ", ".join(("code", *_KEY))
    for version in (row["version"] for row in found):
        newest = (
            f"(select distinct on ({key}) * from marts.indicator_history where {codes}"
            f" and publication_id <= '{version}' order by {key}, publication_id desc) as newest"
        )
        told = [each for target in values for each in said(connection, replace(target, table=newest))]
        yield version, [*of_marts, *told]


def _marts(domain: str) -> list[Protected]:
    from citylake.build.models import declared_marts

    return [
        Protected(f"marts.{mart.name}", tuple(mart.column_names), mart.disclosure, place=place_of(mart))
        for mart in declared_marts(domain) if isinstance(mart.disclosure, Threshold)
    ]  # fmt: skip


def _values(domain: str) -> list[Protected]:
    file = load_indicators().get(domain)
    columns = ("value", "numerator", "denominator", "value_status")
    return [
        Protected("marts.fct_indicator_value", columns, item.disclosure, f"code = '{code}'", VALUE_PLACE)
        for code, item in (file.indicators.items() if file else ())
    ]


def said(connection, target: Protected) -> Iterator[Statement]:
    """What the rows of a target say of the persons its rule counts; what a value tells of a hidden number beside it, too."""
    rule = target.rule
    assert isinstance(rule, Threshold)
    whom = {column: read(population) for column, population in rule.counts.items()}
    is_value = "value_status" in target.columns
    columns = ["value", "numerator", "denominator", "value_status"] if is_value else ["null"] * 4
    columns += [f'"{column}"' for column in whom]
    columns += [each for dimension, value in target.place for each in (dimension, f"({value})::varchar")]
    # Named, because rows may come as dictionaries.
    chosen = ", ".join(f"{column} as c{number}" for number, column in enumerate(columns))
    rows = connection.execute(f"select {chosen} from {target.table} where {target.rows}").fetchall()
    for row in rows:
        value, numerator, denominator, status, *rest = row.values() if isinstance(row, dict) else row
        if status == "not_reported":
            continue
        persons, where = rest[: len(whom)], rest[len(whom) :]
        at = {name: of or "" for name, of in zip(where[::2], where[1::2], strict=True) if name not in WHOLE}
        for (column, (population, fixed)), count in zip(whom.items(), persons, strict=True):
            if count is None and is_value:
                count = _told(column, value, numerator, denominator, _scale(target))
            about = f"{target.table.split()[0]} {target.rows} {column} {at | fixed}"
            yield Statement(about, population, at | fixed, None if count is None else round(count))


def _told(column: str, value, numerator, denominator, scale: float) -> float | None:
    """A number of a value that is shown with the other number."""
    if column == "numerator" and value is not None and denominator is not None:
        return value * denominator / scale
    if column == "denominator" and value and numerator is not None:
        return scale * numerator / value
    return None


def _scale(target: Protected) -> float:
    code = target.rows.split("'")[1]
    return next(
        (file.indicators[code].scale for file in load_indicators().values() if code in file.indicators), 1.0
    )
