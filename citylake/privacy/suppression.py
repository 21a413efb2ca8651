"""Which counts of persons must be hidden so that none of the small ones can be worked out from the others.

Small counts (1 to least - 1) are hidden first, and amounts of money that one contributor dominates (`amounts`). From what is
shown, sums are known; so other numbers are hidden with them until each of them may, as far as anybody can tell, be anything in
its range: a count from 1 to least - 1. What is hidden beside them is found by linear programming: the cheapest change of numbers
that keeps all sums and moves the small one to an end of its range (Kelly, Golden and Assad 1992; Fischetti and Salazar 2005).
Cells that this moves are hidden, empty places too, so nobody knows that a hidden count is not 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from citylake.privacy.amounts import Contributions
from citylake.privacy.cells import Cell, Cells, Count, Parts

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

_ROUNDED = 1e-6
_WORTH = 1.0  # of a small number's way, per person; to move a shown number by one costs `least` and more


def rows_to_hide(
    counts: Iterable[Count], parts: Parts, least: int, amounts: Contributions | None = None
) -> set[tuple[str, int]]:
    """The rows to hide so that every count from 1 to least - 1 may be anything in that range, and every amount that one
    contributor dominates anything that is near to it.

    A cell counts as hidden when all rows that show it are.
    """
    import numpy as np

    system_of_all = Cells(counts, parts)
    cells, rows = system_of_all.cells, set()
    for component, relations in _components(cells, system_of_all.sums()):
        here = [cells[number] for number in component]
        ranges = {
            number: found for number, cell in enumerate(here) if (found := _range(cell, least, amounts))
        }
        if not ranges:
            continue
        hidden = {row for number in ranges for row in here[number].rows}
        if not relations:  # nothing tells of it
            rows |= hidden
            continue
        kept, persons = _sums(np.array([cell.persons for cell in here], dtype=float), relations)
        for sign in (1, -1):
            ends = {number: found[sign > 0] for number, found in ranges.items()}
            left = [number for number, end in ends.items() if here[number].persons != end]
            if not left:
                continue
            changes = _Changes(kept, persons, {number: ends[number] for number in left}, sign, least)
            while left:
                is_shown = np.array([not cell.rows <= hidden for cell in here])
                moved, reached = changes.cheapest(left[0], left[1:], is_shown)
                hidden |= {row for number in moved for row in here[number].rows}
                left = [number for number in left[1:] if number not in reached]
        rows |= hidden
    return rows


def _range(cell: Cell, least: int, amounts: Contributions | None) -> tuple[int, int] | None:
    """Between what it must be possible that a cell lies; None where it may be known."""
    population = cell.population.partition(" ")[0]  # behind it a number of its own, where tables differ
    if amounts is not None and population in amounts:
        return amounts.range_of(population, cell.place, cell.persons)
    return (1, least - 1) if 0 < cell.persons < least else None


def _components(cells: Sequence[Cell], relations):
    """Cells that sums, or rows that show several, bind together: their positions, and their sums within these.

    Of several ways that are as cheap the solver takes one or another by the order of its columns. So cells are in the order of
    what they count, and what is hidden of a day is the same however its rows came, and whichever days are published with it.
    """
    import numpy as np
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    pairs = [(whole, part) for whole, of in relations for part in of]
    by_row: dict[tuple[str, int], int] = {}
    pairs += [
        (by_row.setdefault(row, number), number) for number, cell in enumerate(cells) for row in cell.rows
    ]
    if not pairs:
        return
    ends = np.array(pairs).T
    graph = coo_matrix((np.ones(len(pairs)), (ends[0], ends[1])), shape=(len(cells), len(cells)))
    _, labels = connected_components(graph, directed=False)
    members: dict[int, list[int]] = defaultdict(list)
    for number, label in enumerate(labels.tolist()):
        members[label].append(number)
    for numbers in members.values():
        numbers.sort(key=lambda number: (cells[number].population, sorted(cells[number].place)))
    within = {number: place for numbers in members.values() for place, number in enumerate(numbers)}
    inside = defaultdict(list)
    for whole, of in relations:
        inside[labels[whole]].append((within[whole], tuple(sorted(within[part] for part in of))))
    yield from ((numbers, sorted(inside[label])) for label, numbers in members.items())


class _Changes:
    """Changes of some counts that keep all sums: at what cost they take small ones to an end of their range.

    One linear program that is solved again and again with other bounds and costs, each time from where the last one ended.
    Its variables are what each number gains, what each loses, and of each small one a part of its way to the end.
    """

    def __init__(
        self, kept: csr_matrix, persons: np.ndarray, ends: Mapping[int, int], sign: int, least: int
    ) -> None:
        import highspy
        import numpy as np
        from scipy.sparse import hstack

        self.persons, self.size, self.least, self.sign = persons, len(persons), least, sign
        self.ways = {number: 2 * self.size + place for place, number in enumerate(ends)}
        self.small = np.array(list(ends), dtype=int)
        self.wanted = np.abs(np.array(list(ends.values())) - self.persons[self.small])
        # The way of a small one is worth something, so that many go it together; to go it and back is worth nothing.
        self.costs = np.zeros(2 * self.size + len(ends))
        self.costs[2 * self.size :] = -_WORTH
        self.costs[self._against(self.small)] = _WORTH
        matrix = hstack([kept, -kept, self.sign * kept[:, self.small]]).tocsc()
        program = highspy.HighsLp()
        program.num_row_, program.num_col_ = matrix.shape
        program.col_cost_, program.col_lower_ = self.costs, np.zeros(matrix.shape[1])
        losses = self.persons.copy()  # no number falls below 0
        if sign < 0:
            losses[self.small] -= self.wanted
        program.col_upper_ = np.concatenate([np.full(self.size, np.inf), losses, self.wanted])
        program.row_lower_ = program.row_upper_ = np.zeros(matrix.shape[0])
        program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
        program.a_matrix_.value_ = matrix.data
        self.solver, self.is_best = _silent_solver(), highspy.HighsModelStatus.kOptimal
        self.solver.passModel(program)

    def _against(self, number):
        """The variable by which a number goes away from the end."""
        return number + self.size if self.sign > 0 else number

    def _free(self, number: int) -> None:
        """Let a small number change like any other: nobody asks any more whether it gets to the end."""
        self.solver.changeColBounds(self.ways[number], 0.0, 0.0)
        self.solver.changeColBounds(number, 0.0, float("inf"))
        self.solver.changeColBounds(number + self.size, 0.0, self.persons[number])

    def cheapest(
        self, number: int, others: Sequence[int], is_shown: np.ndarray
    ) -> tuple[list[int], set[int]]:
        """The shown counts that move when a small one goes to the end at the least cost: few persons rather than many.

        And which other small ones go to the end with it. A hidden count may be 0, since empty places are hidden too where
        that helps, and costs nothing.
        """
        import numpy as np

        shown = np.flatnonzero(is_shown)
        costs = self.costs.copy()
        for way in (shown, shown + self.size):
            costs[way] += self.persons[shown] + self.least
        self.solver.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
        forth, back = (number, number + self.size)[:: self.sign]
        whole_way = self.wanted[self.ways[number] - 2 * self.size]
        self._free(number)
        self.solver.changeColBounds(forth, whole_way, whole_way)
        self.solver.changeColBounds(back, 0.0, 0.0)
        self.solver.run()
        is_found = self.solver.getModelStatus() == self.is_best
        found = np.array(self.solver.getSolution().col_value)
        self._free(number)
        if not is_found:  # numbers that do not add up: whatever could tell it goes
            return shown.tolist(), set()
        change = found[: self.size] - found[self.size : 2 * self.size]
        change[self.small] += self.sign * found[2 * self.size :]
        gone = self.sign * change[self.small] >= self.wanted * (1 - _ROUNDED)
        reached = set(self.small[gone].tolist()).intersection(others)
        for each in reached:
            self._free(each)
        return shown[np.abs(change[shown]) > _ROUNDED * np.maximum(self.persons[shown], 1)].tolist(), reached


def _silent_solver():
    """HiGHS, which prints nothing, and takes one processor: others publish at the same time."""
    import highspy

    class Solver(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802
            """Nobody is called back; to enable it prints the solver's name before it can be silenced."""

    solver = Solver()
    solver.silent()
    solver.setOptionValue("threads", 1)
    return solver


def _sums(persons: np.ndarray, relations) -> tuple[csr_matrix, np.ndarray]:
    """One row for each sum, and its numbers: those of the cells, and behind them those who have no value.

    Whoever has no value of the dimension is not shown, and never to be shown.
    """
    import numpy as np
    from scipy.sparse import coo_matrix

    entries: list[tuple[int, int, float]] = []
    others: list[float] = []
    for row, (whole, of) in enumerate(relations):
        entries += [(row, whole, 1.0), *((row, part, -1.0) for part in of)]
        lacking = persons[whole] - persons[list(of)].sum()
        if lacking:
            entries.append((row, len(persons) + len(others), -1.0))
            others.append(max(lacking, 0.0))
    rows, columns, values = zip(*entries, strict=True)
    numbers = np.concatenate([persons, others])
    return coo_matrix((values, (rows, columns)), shape=(len(relations), len(numbers))).tocsr(), numbers
