"""Amounts of money that one contributor dominates: who gives nearly all of a sum can be told from it.

The p% rule (Statistical Disclosure Control, Hundepool and others 2012; used by Eurostat): if the second largest contributor, who
knows what is their own, could tell the largest one's to within 10 per cent, the sum is hidden, and must then seem to be
anything from 10 per cent of the largest below itself to as much above.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from citylake.indicator import Amount
from citylake.privacy.cells import Place

PERCENT = 10  # of the largest contributor's


class Contributions:
    """What each contributor gave to amounts, at every place: read from the models of a connection when it is asked for."""

    def __init__(self, connection, amounts: Mapping[str, Amount]) -> None:
        self.connection, self.amounts = connection, amounts
        self._largest_at = cache(self._read)

    def __contains__(self, population: str) -> bool:
        return population in self.amounts

    def range_of(self, population: str, place: Place, amount: int) -> tuple[int, int] | None:
        """Between what an amount at a place must seem to lie; None where nobody dominates it."""
        dimensions = tuple(sorted(name for name, _ in place))
        at = dict(place)
        given = self._largest_at(population, dimensions).get(tuple(at[name] for name in dimensions), [])
        first, second = (*given, 0, 0)[:2]
        if 100 * (amount - first - second) >= PERCENT * first:
            return None
        margin = max(math.ceil(PERCENT * first / 100), 1)
        return max(amount - margin, 0), amount + margin

    def _read(self, population: str, dimensions: tuple[str, ...]) -> dict[tuple[str, ...], list[float]]:
        """The two largest contributions to each place of these dimensions."""
        amount = self.amounts[population]
        places = [f"({amount.places[name]})::varchar" for name in dimensions]
        given = defaultdict(list)
        for *place, _, money in self.connection.execute(
            f"select {', '.join([*places, amount.by])}, sum({amount.sql})::double from marts.{amount.source}"
            f" where {amount.where} group by all"
        ).fetchall():
            given[tuple(each or "" for each in place)].append(money or 0.0)
        return {place: heapq.nlargest(2, of) for place, of in given.items()}
