"""Hourly air and weather at the stations: smooth in time, alike across the city, one day at a time.

The numbers are plausible, not calibrated: a spring mean of about 35 ug/m3 PM2.5 in the inner city, two
traffic peaks of NO2, O3 in the afternoon, a cooler and cleaner lake in the west.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from simulator.streams import stream
from simulator.world.stations import Station

POLLUTANTS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
WEATHER = ("TEMP", "PRES", "DEWP", "RAIN", "WSPM")
DIRECTIONS = (
    "N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW",
)  # fmt: skip
_HOURS = np.arange(24)
_KNOTS = 4  # a day; a knot every six hours
_FIELDS = 8


@dataclass(frozen=True)
class AirDay:
    """One day of all stations in operation.

    `pollutants` is stations × 24 × 6 in ug/m3 (PM2.5 <= PM10), `weather` stations × 24 × 5 in degC, hPa,
    degC, mm, m/s; both as an instrument shows them, one decimal (CO tens). `wind` is stations × 24 names.
    """

    day: date
    stations: tuple[Station, ...]
    pollutants: np.ndarray
    weather: np.ndarray
    wind: np.ndarray


def air_day(seed: int, day: date, stations: tuple[Station, ...]) -> AirDay:
    """The world's air on one day; each station's numbers depend on its own name and the day alone."""
    here = tuple(each for each in stations if each.operates_on(day))
    city = _smooth(seed, "city", day)
    local = np.stack([_smooth(seed, each.name, day) for each in here])
    noise = np.stack([stream(seed, "air", each.name, day, "hours").standard_normal((8, 24)) for each in here])
    weather, wind = _weather(day, here, city, local, noise)
    pollutants = _pollutants(day, here, city, local, noise)
    return AirDay(day, here, pollutants, weather, wind)


def _smooth(seed: int, name: str, day: date) -> np.ndarray:
    """Fields × 24 of smooth noise with mean 0 and deviation about 1, continuous over midnight."""
    knots = np.concatenate([_knots(seed, name, day), _knots(seed, name, day + timedelta(1))], axis=1)
    position = _HOURS * _KNOTS / 24
    before = position.astype(int)
    weight = (1 - np.cos(np.pi * (position - before))) / 2
    return knots[:, before] * (1 - weight) + knots[:, before + 1] * weight


def _knots(seed: int, name: str, day: date) -> np.ndarray:
    return stream(seed, "air", name, day, "knots").standard_normal((_FIELDS, _KNOTS))


def _season(day: date, peak: int, amplitude: float) -> float:
    """A yearly wave around 1 with its peak on a day of the year."""
    return 1 + amplitude * float(np.cos(2 * np.pi * (day.timetuple().tm_yday - peak) / 365.25))


def _bell(hour: float, width: float) -> np.ndarray:
    distance = (_HOURS - hour + 12) % 24 - 12
    return np.exp(-0.5 * (distance / width) ** 2)


def _pollutants(day: date, stations, city, local, noise) -> np.ndarray:
    urban = np.array([[each.urban] for each in stations])
    traffic = 0.8 + 0.5 * _bell(8, 2) + 0.6 * _bell(19, 2.5)
    stagnant = np.exp(0.40 * city[0] + 0.15 * local[:, 0])
    fine = 30 * _season(day, 15, 0.45) * urban * (0.85 + 0.15 * traffic)
    pm25 = fine * stagnant * np.exp(0.06 * noise[:, 0])
    coarse = 0.30 + 0.35 / (1 + np.exp(-city[1] - 0.5 * local[:, 1])) + 0.03 * np.abs(noise[:, 1])
    coal = np.exp(0.25 * city[0] + 0.2 * local[:, 2] + 0.08 * noise[:, 2])
    so2 = 6.5 * _season(day, 15, 0.25) * urban * coal
    cars = np.exp(0.25 * city[0] + 0.1 * local[:, 3] + 0.07 * noise[:, 3])
    no2 = 27 * _season(day, 1, 0.25) * urban**1.5 * traffic * cars
    fires = np.exp(0.3 * city[0] + 0.1 * local[:, 4] + 0.04 * noise[:, 4])
    co = 420 * urban**0.5 * (0.7 + 0.3 * traffic) * fires
    sun = _bell(15, 3.5) * _season(day, 185, 0.5) * np.exp(0.2 * city[2])
    o3 = 28 + 95 * sun * (1.25 - 0.25 * urban) - 0.35 * no2 + 5 * local[:, 5] + 2 * noise[:, 5]
    pm25 = _unequal(np.clip(pm25, 2, 600), step=-0.1)
    pm10 = _unequal(np.clip(pm25 * (1 + coarse) + 1, 3, 900), step=0.1)
    return np.stack(
        [pm25, pm10, _unequal(np.clip(so2, 1, 300)), _unequal(np.clip(no2, 2, 300)),
         np.clip(np.round(co, -1), 100, 6000), _unequal(np.clip(o3, 2, 400))],
        axis=-1,
    )  # fmt: skip


def _unequal(values: np.ndarray, step: float = 0.1) -> np.ndarray:
    """One decimal, and no value that stands still for three hours: only a stuck sensor does."""
    tenths = np.rint(values * 10)
    same = np.zeros(values.shape, dtype=bool)
    same[:, 1:] = tenths[:, 1:] == tenths[:, :-1]
    same[:, ::2] = False
    return (tenths + same * np.rint(step * 10)) / 10


def _weather(day: date, stations, city, local, noise) -> tuple[np.ndarray, np.ndarray]:
    height = np.array([[each.height_m] for each in stations])
    mean = 17.5 - 12.5 * (_season(day, 20, 1.0) - 1)
    temperature = mean + 4 * np.cos(2 * np.pi * (_HOURS - 15) / 24) - 0.0065 * height
    temperature = temperature + 1.3 * city[3] + 0.5 * local[:, 6] + 0.15 * noise[:, 6]
    pressure = 1016 + 9 * (_season(day, 15, 1.0) - 1) + 3 * city[4] - 0.12 * height + 0.1 * noise[:, 7]
    spread = 1.5 + 7 / (1 + np.exp(-city[5] - 0.4 * local[:, 7]))
    wet = np.clip(city[6] + 0.3 * local[:, 7] - 1.1, 0, None)
    speed = np.clip(1.9 * np.exp(0.35 * city[7] + 0.25 * local[:, 5] + 0.1 * noise[:, 5]), 0, 30)
    angle = np.rint(2 + 3 * city[2] + 1.5 * local[:, 4]).astype(int) % len(DIRECTIONS)
    numbers = np.stack([temperature, pressure, temperature - spread, 6 * wet**1.5, speed], axis=-1)
    return np.rint(numbers * 10) / 10 + 0.0, np.array(DIRECTIONS)[angle]
