"""Published counts of persons as one system: whom each counts, where, and which are sums of which.

A count stands for a population (whom it counts) at a place (a value of some dimensions; a dimension that is not there is all
of it). Of one population at one place there is one number, in however many tables it is published. A number is the sum of
those of one more dimension, and a whole population is the sum of its declared parts. Numbers that stand in no table, but are
such sums or differences, are cells too: nobody need publish them to tell them.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Place = frozenset[tuple[str, str]]
Parts = Mapping[str, Sequence[Sequence[str]]]
Sum = tuple[int, tuple[int, ...]]
# What is published alike: a population, the dimensions of its places, and those of them that have one value only.
Family = tuple[str, frozenset[str], Place]
_ROUNDS = 3  # a cell that nobody publishes may lead to one that nobody publishes


def read(population: str) -> tuple[str, dict[str, str]]:
    """The name of a declared population, as in `asked(state=missed)`, and the place in its brackets."""
    name, _, place = population.rstrip(")").partition("(")
    return name, dict(each.split("=") for each in re.split(r",\s*", place)) if place else {}


@dataclass(frozen=True)
class Count:
    """One number of persons of one published row. `row` names the row; hidden it shows none of its numbers.

    `fixed` are those parts of the place that are the same in the whole column: other values need not be published.
    """

    population: str
    place: Place
    persons: int
    row: tuple[str, int]
    fixed: Place = frozenset()


@dataclass
class Cell:
    """A number of persons, and the rows that show it: none where it only follows from others."""

    population: str
    place: Place
    persons: int
    rows: set[tuple[str, int]] = field(default_factory=set)


class Cells:
    """All cells of a publication, and the sums among them, as positions in `cells`.

    Where the values of a dimension do not add up to their whole, somebody has none, and how many is not known. Two rows that
    tell different numbers of one cell count different persons: each is a cell of its own.
    """

    def __init__(self, counts: Iterable[Count], parts: Parts) -> None:
        self.cells: list[Cell] = []
        self.families: dict[Family, dict[Place, int]] = defaultdict(dict)
        self._parts = {whole: [[read(part) for part in way] for way in ways] for whole, ways in parts.items()}
        known: dict[tuple[str, Place], int] = {}
        # In an order of their own, so that of two numbers of one cell the same one is told apart whichever comes first.
        for count in sorted(counts, key=lambda each: (each.population, sorted(each.place), each.persons)):
            persons = known.setdefault((count.population, count.place), count.persons)
            name = count.population if persons == count.persons else f"{count.population} {count.persons}"
            self._add(name, count.place, count.fixed, count.persons).rows.add(count.row)
        for _ in range(_ROUNDS):
            before = len(self.cells)
            self._add_parts()
            self._add_margins()
            if len(self.cells) == before:
                break

    def sums(self) -> list[Sum]:
        """(whole, its parts) of every sum."""
        return list(dict.fromkeys([*self._over_dimensions(), *self._over_parts()]))

    def _add(self, population: str, place: Place, fixed: Place, persons: int) -> Cell:
        family = self.families[population, frozenset(name for name, _ in place), fixed]
        number = family.get(place)
        if number is None:
            number = self._at(population, place)
        if number is None:
            number = len(self.cells)
            self.cells.append(Cell(population, place, persons))
        family[place] = number
        return self.cells[number]

    def _at(self, population: str, place: Place) -> int | None:
        dimensions = frozenset(name for name, _ in place)
        for (name, of, _), family in self.families.items():
            if name == population and of == dimensions and place in family:
                return family[place]
        return None

    def _over_dimensions(self) -> Iterator[Sum]:
        for coarse, fine in itertools.permutations(list(self.families), 2):
            if _divides(coarse, fine):
                inside = self._inside(coarse, fine)
                yield from (
                    (whole, tuple(inside[place]))
                    for place, whole in self.families[coarse].items()
                    if place in inside
                )

    def _inside(self, coarse: Family, fine: Family) -> dict[Place, list[int]]:
        """Cells of a finer family by the place of a coarser one that they lie in."""
        inside: dict[Place, list[int]] = defaultdict(list)
        for place, number in self.families[fine].items():
            inside[frozenset(each for each in place if each[0] in coarse[1])].append(number)
        return inside

    def _over_parts(self) -> Iterator[Sum]:
        for whole, way in self._divided():
            present, _ = self._present(way)
            # Where they add up, nobody is in the parts that are not there.
            if present and self._persons(present) == self.cells[whole].persons:
                yield whole, tuple(present)

    def _present(
        self, way: list[tuple[str, Place, Place]]
    ) -> tuple[list[int], list[tuple[str, Place, Place]]]:
        """The cells of parts, and the parts that have none."""
        at = [(part, self._at(*part[:2])) for part in way]
        return [number for _, number in at if number is not None], [
            part for part, number in at if number is None
        ]

    def _persons(self, numbers: Iterable[int]) -> int:
        return sum(self.cells[number].persons for number in numbers)

    def _divided(self) -> Iterator[tuple[int, list[tuple[str, Place, Place]]]]:
        """Every cell of a whole population with each way to divide it: (name, place, what of it is fixed) of its parts."""
        for (population, _, fixed), family in list(self.families.items()):
            for way, (place, whole) in itertools.product(
                self._parts.get(population, ()), list(family.items())
            ):
                yield whole, [(name, place.union(at.items()), fixed.union(at.items())) for name, at in way]

    def _add_parts(self) -> None:
        """Parts that are published nowhere: sums of finer ones, or what is left of the whole."""
        families = list(self.families)
        for whole, way in list(self._divided()):
            present, missing = self._present(way)
            left = self.cells[whole].persons - self._persons(present)
            if not left:
                continue
            for name, place, fixed in missing:
                family = (name, frozenset(dimension for dimension, _ in place), fixed)
                finer = [self._inside(family, each).get(place) for each in families if _divides(family, each)]
                told = [self._persons(of) for of in finer if of]
                if told or (len(missing) == 1 and left > 0):
                    self._add(name, place, fixed, max(told) if told else left)

    def _add_margins(self) -> None:
        """Sums that two families have in common and nobody publishes."""
        for one, other in itertools.combinations(list(self.families), 2):
            common = one[1] & other[1]
            fixed = one[2] | other[2]
            if (
                one[0] != other[0]
                or common in (one[1], other[1])
                or not {name for name, _ in fixed} <= common
            ):
                continue
            margin = (one[0], common, fixed)
            for family in (one, other):
                for place, numbers in self._inside(margin, family).items():
                    if fixed <= place:
                        self._add(one[0], place, fixed, self._persons(numbers))


def _divides(coarse: Family, fine: Family) -> bool:
    """Whether cells of the one are sums over all values of the other's further dimensions."""
    (whole, dimensions, _), (part, finer, fixed) = coarse, fine
    return whole == part and dimensions < finer and {name for name, _ in fixed} <= dimensions
