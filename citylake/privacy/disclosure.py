"""Disclosure control: what counts so few persons that it would tell of them is hidden before publication.

One function for every mart and indicator. A rule is declared with the mart (`meta.disclosure`) or the
indicator (`disclosure`). All that is published together is judged together (`suppression`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from citylake.errors import WrongUse
from citylake.indicator import NoRule, Threshold
from citylake.privacy.cells import Count, Parts, cells_of, read
from citylake.privacy.suppression import rows_to_hide

# What stands where a dimension is not divided: the lake is about one city.
WHOLE = frozenset({"all", "city", "province", "country"})


@dataclass(frozen=True)
class Protected:
    """What a rule is about: a table of the connection, and the rows of it (an SQL condition).

    `place` has (dimension, value) as SQL for every dimension that a row's counts are divided by.
    """

    table: str
    columns: tuple[str, ...]
    rule: NoRule | Threshold
    rows: str = "true"
    place: tuple[tuple[str, str], ...] = ()


def protect(connection, targets: Iterable[Protected], parts: Parts | None = None) -> dict[str, int]:
    """Apply each rule to its rows, in place; returns the number of hidden rows by table.

    Of each `parts`: whole population -> ways in which it is the sum of others. Safe to repeat: a hidden row stays hidden.
    Raises: WrongUse for a rule about columns that are not there, or a population with two thresholds.
    """
    targets = list(targets)
    hidden = Counter({target.table: 0 for target in targets})
    for least, numbers in _by_least(targets).items():
        counts = [count for number in numbers for count in _counts(connection, str(number), targets[number])]
        rows: dict[str, list[int]] = defaultdict(list)
        for name, row in rows_to_hide(cells_of(counts), parts or {}, least):
            rows[name].append(row)
        for name, of in rows.items():
            target = targets[int(name)]
            _hide(connection, target, sorted(of))
            hidden[target.table] += len(of)
    return dict(hidden)


def _by_least(targets: list[Protected]) -> dict[int, list[int]]:
    """Positions of the targets that have a threshold, by threshold."""
    by_least: dict[int, list[int]] = defaultdict(list)
    least_of: dict[str, int] = {}
    for number, target in enumerate(targets):
        rule = target.rule
        if isinstance(rule, NoRule):
            continue  # it says why in its `because`
        missing = sorted({*rule.counts, *rule.hides} - set(target.columns))
        if missing:
            raise WrongUse(
                "a disclosure rule names columns that are not there", where=target.table,
                found=", ".join(missing), expected="some of " + ", ".join(target.columns),
            )  # fmt: skip
        for name in (read(each)[0] for each in rule.counts.values()):
            if least_of.setdefault(name, rule.least) != rule.least:
                raise WrongUse(
                    f"the population '{name}' has two thresholds", where=target.table, found=str(rule.least),
                    expected=str(least_of[name]), next_step="Persons of one population need one threshold.",
                )  # fmt: skip
        by_least[rule.least].append(number)
    return by_least


def _counts(connection, name: str, target: Protected) -> Iterator[Count]:
    """Every number of persons in the target's rows."""
    rule = target.rule
    assert isinstance(rule, Threshold)
    whom = {column: read(population) for column, population in rule.counts.items()}
    place = "".join(f", {dimension}, ({value})::varchar" for dimension, value in target.place)
    columns = ", ".join(f'"{column}"' for column in whom)
    rows = connection.execute(f"select rowid, {columns}{place} from {target.table} where {target.rows}")
    for row, *values in rows.fetchall():
        persons, where = values[: len(whom)], values[len(whom) :]
        at = {name: value for name, value in zip(where[::2], where[1::2], strict=True) if name not in WHOLE}
        for (population, fixed), count in zip(whom.values(), persons, strict=True):
            if count is not None:
                yield Count(population, _place(at | fixed), round(count), (name, row))


def _place(values: Mapping[str, str | None]) -> frozenset[tuple[str, str]]:
    return frozenset((name, "" if value is None else value) for name, value in values.items())


def _hide(connection, target: Protected, rows: list[int]) -> None:
    rule = target.rule
    assert isinstance(rule, Threshold)
    changes = [f'"{name}" = null' for name in dict.fromkeys([*rule.hides, *rule.counts])]
    if "value_status" in target.columns:
        changes.append("value_status = 'hidden'")
    connection.execute(
        f"update {target.table} set {', '.join(changes)} where rowid in (select unnest(?::bigint[]))", [rows]
    )
