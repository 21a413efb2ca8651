"""An attack on all that is published together: between what must a hidden number of persons lie?

Written against the publication, not after it: nothing here knows how numbers were hidden. The unknowns are how many persons
there are in every smallest group; all that is shown is a sum over some of these groups. Whoever has no value of a dimension is
in a group of its own, which is taken to be empty as long as that does not contradict what is shown. By linear programming each
hidden number has a least and a greatest value. Where both tell that it is small and more than that, it is recovered.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

_NONE = ""  # the value of whoever has none
_NEAR = 1e-6
_MOST = 1e6  # persons in one group
_LARGEST = 400_000  # smallest groups of one system; more than that is asked about in parts


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
        self.columns: dict[tuple, int] = {}
        told = [(self._cells(each.population, each.place, each.within), each.persons) for each in statements]
        self.hidden = [
            (each, cells) for each, (cells, persons) in zip(statements, told, strict=True) if persons is None
        ]
        self.equations = [
            (cells, [1.0] * len(cells), float(persons)) for cells, persons in told if persons is not None
        ]
        self.equations += self._other_ways()
        if len(self.columns) > _LARGEST:
            raise ValueError(f"{len(self.columns):,} smallest groups are too many to be asked about at once")

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

    def _cells(
        self, population: str, place: Mapping[str, str], within: Mapping[str, tuple[str, ...]]
    ) -> list[int]:
        """The smallest groups of a number: their columns."""
        ways = self.parts.get(population)
        if ways:
            return [
                number for part, at in ways[0] if all(place.get(name, value) == value for name, value in at.items())
                for number in self._cells(part, {**place, **at}, within)
            ]  # fmt: skip
        choices = [
            (place[name],) if name in place else within.get(name, tuple(of))
            for name, of in self.dimensions.items()
        ]
        return [
            self.columns.setdefault((population, *group), len(self.columns))
            for group in itertools.product(*choices)
        ]

    def is_possible(self) -> bool:
        """Whether there is a city of which all that is shown is true."""
        return self._extreme([]) is not None

    def ranges(self, threshold: int) -> Iterable[tuple[Statement, int, int]]:
        """Each hidden statement with the least and the greatest that its number may be: not exact where it is beyond 1 and
        threshold - 1."""
        seen: list[tuple[float, float]] = [(math.inf, 0.0)] * len(self.hidden)  # in cities that are possible
        for number, (statement, cells) in enumerate(self.hidden):
            for sign in (1.0, -1.0):
                if sign > 0 and seen[number][0] <= 1 or sign < 0 and seen[number][1] >= threshold - 1:
                    continue
                groups = self._extreme([(cell, sign) for cell in cells])
                if groups is None:
                    raise ValueError("what is published contradicts itself: " + statement.about)
                here = [sum(groups[cell] for cell in of) for _, of in self.hidden]
                seen = [
                    (min(low, each), max(high, each)) for (low, high), each in zip(seen, here, strict=True)
                ]
            least, most = seen[number]
            yield statement, math.ceil(least - _NEAR), math.floor(most + _NEAR)

    def _extreme(self, costs: Sequence[tuple[int, float]]):
        """Persons by smallest group in the city of least costs of all in which what is shown is true; None: there is none."""
        import numpy as np
        from scipy.optimize import linprog
        from scipy.sparse import csr_matrix

        many = [len(cells) for cells, _, _ in self.equations]
        columns = np.array([cell for cells, _, _ in self.equations for cell in cells], dtype=int)
        matrix = csr_matrix(
            (
                np.array([value for _, values, _ in self.equations for value in values]),
                (np.repeat(np.arange(len(many)), many), columns),
            ),
            shape=(len(many), len(self.columns)),
        )  # fmt: skip
        of = np.zeros(len(self.columns))
        for cell, cost in costs:
            of[cell] += cost
        best = linprog(
            of, A_eq=matrix, b_eq=np.array([persons for _, _, persons in self.equations]), bounds=(0, _MOST)
        )
        return best.x if best.status == 0 else None

    def _other_ways(self) -> list[tuple[list[int], list[float], float]]:
        """A whole that is divided in several ways is the same in each, in every group."""
        found = []
        names = {each.population for each in self.statements}
        for whole, ways in self.parts.items():
            if len(ways) < 2 or whole not in names:
                continue
            for group in itertools.product(*self.dimensions.values()):
                place = dict(zip(self.dimensions, group, strict=True))
                one, *others = (
                    [cell for part, at in way if all(place[name] == value for name, value in at.items())
                     for cell in self._cells(part, place, {})]
                    for way in ways
                )  # fmt: skip
                found += [([*one, *each], [1.0] * len(one) + [-1.0] * len(each), 0.0) for each in others]
        return found
