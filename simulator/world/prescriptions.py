"""Prescriptions that are to be delivered, and the orders made of them: mostly within the hour, some up to three days later.

A prescription and when it is ordered depend on the seed and the day of issue alone; the orders of a day are found among the
prescriptions of that day and of three days before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario.pharmacy import PharmacyScenario
from simulator.setting import Setting
from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world.hospitals import hospitals
from simulator.world.recipients import Recipients, recipients

MOST_ITEMS = 12
PHARMACIES = 20
NUMBERS = 1_000_000  # above what a day has of anything
NOBODYS = 500_000  # by which a number is greater that no prescription of its day has
LAG_DAYS = 3
_OPENS_DS = 7 * 36_000
_AT_ONCE, _WITHIN_A_DAY = 0.85, 0.97  # of the prescriptions
_LEAST_LAG_S = 120
_OPEN_S = 14 * 3600  # of hospitals, from seven
# Promised so many hours later where the day has at most so many hours already; the last of a day the next day.
_HOURS, _PROMISED_H = (17, 20, 24), (2, 4, 24)


@dataclass(frozen=True)
class Pharmacy:
    """A city's cloud pharmacy: what is made of it depends on these alone."""

    seed: int
    scenario: PharmacyScenario
    scale: float

    @property
    def recipients(self) -> Recipients:
        """Its patients; the first time it takes a moment."""
        return recipients(self.seed, self.scale)

    @property
    def prescriptions(self) -> float:
        """How many are issued a day, more or less."""
        rates = self.scenario.prescriptions
        return max(rates.per_day * self.scale, rates.least)

    @property
    def boxes(self) -> int:
        """How many boxes keep cold."""
        rates = self.scenario.boxes
        return max(round(rates.boxes * self.scale), rates.least)


def pharmacy(setting: Setting) -> Pharmacy:
    """That of a city."""
    return Pharmacy(setting.seed, setting.scenario.pharmacy, setting.scale)


@lru_cache(maxsize=16)  # the days before one of which events are told
def prescriptions(here: Pharmacy, day: date) -> pd.DataFrame:
    """The prescriptions of a day, by time: number (in the day), hospital (number), patient (place), items, is_cold,
    issued_ds and ordered_ds (tenths of seconds since the calendar's first day, local; whole seconds)."""
    random = stream(here.seed, "prescriptions", day)
    count = round(here.prescriptions * random.uniform(0.95, 1.05))
    u = random.random((6, count))
    # More in the morning.
    issued_s = np.sort(np.floor(random.beta(1.6, 2.0, count) * _OPEN_S)).astype(np.int64)
    lag_s = np.select(
        [u[0] < _AT_ONCE, u[0] < _WITHIN_A_DAY],
        [_LEAST_LAG_S + u[1] ** 2 * 3480, 3600 + u[1] * 20 * 3600],
        86_400 * (0.9 + u[1] * (LAG_DAYS - 1)),
    )
    issued = day.toordinal() * DAY_DS + _OPENS_DS + issued_s * 10
    until = np.cumsum([each.share for each in hospitals(here.seed)])
    return pd.DataFrame({
        "number": np.arange(1, count + 1), "hospital": 1 + np.searchsorted(until[:-1], u[2], side="right"),
        "patient": here.recipients.drawn(u[3]), "items": 1 + np.floor(u[4] ** 2 * MOST_ITEMS).astype(np.int64),
        "is_cold": u[5] < here.scenario.prescriptions.cold, "issued_ds": issued,
        "ordered_ds": _awake(issued + np.floor(lag_s).astype(np.int64) * 10),
    })  # fmt: skip


def _awake(instants: np.ndarray) -> np.ndarray:
    """The same instants, those before seven o'clock seven hours later."""
    return np.where(instants % DAY_DS < _OPENS_DS, instants + _OPENS_DS, instants)


def prescription_keys(day: int | np.ndarray, number: np.ndarray) -> np.ndarray:
    """One number for a prescription, or an order: of its day (an ordinal) and its number in the day."""
    return day * NUMBERS + number


@lru_cache(maxsize=16)
def orders(here: Pharmacy, day: date) -> pd.DataFrame:
    """The orders of a day, by time: order (number in the day), prescription (key), patient (place), is_cold, ordered_ds,
    promised_ds, pharmacy (number); `written` is the key of the prescription as the order has it, `is_former` whether it has
    the code of a former district."""
    parts = []
    for back in range(LAG_DAYS, -1, -1):
        issued = day - timedelta(back)
        rows = prescriptions(here, issued)
        rows = rows[rows["ordered_ds"].to_numpy() // DAY_DS == day.toordinal()]
        key = prescription_keys(issued.toordinal(), rows["number"].to_numpy())
        parts.append(rows[["patient", "is_cold", "ordered_ds"]].assign(prescription=key))
    whole = pd.concat(parts, ignore_index=True).sort_values(["ordered_ds", "prescription"], ignore_index=True)
    u = stream(here.seed, "pharmacy orders", day).random((3, len(whole)))
    rates, at = here.scenario.orders, whole["ordered_ds"].to_numpy()
    hours = np.array(_PROMISED_H)[np.searchsorted(_HOURS, at % DAY_DS // 36_000, side="right")]
    return whole.assign(
        order=np.arange(1, len(whole) + 1), promised_ds=at + hours * 36_000, pharmacy=1 + (u[0] * PHARMACIES).astype(np.int64),
        written=whole["prescription"] + NOBODYS * (u[1] < rates.unknown_prescription), is_former=u[2] < rates.former_district,
    )  # fmt: skip
