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

    Where parts do not add up to their whole, what lacks (whoever has no value of the dimension) is taken to be known. Two rows
    that tell different numbers of one cell count different persons: each is a cell of its own.
    """

    def __init__(self, counts: Iterable[Count], parts: Parts) -> None:
        self.cells: list[Cell] = []
        self.families: dict[Family, dict[Place, int]] = defaultdict(dict)
        self._parts = {whole: [[read(part) for part in way] for way in ways] for whole, ways in parts.items()}
        known: dict[tuple[str, Place], int] = {}
        for count in counts:
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
            if _divides(coarse, fine) and not any(
                _divides(coarse, other) and _divides(other, fine) for other in self.families
            ):
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
        for whole, _, _, way in self._divided():
            found = [self._part(name, place) for name, place, _ in way]
            if all(number is not None for number in found):
                yield whole, tuple(number for number in found if number is not None and number >= 0)

    def _divided(self) -> Iterator[tuple[int, Place, Place, list[tuple[str, Place, Place]]]]:
        """Every cell of a whole population with each way to divide it: (name, place, what of it is fixed) of its parts."""
        for (population, _, fixed), family in list(self.families.items()):
            for way, (place, whole) in itertools.product(self._parts.get(population, ()), family.items()):
                of = [(name, place.union(at.items()), fixed.union(at.items())) for name, at in way]
                yield whole, place, fixed, of

    def _part(self, name: str, place: Place) -> int | None:
        """The number of a part: -1 where it is published but has no row there, so is nobody; None where it is not."""
        number = self._at(name, place)
        if number is not None:
            return number
        dimensions = frozenset(dimension for dimension, _ in place)
        published = any(n == name and d == dimensions and f <= place for n, d, f in self.families)
        return -1 if published else None

    def _add_parts(self) -> None:
        """Parts that are published nowhere: sums of finer ones, or what is left of the whole."""
        # Found before any is added: a family with its first cell only would look as if nobody were in the others.
        unknown = [
            (whole, way, [each for each in way if self._part(*each[:2]) is None])
            for whole, _, _, way in self._divided()
        ]
        families = list(self.families)
        for whole, way, missing in unknown:
            for name, place, fixed in missing:
                family = (name, frozenset(dimension for dimension, _ in place), fixed)
                finer = [self._inside(family, each).get(place) for each in families if _divides(family, each)]
                sums = [sum(self.cells[number].persons for number in of) for of in finer if of]
                if sums:
                    self._add(name, place, fixed, max(sums))
            left = [each for each in missing if self._at(*each[:2]) is None]
            if len(missing) == 1 and left:
                others = [self._at(*each[:2]) for each in way if each is not left[0]]
                told = sum(self.cells[number].persons for number in others if number is not None)
                self._add(*left[0], max(self.cells[whole].persons - told, 0))

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
                        self._add(one[0], place, fixed, sum(self.cells[number].persons for number in numbers))


def _divides(coarse: Family, fine: Family) -> bool:
    """Whether cells of the one are sums over all values of the other's further dimensions."""
    (whole, dimensions, _), (part, finer, fixed) = coarse, fine
    return whole == part and dimensions < finer and {name for name, _ in fixed} <= dimensions
