"""Joint operations of the agencies of law enforcement: who goes out together, where and from when till when; invented.

Those that begin on a day depend on the seed and that day alone. About one in four has a single agency after all: then
nobody is coordinated with anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from simulator.streams import count_on, stream
from simulator.times import DAY_DS
from simulator.world.streets import districts
from simulator.world.violations import AGENCIES

_AGENCIES_SHARES = (0.25, 0.50, 0.25)  # one, two, all three
_HOUR_DS, _BEGINS_H, _LASTS_H = 36_000, (6, 23), (6, 96)


@dataclass(frozen=True)
class Operation:
    """One joint operation; both instants are in it (tenths of seconds since the calendar's first day, local; whole seconds)."""

    number: str
    agencies: tuple[str, ...]
    district: str
    started_ds: int
    ended_ds: int


@lru_cache(maxsize=1024)
def begun(seed: int, a_day: float, day: date) -> tuple[Operation, ...]:
    """The operations that begin on a day, `a_day` of them on average."""
    codes, shares = districts()
    random = stream(seed, "joint operations", day)
    made = []
    for number in range(count_on(seed, "joint operation", day, a_day, 1)):
        count = 1 + int(random.choice(len(AGENCIES), p=_AGENCIES_SHARES))
        who = sorted(random.choice(AGENCIES, count, replace=False).tolist())
        district = str(random.choice(codes, p=shares))
        started = day.toordinal() * DAY_DS + int(random.integers(*_BEGINS_H)) * _HOUR_DS
        lasts = int(random.integers(*_LASTS_H)) * _HOUR_DS + int(random.integers(0, 4)) * (_HOUR_DS // 4)
        made.append(
            Operation(f"LH{day:%Y%m%d}{number + 1:02d}", tuple(who), district, started, started + lasts)
        )
    return tuple(made)


def begun_between(seed: int, a_day: float, first: date, last: date) -> list[Operation]:
    """The operations that begin from the first to the last of some days."""
    days = (last - first).days + 1
    return [each for shift in range(days) for each in begun(seed, a_day, first + timedelta(shift))]


def coordinated(
    agency: str, district: np.ndarray, found_ds: np.ndarray, operations: list[Operation]
) -> np.ndarray:
    """Which cases of an agency were found where and while it was out with others."""
    joint = np.zeros(len(found_ds), dtype=bool)
    for each in operations:
        if agency in each.agencies and len(each.agencies) > 1:
            joint |= (district == each.district) & (each.started_ds <= found_ds) & (found_ds <= each.ended_ds)
    return joint
