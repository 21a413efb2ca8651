"""Published counts of persons as one system: what each counts, where, and which are sums of which.

A count stands for a population (whom it counts) at a place (a value of some dimensions; a dimension that is not there is all
of it). Of one population at one place there is one number, in however many tables it is published. A number is the sum of
those of one more dimension; a whole population is the sum of its declared parts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Place = frozenset[tuple[str, str]]
Parts = Mapping[str, Sequence[Sequence[str]]]


def read(population: str) -> tuple[str, dict[str, str]]:
    """The name of a declared population, as in `asked(state=missed)`, and the place in its brackets."""
    name, _, place = population.rstrip(")").partition("(")
    return name, dict(each.split("=") for each in re.split(r",\s*", place)) if place else {}


@dataclass(frozen=True)
class Count:
    """One number of persons of one published row. `row` names the row; hidden it shows none of its numbers."""

    population: str
    place: Place
    persons: int
    row: tuple[str, int]


@dataclass
class Cell:
    """A number of persons, and the rows that show it."""

    population: str
    place: Place
    persons: int
    rows: set[tuple[str, int]] = field(default_factory=set)

    @property
    def dimensions(self) -> frozenset[str]:
        """The dimensions of its place."""
        return frozenset(name for name, _ in self.place)


def cells_of(counts: Iterable[Count]) -> list[Cell]:
    """One cell per population and place.

    Two rows that tell different numbers of one cell count different things: then both are cells of their own, since neither
    tells of the other.
    """
    found: dict[tuple[str, Place, int], Cell] = {}
    for count in counts:
        key = (count.population, count.place, count.persons)
        found.setdefault(key, Cell(count.population, count.place, count.persons)).rows.add(count.row)
    return list(found.values())


def sums(cells: Sequence[Cell], parts: Parts) -> list[tuple[int, tuple[int, ...]]]:
    """(whole, its parts) as positions in `cells`.

    Where the parts do not add up to the whole, what lacks (whoever has no value of the dimension) is taken to be known.
    """
    return [*_by_dimension(cells), *_by_parts(cells, parts)]


def _by_dimension(cells: Sequence[Cell]) -> Iterable[tuple[int, tuple[int, ...]]]:
    families: dict[str, dict[frozenset[str], list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, cell in enumerate(cells):
        families[cell.population][cell.dimensions].append(number)
    for of in families.values():
        for coarse, wholes in of.items():
            wider = [fine for fine in of if fine > coarse]
            # What lies between the two says the same in two steps.
            for fine in (each for each in wider if not any(other < each for other in wider)):
                inside: dict[Place, list[int]] = defaultdict(list)
                for number in of[fine]:
                    inside[frozenset(each for each in cells[number].place if each[0] in coarse)].append(
                        number
                    )
                yield from (
                    (whole, tuple(inside[cells[whole].place]))
                    for whole in wholes
                    if cells[whole].place in inside
                )


def _by_parts(cells: Sequence[Cell], parts: Parts) -> Iterable[tuple[int, tuple[int, ...]]]:
    at = {(cell.population, cell.place): number for number, cell in enumerate(cells)}
    families = {(cell.population, cell.dimensions) for cell in cells}
    for whole, cell in enumerate(cells):
        for divided in parts.get(cell.population, ()):
            of = [(name, cell.place.union(fixed.items())) for name, fixed in map(read, divided)]
            if all((name, frozenset(dimension for dimension, _ in place)) in families for name, place in of):
                yield whole, tuple(at[each] for each in of if each in at)
