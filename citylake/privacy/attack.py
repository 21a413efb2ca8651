"""An attack on all that is published together: between what must a hidden number of persons lie?

Written against the publication, not after it: nothing here knows how numbers were hidden. The unknowns are how many persons
there are in every smallest group (of the dimensions by which numbers are divided together); all that is shown is a sum over
some of these groups. Whoever has no value of a dimension is in a group of its own, which is taken to be empty as long as that
does not contradict what is shown. By linear programming each hidden number has a least and a greatest value. Where both tell
that it is small and more than that, it is recovered.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

_NONE = ""  # the value of whoever has none
_NEAR = 1e-6
_MOST = 1e6  # persons in one group
_FIRST = 1000.0  # so much more the first one's reach is worth than another's
_LARGEST = 400_000  # smallest groups of one system; more than that is refused


@dataclass(frozen=True)
class Statement:
    """What a published row says of one number: `persons` of a population at a place, or None where it is hidden.

    `within` are values of a dimension that a coarser one takes together (the days of a month): dimension -> values.
    """

    about: str
    population: str
    place: Mapping[str, str]
    persons: int | None
    within: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Recovered:
    """A small number that is known to be from `least` to `most`: hidden, or shown by mistake."""

    about: str
    least: int
    most: int


def attack(statements: Iterable[Statement], parts: Mapping[str, Sequence[Sequence[tuple[str, Mapping[str, str]]]]],
           threshold: int = 10) -> list[Recovered]:  # fmt: skip
    """The numbers below a threshold of which more can be told than that they are from 1 to threshold - 1.

    `parts`: whole -> ways in which it is the sum of others, each a population and a place of it.
    """
    statements = list(statements)
    found = [
        Recovered(each.about, each.persons, each.persons)
        for each in statements if each.persons is not None and 0 < each.persons < threshold
    ]  # fmt: skip
    for system in _systems(statements, parts):
        for statement, least, most in system.ranges(threshold):
            if 0 < most < threshold and (least > 1 or most < threshold - 1):  # nobody is nobody's secret
                found.append(Recovered(statement.about, least, most))
    return found


def _systems(statements: list[Statement], parts) -> Iterable[_System]:
    """Statements that can tell of each other: of populations that are parts of each other, and of days that are too."""
    above = {part: whole for whole, ways in parts.items() for way in ways for part, _ in way}

    def root(name: str) -> str:
        while name in above:
            name = above[name]
        return name

    by_root: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_root[root(statement.population)].append(statement)
    for of in by_root.values():
        for together in _by_day(of):
            if any(each.persons is None for each in together):
                system = _System(together, parts)
                yield system if system.is_possible() else _System(together, parts, has_others=True)


def _by_day(statements: list[Statement]) -> Iterable[list[Statement]]:
    """Apart by day where nothing spans days; a span takes its days together."""
    days = [
        {each.place["day"]} if "day" in each.place else set(each.within.get("day", ())) for each in statements
    ]
    leader: dict[str, str] = {}

    def lead(day: str) -> str:
        while leader.setdefault(day, day) != day:
            day = leader[day]
        return day

    for of in days:
        first = lead(min(of, default=""))
        for day in of:
            leader[lead(day)] = first
    groups: dict[str, list[Statement]] = defaultdict(list)
    for statement, of in zip(statements, days, strict=True):
        groups[lead(min(of, default=""))].append(statement)
    return groups.values()


class _System:
    """All statements about some populations, as sums over the smallest groups."""

    def __init__(self, statements: list[Statement], parts, has_others: bool = False) -> None:
        self.statements, self.parts = statements, parts
        self.dimensions = self._dimensions(has_others)
        self.crosses = self._crosses()
        self.columns: dict[tuple, int] = {}
        told = [(self._cells(each.population, each.place, each.within), each.persons) for each in statements]
        self.hidden = [
            (each, cells) for each, (cells, persons) in zip(statements, told, strict=True) if persons is None
        ]
        self.equations = [
            (cells, [1.0] * len(cells), float(persons)) for cells, persons in told if persons is not None
        ]
        self.equations += [*self._other_ways(), *self._other_crosses()]
        if len(self.columns) > _LARGEST:
            raise ValueError(f"{len(self.columns):,} smallest groups are too many to be asked about at once")

    def _crosses(self) -> list[tuple[str, ...]]:
        """The dimensions by which numbers are divided together, without those that are divided further."""
        found = {
            frozenset(place) | frozenset(each.within)
            for each in self.statements for _, place in self._leaves(each.population, each.place)
        }  # fmt: skip
        largest = [each for each in found if not any(each < other for other in found)]
        return sorted(tuple(sorted(each)) for each in largest)

    def _dimensions(self, has_others: bool) -> dict[str, list[str]]:
        values: dict[str, set[str]] = defaultdict(set)
        fixed = [place for ways in self.parts.values() for way in ways for _, place in way]
        for place in [*(each.place for each in self.statements), *fixed]:
            for name, value in place.items():
                values[name].add(value)
        for each in self.statements:
            for name, of in each.within.items():
                values[name].update(of)
        return {
            name: sorted(of | {_NONE} if has_others and name != "day" else of) for name, of in values.items()
        }

    def _leaves(self, population: str, place: Mapping[str, str]) -> Iterable[tuple[str, dict[str, str]]]:
        """The parts of a number that have no parts."""
        ways = self.parts.get(population)
        if not ways:
            yield population, dict(place)
            return
        for part, at in ways[0]:
            if all(place.get(name, value) == value for name, value in at.items()):
                yield from self._leaves(part, {**place, **at})

    def _cells(
        self, population: str, place: Mapping[str, str], within: Mapping[str, tuple[str, ...]]
    ) -> list[int]:
        """The smallest groups of a number: their columns."""
        return [
            number for part, at in self._leaves(population, place)
            for number in self._groups(part, at, within, next(c for c in self.crosses if {*at, *within} <= {*c}))
        ]  # fmt: skip

    def _groups(
        self,
        part: str,
        place: Mapping[str, str],
        within: Mapping[str, tuple[str, ...]],
        cross: tuple[str, ...],
    ) -> list[int]:
        choices = [
            (place[name],) if name in place else within.get(name, tuple(self.dimensions[name]))
            for name in cross
        ]
        return [
            self.columns.setdefault((part, cross, *group), len(self.columns))
            for group in itertools.product(*choices)
        ]

    def ranges(self, threshold: int) -> Iterable[tuple[Statement, int, int]]:
        """Each hidden statement with the least and the greatest that its number may be: not exact where it is beyond 1 and
        threshold - 1."""
        import numpy as np

        least, most = np.full(len(self.hidden), np.inf), np.zeros(len(self.hidden))
        for sign, end in ((1.0, 1.0), (-1.0, threshold - 1.0)):
            asked = np.arange(len(self.hidden))
            while len(asked):
                # The first for certain; of the others as many as one possible city can have at their end.
                here = self._numbers(asked, sign, end)
                least, most = np.minimum(least, here), np.maximum(most, here)
                is_there = least <= end + _NEAR if sign > 0 else most >= end - _NEAR
                asked = np.array([number for number in asked[1:] if not is_there[number]], dtype=int)
        for number, (statement, _) in enumerate(self.hidden):
            yield statement, math.ceil(least[number] - _NEAR), math.floor(most[number] + _NEAR)

    def _numbers(self, asked: np.ndarray, sign: float, end: float) -> np.ndarray:
        """Every hidden number in a possible city in which the first of those asked for is as near to its end as can be."""
        import numpy as np
        from scipy.sparse import eye_array, hstack

        matrix, known, hidden = self._matrices
        many, size = len(asked), len(self.columns)
        # A reach of each asked for, no further than its number goes, nor than its end.
        gains = hstack([sign * hidden[asked], eye_array(many)])
        worth = np.concatenate([[_FIRST], np.ones(many - 1)])
        bounds = [(0, _MOST)] * size + [(None, -end if sign > 0 else end)] * many
        best = self._solved(
            np.concatenate([np.zeros(size), -worth]),
            bounds,
            hstack([matrix, np.zeros((len(known), many))]).tocsr(),
            gains.tocsr(),
        )
        if best is None:
            raise ValueError("what is published contradicts itself: " + self.statements[0].about)
        return hidden @ best[:size]

    def is_possible(self) -> bool:
        """Whether there is a city of which all that is shown is true."""
        import numpy as np

        size = len(self.columns)
        return self._solved(np.zeros(size), [(0, _MOST)] * size, self._matrices[0], None) is not None

    def _solved(
        self, costs: np.ndarray, bounds: list, equal: csr_matrix, below: csr_matrix | None
    ) -> np.ndarray | None:
        import numpy as np
        from scipy.optimize import linprog

        best = linprog(
            costs, A_eq=equal, b_eq=self._matrices[1], A_ub=below, b_ub=None if below is None else np.zeros(below.shape[0]),
            bounds=bounds,
        )  # fmt: skip
        return best.x if best.status == 0 else None

    @cached_property
    def _matrices(self) -> tuple[csr_matrix, np.ndarray, csr_matrix]:
        """What is shown, as sums of smallest groups and what they are; and the hidden numbers as such sums."""
        import numpy as np

        known = np.array([persons for _, _, persons in self.equations])
        shown = self._sums([(cells, values) for cells, values, _ in self.equations])
        return shown, known, self._sums([(cells, [1.0] * len(cells)) for _, cells in self.hidden])

    def _sums(self, rows: list[tuple[list[int], list[float]]]) -> csr_matrix:
        import numpy as np
        from scipy.sparse import csr_matrix

        many = [len(cells) for cells, _ in rows]
        columns = np.array([cell for cells, _ in rows for cell in cells], dtype=int)
        values = np.array([value for _, of in rows for value in of])
        return csr_matrix(
            (values, (np.repeat(np.arange(len(rows)), many), columns)), shape=(len(rows), len(self.columns))
        )

    def _other_ways(self) -> list[tuple[list[int], list[float], float]]:
        """A whole that is divided in several ways is the same in each, in every group."""
        found = []
        names = {each.population for each in self.statements}
        wholes = [whole for whole, ways in self.parts.items() if len(ways) > 1 and whole in names]
        for whole, cross in itertools.product(wholes, self.crosses):
            for group in itertools.product(*(self.dimensions[name] for name in cross)):
                place = dict(zip(cross, group, strict=True))
                one, *others = (
                    [cell for part, at in way if all(place.get(name, value) == value for name, value in at.items())
                     for cell in self._cells(part, {**place, **at}, {})]
                    for way in self.parts[whole]
                )  # fmt: skip
                found += [_alike(one, each) for each in others]
        return found

    def _other_crosses(self) -> list[tuple[list[int], list[float], float]]:
        """Persons are as many by some dimensions as by others, in every group of those that are in both."""
        found = []
        parts = sorted({part for part, *_ in self.columns})
        for part, (one, other) in itertools.product(parts, itertools.combinations(self.crosses, 2)):
            common = [name for name in one if name in other]
            for group in itertools.product(*(self.dimensions[name] for name in common)):
                place = dict(zip(common, group, strict=True))
                found.append(_alike(self._groups(part, place, {}, one), self._groups(part, place, {}, other)))
        return found


def _alike(one: list[int], other: list[int]) -> tuple[list[int], list[float], float]:
    """As many persons in the one groups as in the others."""
    return [*one, *other], [1.0] * len(one) + [-1.0] * len(other), 0.0
