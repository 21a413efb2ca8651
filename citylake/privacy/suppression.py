"""Which counts of persons must be hidden so that none of the small ones can be worked out from the others.

Small counts (1 to least - 1) are hidden first. From what is shown, sums are known; so other counts are hidden with them until
each small one may, as far as anybody can tell, be anything from 1 to least - 1. What is hidden beside them is found by linear
programming: the cheapest change of counts that keeps all sums and moves the small one to an end of its range (Kelly, Golden and
Assad 1992; Fischetti and Salazar 2005). Cells that this moves are hidden, empty places too, so nobody knows that a hidden count
is not 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from citylake.privacy.cells import Cell, Cells, Count, Parts

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

_ROUNDED = 1e-6
_FIRST = 1000.0  # so much more the first one's change is worth than another's


def rows_to_hide(counts: Iterable[Count], parts: Parts, least: int) -> set[tuple[str, int]]:
    """The rows to hide so that every count from 1 to least - 1 may be anything in that range.

    A cell counts as hidden when all rows that show it are.
    """
    import numpy as np

    system_of_all = Cells(counts, parts)
    cells, rows = system_of_all.cells, set()
    for component, relations in _components(cells, system_of_all.sums()):
        here = [cells[number] for number in component]
        small = [number for number, cell in enumerate(here) if 0 < cell.persons < least]
        if not small:
            continue
        hidden = {row for number in small for row in here[number].rows}
        if not relations:  # nothing tells of it
            rows |= hidden
            continue
        system = _System(np.array([cell.persons for cell in here], dtype=float), relations, least)
        for end in (least - 1, 1):
            left = [number for number in small if here[number].persons != end]
            while left:
                system.show(np.array([not cell.rows <= hidden for cell in here]))
                reached = system.reaching(left, end)
                if left[0] not in reached:
                    moved = system.cheapest(left[0], end)
                    hidden |= {row for number in moved for row in here[number].rows}
                left = [number for number in left[1:] if number not in reached]
        rows |= hidden
    return rows


def _components(cells: Sequence[Cell], relations):
    """Cells that sums, or rows that show several, bind together: their positions, and their sums within these."""
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
    within: dict[int, int] = {}
    for number, label in enumerate(labels.tolist()):
        within[number] = len(members[label])
        members[label].append(number)
    inside = defaultdict(list)
    for whole, of in relations:
        inside[labels[whole]].append((within[whole], tuple(within[part] for part in of)))
    yield from ((numbers, inside[label]) for label, numbers in members.items())


class _System:
    """The changes of some counts that keep all sums; what is shown does not change."""

    def __init__(self, persons: np.ndarray, relations, least: int) -> None:
        import numpy as np
        from scipy.sparse import coo_matrix

        self.least, self.size = least, len(persons)
        entries: list[tuple[int, int, float]] = []
        others: list[float] = []
        for number, (whole, of) in enumerate(relations):
            entries += [(number, whole, 1.0), *((number, part, -1.0) for part in of)]
            lacking = persons[whole] - persons[list(of)].sum()
            if lacking:  # whoever has no value of the dimension: not shown, and never to be shown
                entries.append((number, self.size + len(others), -1.0))
                others.append(max(lacking, 0.0))
        row, column, value = zip(*entries, strict=True) if entries else ((), (), ())
        # All numbers: those of the cells, and behind them those who have no value.
        self.persons = np.concatenate([persons, others])
        self.kept = coo_matrix((value, (row, column)), shape=(len(relations), len(self.persons))).tocsr()
        self.is_shown = np.zeros(len(self.persons), dtype=bool)

    def show(self, is_shown: np.ndarray) -> None:
        """Say which cells are shown. A hidden one may be 0, since empty places are hidden too where that helps."""
        self.is_shown[: self.size] = is_shown

    def reaching(self, asked: Sequence[int], end: int) -> set[int]:
        """Which small cells one change takes to an end of their range while all that is shown stays.

        The first of them is among these if it can be at all; of the others as many as come with it. Possible changes form a
        convex set, so what is reached together is reached alone.
        """
        import numpy as np
        from scipy.optimize import linprog
        from scipy.sparse import csr_matrix, eye_array, hstack

        free, kept = self._around(asked[0])
        at = np.full(len(self.persons), -1)
        at[free] = np.arange(len(free))
        asked = [number for number in asked if at[number] >= 0]
        many, sign = len(asked), 1.0 if end > 1 else -1.0
        numbers = at[np.array(asked)]
        # A gain of each (a loss, if it goes the other way), no more than it changes and than the way to its end; as much gain
        # as there can be.
        changed = csr_matrix((np.full(many, -sign), (np.arange(many), numbers)), shape=(many, len(free)))
        wanted = np.abs(end - self.persons[free][numbers])
        worth = np.concatenate([[_FIRST], np.ones(many - 1)])
        low = np.concatenate([-self.persons[free], np.full(many, -np.inf)])
        high = np.concatenate([np.full(len(free), np.inf), wanted])
        found = linprog(
            np.concatenate([np.zeros(len(free)), -worth]), A_ub=hstack([changed, eye_array(many)]), b_ub=np.zeros(many),
            A_eq=hstack([kept, csr_matrix((kept.shape[0], many))]), b_eq=np.zeros(kept.shape[0]), method="highs",
            bounds=np.column_stack([low, high]),
        )  # fmt: skip
        if not found.success:
            raise ArithmeticError(f"linear programming: {found.message}")
        moved = sign * found.x[numbers]
        return {each for each, way, want in zip(asked, moved, wanted, strict=True) if way >= want - _ROUNDED}

    def _around(self, number: int) -> tuple[np.ndarray, csr_matrix]:
        """What may change with a hidden number: what is hidden and bound to it by sums, and these sums."""
        import numpy as np
        from scipy.sparse import block_array
        from scipy.sparse.csgraph import connected_components

        free = np.flatnonzero(~self.is_shown)
        kept = self.kept[:, free]
        _, labels = connected_components(block_array([[None, kept], [kept.T, None]]), directed=False)
        of_sums, of_cells = labels[: kept.shape[0]], labels[kept.shape[0] :]
        label = of_cells[np.searchsorted(free, number)]
        return free[of_cells == label], kept[of_sums == label][:, of_cells == label]

    def cheapest(self, number: int, end: int) -> list[int]:
        """The shown counts that must move so that a small one reaches an end of its range: few persons rather than many."""
        import numpy as np
        from scipy.optimize import linprog
        from scipy.sparse import hstack

        size = len(self.persons)
        costs = np.where(self.is_shown, self.persons + self.least, 0.0)
        up, down = np.full(size, np.inf), self.persons
        change = end - self.persons[number]
        bounds = [[0.0, each] for each in np.concatenate([up, down]).tolist()]
        bounds[number] = [max(change, 0.0)] * 2
        bounds[size + number] = [max(-change, 0.0)] * 2
        found = linprog(
            np.concatenate([costs, costs]), A_eq=hstack([self.kept, -self.kept]), b_eq=np.zeros(self.kept.shape[0]),
            bounds=bounds, method="highs",
        )  # fmt: skip
        if not found.success:  # numbers that do not add up: whatever could tell it goes
            return [int(each) for each in np.flatnonzero(self.is_shown)]
        moved = np.abs(found.x[:size] - found.x[size:]) > _ROUNDED
        return [int(each) for each in np.flatnonzero(moved & self.is_shown)]
