"""Hospitals on the card platform: all of the city's but most of the smallest; and where faces are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from simulator.scenario.processes import ProcessScenario
from simulator.setting import Setting
from simulator.world.calendar import is_rest_day
from simulator.world.hospitals import COMMUNITY, TERTIARY, hospitals

STEPS = ("register", "see", "examine", "pay", "collect")
REGISTER, SEE, EXAMINE, PAY, COLLECT = range(5)
WHOLE = "330110"  # Yuhang: faces from registering to collecting
_HALF = ("330102", "330106", "330108")  # districts where half the devices of the largest hospital know faces
_AT_COUNTERS = (REGISTER, PAY)  # of the other large ones
_COMMUNITY = ("330106", "330109", WHOLE, "330182")  # districts of which the smallest is on the platform too


@dataclass(frozen=True)
class CardPlatform:
    """The visits of a city's hospitals step by step: what is made of them depends on these alone."""

    seed: int
    scenario: ProcessScenario
    scale: float

    def visits(self, day: date) -> float:
        """How many begin on a day, more or less."""
        rates = self.scenario.visits
        return max(rates.per_day * self.scale, rates.least) * (rates.free_days if is_rest_day(day) else 1)

    @property
    def hospitals(self) -> CardHospitals:
        """The hospitals that are on the platform."""
        return card_hospitals(self.seed)


def card_platform(setting: Setting) -> CardPlatform:
    """That of a city."""
    return CardPlatform(setting.seed, setting.scenario.processes, setting.scale)


@dataclass(frozen=True, eq=False)
class CardHospitals:
    """Places of the hospitals in the city's list of them; `until` are their shares of the patients, added up. `faces` has for
    every hospital of the city and every step the share of devices that know faces."""

    place: np.ndarray
    until: np.ndarray
    faces: np.ndarray

    def drawn(self, numbers: np.ndarray) -> np.ndarray:
        """The places of hospitals, by numbers drawn from 0 to 1."""
        return self.place[np.minimum(np.searchsorted(self.until, numbers, side="right"), len(self.until) - 1)]


@cache
def card_hospitals(seed: int) -> CardHospitals:
    """The hospitals on the platform."""
    here = hospitals(seed)
    place = [
        number for number, each in enumerate(here)
        if each.level != COMMUNITY or each.district_code in _COMMUNITY
    ]  # fmt: skip
    until = np.cumsum([here[number].share for number in place])
    faces = np.zeros((len(here), len(STEPS)))
    for number, each in enumerate(here):
        if each.district_code == WHOLE:
            faces[number] = 1
        elif each.level == TERTIARY and each.district_code in _HALF:
            faces[number] = 0.5
        elif each.level == TERTIARY:
            faces[number, list(_AT_COUNTERS)] = 1
    return CardHospitals(np.array(place), until / until[-1], faces)
