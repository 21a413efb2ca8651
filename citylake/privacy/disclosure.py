"""Disclosure control: what counts so few persons that it would tell of them is hidden before publication.

One function for every mart and indicator. A rule is declared with the mart (`meta.disclosure`) or the
indicator (`disclosure`). All that is published together is judged together (`suppression`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from citylake.errors import WrongUse
from citylake.indicator import Amount, NoRule, Threshold
from citylake.privacy.amounts import Contributions
from citylake.privacy.cells import Count, Parts, read
from citylake.privacy.suppression import rows_to_hide

# What stands where a dimension is not divided: the lake is about one city.
WHOLE = frozenset({"all", "city", "province", "country"})


@dataclass(frozen=True)
class Protected:
    """What a rule is about: a table of the connection, and the rows of it (an SQL condition).

    `place` has (dimension, value) as SQL for every dimension that a row's counts are divided by. Of an indicator the value is
    `scale` times its numerator over its denominator.
    """

    table: str
    columns: tuple[str, ...]
    rule: NoRule | Threshold
    rows: str = "true"
    place: tuple[tuple[str, str], ...] = ()
    scale: float = 1.0

    @property
    def is_value(self) -> bool:
        """Whether its rows are values of an indicator; else they are of a mart."""
        return "value_status" in self.columns

    @property
    def whom(self) -> dict[str, tuple[str, dict[str, str]]]:
        """Of each column of persons or money the population and its fixed place; of none where there is no rule."""
        if isinstance(self.rule, NoRule):
            return {}
        return {each: read(of) for each, of in (self.rule.counts | self.rule.amounts).items()}

    @property
    def selected(self) -> list[str]:
        """SQL of the numbers of persons and of the places of rows, for `told`."""
        place = [each for dimension, value in self.place for each in (dimension, f"({value})::varchar")]
        return [*(f'"{column}"' for column in self.whom), *place]

    def told(self, row: Sequence) -> Iterator[tuple[str, str, dict[str, str], dict[str, str], float | None]]:
        """Of each number in a row of `selected`: column, population, place, what of it is fixed, persons (None: hidden)."""
        persons, where = row[: len(self.whom)], row[len(self.whom) :]
        at = {
            name: value or ""
            for name, value in zip(where[::2], where[1::2], strict=True)
            if name not in WHOLE
        }
        for (column, (population, fixed)), count in zip(self.whom.items(), persons, strict=True):
            named = {name for name in at if f"{{{name}}}" in population}
            place = {name: value for name, value in at.items() if name not in named}
            yield column, population.format_map(at), place | fixed, fixed, count


@dataclass
class Hidden:
    """In how many rows of each table something was hidden; and how much of what counts persons stays to be seen.

    `numbers` are those that count anybody at all, `persons` is their sum: who is counted in several is in it as often.
    """

    rows: dict[str, int]
    numbers: int = 0
    numbers_shown: int = 0
    persons: int = 0
    persons_shown: int = 0

    @property
    def shown_pct(self) -> dict[str, float]:
        """Of numbers and of persons; nothing where nobody is counted."""
        if not self.numbers:
            return {}
        return {
            "numbers_shown_pct": round(100 * self.numbers_shown / self.numbers, 1),
            "persons_shown_pct": round(100 * self.persons_shown / self.persons, 1),
        }


def protect(
    connection,
    targets: Iterable[Protected],
    parts: Parts | None = None,
    amounts: Mapping[str, Amount] | None = None,
) -> Hidden:
    """Apply each rule to its rows, in place.

    Of each `parts`: whole population -> ways in which it is the sum of others. Of `amounts` the models must be there. Safe to
    repeat: a hidden row stays hidden.
    Raises: WrongUse for a rule about columns that are not there, or a population with two thresholds.
    """
    targets = list(targets)
    hidden = Hidden({target.table: 0 for target in targets})
    contributions = Contributions(connection, amounts or {})
    for least, numbers in _by_least(targets).items():
        counts = [count for number in numbers for count in _counts(connection, str(number), targets[number])]
        rows: dict[str, list[int]] = defaultdict(list)
        going = rows_to_hide(counts, parts or {}, least, contributions)
        for count in (each for each in counts if each.population not in contributions):
            is_shown = count.row not in going
            hidden.numbers += count.persons > 0
            hidden.numbers_shown += is_shown and count.persons > 0
            hidden.persons += count.persons
            hidden.persons_shown += is_shown * count.persons
        for name, row in going:
            rows[name].append(row)
        touched: dict[int, set[int]] = defaultdict(set)
        for name, of in sorted(rows.items()):
            position, _, column = name.partition(" ")
            _hide(connection, targets[int(position)], column, sorted(of))
            touched[int(position)].update(of)
        for of_target, found in touched.items():
            hidden.rows[targets[of_target].table] += len(found)
    return hidden


def _by_least(targets: list[Protected]) -> dict[int, list[int]]:
    """Positions of the targets that have a threshold, by threshold."""
    by_least: dict[int, list[int]] = defaultdict(list)
    least_of: dict[str, int] = {}
    for number, target in enumerate(targets):
        rule = target.rule
        if isinstance(rule, NoRule):
            continue  # it says why in its `because`
        missing = sorted({*target.whom, *rule.hides} - set(target.columns))
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
    """Every number of persons in the target's rows. Of a mart each number is hidden alone, a value with all that makes it."""
    selected = ", ".join(["rowid", *target.selected])
    for row, *rest in connection.execute(
        f"select {selected} from {target.table} where {target.rows}"
    ).fetchall():
        for column, population, place, fixed, persons in target.told(rest):
            if persons is not None:
                shown = name if target.is_value else f"{name} {column}"
                yield Count(
                    population,
                    frozenset(place.items()),
                    round(persons),
                    (shown, row),
                    frozenset(fixed.items()),
                )


def _hide(connection, target: Protected, column: str, rows: list[int]) -> None:
    """Hide a number of some rows, or all of a value, and what else would tell it."""
    rule = target.rule
    assert isinstance(rule, Threshold)
    names = dict.fromkeys([*rule.hides, *([column] if column else target.whom)])
    changes = [f'"{name}" = null' for name in names]
    if target.is_value:
        changes.append("value_status = 'hidden'")
    connection.execute(
        f"update {target.table} set {', '.join(changes)} where rowid in (select unnest(?::bigint[]))", [rows]
    )
