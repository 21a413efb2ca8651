"""The city's weather by the hour: smooth in time, continuous over midnight, one day at a time.

There is one weather: a station's differs from the city's by its own smooth field, its height and its instrument. The
plum rain of June and July (the usual dates in Hangzhou) lets it rain more often and longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from simulator.streams import stream

HEAVY_RAIN_MM = 25.0  # in 24 hours: GB/T 28592, 大雨 and above
PLUM_RAIN = ((6, 10), (7, 12))  # from and to, month and day
DIRECTIONS = (
    "N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW",
)  # fmt: skip
HOURS = np.arange(24)
_KNOTS = 4  # a day; a knot every six hours
_FIELDS = 8
_DRY = 1.1  # the field above which it rains
_PLUM = 0.6  # by how much the plum rain lowers that
_CITY_HEIGHT_M = 10


@dataclass(frozen=True)
class CityWeather:
    """One day of the city: 24 hours of degC, mm in the hour and m/s, one decimal."""

    day: date
    temperature_celsius: np.ndarray
    rain_mm: np.ndarray
    wind_ms: np.ndarray

    @property
    def is_heavy_rain(self) -> bool:
        """Whether it rained heavily by the sum of the day."""
        return float(self.rain_mm.sum()) >= HEAVY_RAIN_MM


@lru_cache(maxsize=64)
def city_day(seed: int, day: date) -> CityWeather:
    """The city's weather on one day: what a station without a field of its own would measure."""
    none = np.zeros((1, _FIELDS, 24))
    numbers, _ = weather_at(day, np.array([[_CITY_HEIGHT_M]]), smooth(seed, "city", day), none, none)
    return CityWeather(day, numbers[0, :, 0], numbers[0, :, 3], numbers[0, :, 4])


def rain_mm(seed: int, day: date) -> np.ndarray:
    """The city's rain in each of the day's 24 hours, mm."""
    return city_day(seed, day).rain_mm


def smooth(seed: int, name: str, day: date) -> np.ndarray:
    """Fields × 24 of smooth noise with mean 0 and deviation about 1, continuous over midnight."""
    knots = np.concatenate([_knots(seed, name, day), _knots(seed, name, day + timedelta(1))], axis=1)
    position = HOURS * _KNOTS / 24
    before = position.astype(int)
    weight = (1 - np.cos(np.pi * (position - before))) / 2
    return knots[:, before] * (1 - weight) + knots[:, before + 1] * weight


def _knots(seed: int, name: str, day: date) -> np.ndarray:
    return stream(seed, "air", name, day, "knots").standard_normal((_FIELDS, _KNOTS))


def season(day: date, peak: int, amplitude: float) -> float:
    """A yearly wave around 1 with its peak on a day of the year."""
    return 1 + amplitude * float(np.cos(2 * np.pi * (day.timetuple().tm_yday - peak) / 365.25))


def weather_at(day: date, height_m, city, local, noise) -> tuple[np.ndarray, np.ndarray]:
    """The weather at places: places × 24 × (degC, hPa, degC dew point, mm, m/s), and places × 24 wind directions.

    `height_m` is places × 1, `city` the city's fields × 24, `local` and `noise` places × fields × 24.
    """
    mean = 17.5 - 12.5 * (season(day, 20, 1.0) - 1)
    temperature = mean + 4 * np.cos(2 * np.pi * (HOURS - 15) / 24) - 0.0065 * height_m
    temperature = temperature + 1.3 * city[3] + 0.5 * local[:, 6] + 0.15 * noise[:, 6]
    pressure = 1016 + 9 * (season(day, 15, 1.0) - 1) + 3 * city[4] - 0.12 * height_m + 0.1 * noise[:, 7]
    spread = 1.5 + 7 / (1 + np.exp(-city[5] - 0.4 * local[:, 7]))
    wet = np.clip(city[6] + 0.3 * local[:, 7] - _dry(day), 0, None)
    speed = np.clip(1.9 * np.exp(0.35 * city[7] + 0.25 * local[:, 5] + 0.1 * noise[:, 5]), 0, 30)
    angle = np.rint(2 + 3 * city[2] + 1.5 * local[:, 4]).astype(int) % len(DIRECTIONS)
    numbers = np.stack([temperature, pressure, temperature - spread, 6 * wet**1.5, speed], axis=-1)
    return np.rint(numbers * 10) / 10 + 0.0, np.array(DIRECTIONS)[angle]


def _dry(day: date) -> float:
    """The field above which it rains: constant outside the plum rain, lower the nearer its middle."""
    first, last = (date(day.year, *edge).toordinal() for edge in PLUM_RAIN)
    passed = (day.toordinal() - first) / (last - first)
    return _DRY - _PLUM * float(np.sin(np.pi * passed)) if 0 < passed < 1 else _DRY
