"""What published tables say of numbers of persons, for an attack on them: every version of every value, every mart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from citylake.indicator import Threshold
from citylake.privacy.attack import Statement
from citylake.privacy.cells import read
from citylake.privacy.disclosure import Protected
from citylake.publish.publication import populations, targets
from citylake.publish.standing import KEY


def parts_of(domain: str) -> dict[str, tuple[tuple[tuple[str, dict[str, str]], ...], ...]]:
    """Which populations are sums of which places of which others."""
    return {
        whole: tuple(tuple(map(read, way)) for way in ways) for whole, ways in populations(domain).items()
    }


def versions(connection, domain: str) -> Iterator[tuple[str, list[Statement]]]:
    """(publication, what was to be read after it): the values as they were then, beside the marts as they are now."""
    from citylake.build.models import declared_marts

    ruled = [each for each in targets(domain, declared_marts(domain)) if isinstance(each.rule, Threshold)]
    of_marts = [said for target in ruled if not target.is_value for said in statements(connection, target)]
    values = [target for target in ruled if target.is_value]
    codes = f"({' or '.join(target.rows for target in values) or 'false'})"
    found = connection.execute(
        f"select distinct publication_id as version from marts.indicator_history where {codes} order by 1"
    ).fetchall()
    if of_marts and not found:
        yield "marts", of_marts
    key = ", ".join(f'"{name}"' for name in KEY)
    for version in (row["version"] for row in found):
        newest = (
            f"(select distinct on ({key}) * from marts.indicator_history where {codes}"
            f" and publication_id <= '{version}' order by {key}, publication_id desc) as newest"
        )
        told = [said for target in values for said in statements(connection, replace(target, table=newest))]
        yield version, [*of_marts, *told]


def statements(connection, target: Protected) -> Iterator[Statement]:
    """What the rows of a target say of the persons its rule counts; what a value tells of a hidden number beside it, too."""
    values = ["value", "numerator", "denominator", "value_status"] if target.is_value else ["null"] * 4
    amounts = {*getattr(target.rule, "amounts", {}).values()}
    # Named, because rows may come as dictionaries.
    selected = ", ".join(f"{each} as c{number}" for number, each in enumerate([*values, *target.selected]))
    for row in connection.execute(f"select {selected} from {target.table} where {target.rows}").fetchall():
        value, numerator, denominator, status, *rest = row.values() if isinstance(row, dict) else row
        if status == "not_reported":
            continue
        for column, population, place, _, persons in target.told(rest):
            if population in amounts:
                continue  # money, and nobody's number
            if persons is None:
                persons = _told(column, value, numerator, denominator, target.scale)
            about = f"{target.table.split()[0]} {target.rows} {column} {place}"
            yield Statement(about, population, place, None if persons is None else round(persons))


def _told(column: str, value, numerator, denominator, scale: float) -> float | None:
    """A number of a value that is shown with the other number."""
    if column == "numerator" and value is not None and denominator is not None:
        return value * denominator / scale
    if column == "denominator" and value and numerator is not None:
        return scale * numerator / value
    return None
