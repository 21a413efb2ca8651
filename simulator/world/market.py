"""Who runs which parking lot, since when and at what price, and what is filed about it when; all of it invented.

When the lots opened, some fell to a few groups of several operators each, the others to small ones of their district.
From then on one lot changes hands every few days: a newcomer gets one of somebody that has several, or somebody's only
one goes to an operator of others, so each change is an entry or an exit. Who has left a district does not come back.
Demand grows: an operator that begins has more spaces than the one before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from simulator.scenario.market import MarketScenario
from simulator.streams import count_on, stream
from simulator.world.lots import OPENED, Lot
from simulator.world.operators import Candidates, candidates, founded_by

NEVER = 0  # of a day that does not come
_LAST = date(2030, 1, 1)  # of the changes
_RUNS_DAYS = 60  # at least, before a lot changes hands again
_AHEAD_DAYS, _AHEAD_SPREAD, _LATE_DAYS, _GAP_DAYS = 40, 50, 20, 20
_FULL, _A_YEAR = date(2026, 1, 1), 0.02  # spaces: all of them by then, so much less a year before


@dataclass(frozen=True)
class Span:
    """One operator's time at a lot (its place in the list of lots): from `started` until the day before `stopped`.

    Days are ordinals, `NEVER` where there is none; `filed` and `stop_filed` are since when the bureau knows of its start
    and its end.
    """

    record: int
    operator: int
    lot: int
    spaces: int
    price_cny: float | None
    started: int
    filed: int
    stopped: int = NEVER
    stop_filed: int = NEVER


@dataclass
class _Running:
    """Where everybody stands while the changes are made: the last span of each lot, and who has how many lots where."""

    last: list[Span] = field(default_factory=list)
    lots: Counter = field(default_factory=Counter)  # by operator
    here: Counter = field(default_factory=Counter)  # by operator and district
    gone: set = field(default_factory=set)  # (operator, district) that had lots, and has none
    beginners: list[int] = field(default_factory=list)  # that never had a lot, the next one first

    def begin(self, span: Span, district: str) -> None:
        """An operator gets a lot."""
        self.lots[span.operator] += 1
        self.here[span.operator, district] += 1

    def end(self, span: Span, district: str) -> None:
        """An operator loses a lot."""
        self.lots[span.operator] -= 1
        self.here[span.operator, district] -= 1
        if not self.here[span.operator, district]:
            self.gone.add((span.operator, district))


@lru_cache(maxsize=4)
def spans(seed: int, scenario: MarketScenario, scale: float, here: tuple[Lot, ...]) -> tuple[Span, ...]:
    """Every span there ever is, by record; those of one lot follow each other, and do not overlap."""
    if not here:
        return ()
    known = candidates(seed, scenario.large_groups, scale)
    made, now = _first(seed, scenario, here, known)
    day = max(lot.opened for lot in here)
    while day < _LAST:
        day += timedelta(1)
        if count_on(seed, "market change", day, 1 / scenario.change_every_days, 1):
            _change(seed, scenario, here, known, now, day, made)
    return tuple(made)


def _first(
    seed: int, scenario: MarketScenario, here: tuple[Lot, ...], known: Candidates
) -> tuple[list[Span], _Running]:
    """Who runs each lot from the day on which it opens."""
    able = founded_by(known.small, known.founded, OPENED)
    small = able[: scenario.operators] or [int(each) for each in known.small[:1]] or [0]
    later = [each for each in map(int, known.small) if each not in set(small)]
    now = _Running(beginners=later)
    draws = stream(seed, "market").random((len(here), 5))
    districts = sorted({lot.district_code for lot in here})
    made = []
    for place, lot in enumerate(here):
        draw, at = draws[place], districts.index(lot.district_code)
        local = small[at :: len(districts)] or small
        of_group = known.large[int(draw[1] * len(known.large))] if known.large else ()
        pool = list(of_group) if of_group and draw[0] < scenario.large_share else local
        operator = pool[int(draw[2] * len(pool))]
        opened = lot.opened.toordinal()
        filed = opened - _AHEAD_DAYS
        span = Span(
            place + 1, operator, place, _spaces(lot, opened), _price(scenario, lot, draw[3:]), opened, filed
        )
        made.append(span)
        now.begin(span, lot.district_code)
    now.last = list(made)
    return made, now


def _change(
    seed: int, scenario: MarketScenario, here: tuple[Lot, ...], known: Candidates, now: _Running, day: date, made: list[Span],
) -> None:  # fmt: skip
    """One lot gets another operator, unless there is no such lot, or nobody who could have it."""
    draw, today = stream(seed, "market change", day).random(8), day.toordinal()
    ready = [span for span in now.last if span.started + _RUNS_DAYS <= today]
    newcomer = _newcomer(known, now, today) if draw[0] < scenario.newcomers else None
    # A newcomer's lot comes from one that has several, another's from one that has no other: somebody enters or leaves.
    apt = [span for span in ready if (now.lots[span.operator] > 1) == (newcomer is not None)] or ready
    if not apt:
        return
    before = apt[int(draw[1] * len(apt))]
    lot = here[before.lot]
    if newcomer is not None:
        operator, started = newcomer, today
        now.beginners.remove(newcomer)
    else:
        pool = _pool(scenario, known, now, before.operator, lot.district_code, draw[2])
        if not pool:
            return
        operator = pool[int(draw[3] * len(pool))]
        started = today + (1 + int(draw[4] / scenario.gaps * _GAP_DAYS) if draw[4] < scenario.gaps else 0)
    is_late = draw[5] < scenario.filed_late
    later = draw[5] / scenario.filed_late if is_late else draw[5]
    filed = today + (1 + int(later * _LATE_DAYS) if is_late else -_AHEAD_DAYS - int(later * _AHEAD_SPREAD))
    price = _price(scenario, lot, draw[6:])
    span = Span(len(made) + 1, operator, before.lot, _spaces(lot, started), price, started, filed)
    made[before.record - 1] = replace(before, stopped=today, stop_filed=filed)
    made.append(span)
    now.begin(span, lot.district_code)
    now.end(before, lot.district_code)
    now.last[before.lot] = span


def _newcomer(known: Candidates, now: _Running, today: int) -> int | None:
    """The next that never had a lot, and is there already."""
    return next((each for each in now.beginners if known.founded[each] <= today), None)


def _pool(
    scenario: MarketScenario, known: Candidates, now: _Running, loser: int, district: str, draw: float
) -> list[int]:
    """Who may get a lot: those of large groups, or others of the district; nobody that has left the district."""
    large = {each for of in known.large for each in of}
    running = sorted(
        each for each, count in now.lots.items() if count and each != loser and (each, district) not in now.gone
    )  # fmt: skip
    of_groups = [each for each in running if each in large]
    local = [each for each in running if each not in large and now.here[each, district]]
    return of_groups if of_groups and (draw < scenario.large_share or not local) else local


def _spaces(lot: Lot, started: int) -> int:
    years = max((_FULL.toordinal() - started) / 365, 0)
    return max(round(lot.spaces * (1 - _A_YEAR * years)), 1)


def _price(scenario: MarketScenario, lot: Lot, draw: np.ndarray) -> float | None:
    """The lot's price, sometimes a little more or less; None where none is published."""
    if draw[0] < scenario.unpriced:
        return None
    return lot.price_cny + (-0.5, 0.0, 0.0, 0.5, 1.0)[int(draw[1] * 5)]
