"""Which group an enterprise belongs to: who holds more than half of it, and of that one, and so on, on a day."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

_HALF = 500  # tenths of a percent
Holding = tuple[
    str, str, int, int, int
]  # holder, held, tenths of a percent, since, until (ordinals, 0: still holds)


class Holdings:
    """Holdings, of which one can ask on any day who stands above whom."""

    def __init__(self, rows: Iterable[Holding]):
        self.rows = tuple(rows)
        changes = {day for row in self.rows for day in row[3:] if day}
        self.changes = np.array(sorted(changes), dtype=np.int64)
        self._above = lru_cache(maxsize=2)(self._majorities)

    def group_of(self, enterprise: str, day: int) -> str:
        """The enterprise above all others above this one, itself where nobody holds more than half of it; where holders
        hold each other in a ring, the one of the least code."""
        above = self._above(int(np.searchsorted(self.changes, day, side="right")))
        path = [enterprise]
        while path[-1] in above:
            holder = above[path[-1]]
            if holder in path:
                return min(path[path.index(holder) :])
            path.append(holder)
        return path[-1]

    def _majorities(self, place: int) -> dict[str, str]:
        """Between two changes: the holder of more than half of each enterprise that has one."""
        if not place:
            return {}
        day = int(self.changes[place - 1])
        shares: dict[tuple[str, str], int] = {}
        for holder, held, tenths, since, until in self.rows:
            if since <= day and (not until or day < until):
                shares[held, holder] = shares.get((held, holder), 0) + tenths
        # Of two (which only wrong lists have) the one with more, then the least code, comes last.
        by_share = sorted(shares.items(), key=lambda each: each[1])
        found: dict[str, tuple[int, str]] = {}
        for (held, holder), tenths in by_share:
            if tenths > _HALF:
                found[held] = min(found.get(held, (-tenths, holder)), (-tenths, holder))
        return {held: holder for held, (_, holder) in found.items()}
