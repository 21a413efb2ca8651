"""Who sees a doctor: residents, each again after some weeks, children and the old more often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from simulator.streams import stream
from simulator.world import size
from simulator.world.people import people
from simulator.world.streets import streets

CHILD, OLDER = 15, 60  # years: below it, and from it
_EVERY_DAYS = np.array([18, 24, 15])  # children, others, the old
_MOST = 2_500_000  # residents: of a larger city's, those of some streets see doctors, the more often


@dataclass(frozen=True, eq=False)
class Patients:
    """Residents by place: `resident_id` (18 bytes), `birth_year`, `is_woman`, `phase` (when each comes, between 0 and 1)."""

    resident_id: np.ndarray
    birth_year: np.ndarray
    is_woman: np.ndarray
    phase: np.ndarray


@lru_cache(maxsize=2)
def patients(seed: int, scale: float) -> Patients:
    """Everybody who may see a doctor."""
    every = -(-size.persons(scale) // _MOST)
    blocks = [people(seed, scale, street.number) for street in streets()[::every]]
    numbers, years = ([block[name].to_numpy() for block in blocks] for name in ("resident_id", "birth_year"))
    women = [(block["sex"] == "female").to_numpy() for block in blocks]
    return Patients(
        np.concatenate([each.astype("S18") for each in numbers]),
        np.concatenate(years).astype(np.int16),
        np.concatenate(women),
        stream(seed, "patients").random(sum(map(len, blocks))),
    )


def patients_of(seed: int, scale: float, day: date, count: int, most: int) -> np.ndarray:
    """The places of so many patients, who have booked something on a day; `most` is the count of a busy day.

    Nobody comes twice within two weeks, but in cities that are too small for it.
    """
    here = patients(seed, scale)
    group = _groups(here, day.year)
    supply = (np.bincount(group, minlength=3) / _EVERY_DAYS).sum()
    every = np.maximum(np.floor(_EVERY_DAYS * min(supply / most, 1)), 1).astype(np.int64)[group]
    comes = np.flatnonzero(np.floor(here.phase * every).astype(np.int64) == day.toordinal() % every)
    return np.resize(stream(seed, "patients", day).permutation(comes if len(comes) else len(group)), count)


def anybody(seed: int, scale: float, day: date, numbers: np.ndarray) -> np.ndarray:
    """The places of patients of a day, by numbers drawn from 0 to 1: anybody on any day, children and the old more often."""
    until = _until(seed, scale, day.year)
    return np.minimum(np.searchsorted(until, numbers * until[-1], side="right"), len(until) - 1)


@lru_cache(maxsize=2)
def _until(seed: int, scale: float, year: int) -> np.ndarray:
    """How often everybody until a place sees a doctor a day."""
    return np.cumsum(1 / _EVERY_DAYS[_groups(patients(seed, scale), year)])


def _groups(here: Patients, year: int) -> np.ndarray:
    """Children, others and the old, as places in `_EVERY_DAYS`."""
    age = year - here.birth_year
    return np.select([age < CHILD, age >= OLDER], [0, 2], 1)
