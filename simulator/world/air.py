"""Hourly air and weather at the stations: smooth in time, alike across the city, one day at a time.

The numbers are plausible, not calibrated: a spring mean of about 35 ug/m3 PM2.5 in the inner city, two
traffic peaks of NO2, O3 in the afternoon, a cooler and cleaner lake in the west.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from simulator.streams import stream
from simulator.world.stations import Station
from simulator.world.weather import HOURS, season, smooth, weather_at

POLLUTANTS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
WEATHER = ("TEMP", "PRES", "DEWP", "RAIN", "WSPM")


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
    city = smooth(seed, "city", day)
    local = np.stack([smooth(seed, each.name, day) for each in here])
    noise = np.stack([stream(seed, "air", each.name, day, "hours").standard_normal((8, 24)) for each in here])
    height = np.array([[each.height_m] for each in here])
    weather, wind = weather_at(day, height, city, local, noise)
    pollutants = _pollutants(day, here, city, local, noise)
    return AirDay(day, here, pollutants, weather, wind)


def _bell(hour: float, width: float) -> np.ndarray:
    distance = (HOURS - hour + 12) % 24 - 12
    return np.exp(-0.5 * (distance / width) ** 2)


def _pollutants(day: date, stations, city, local, noise) -> np.ndarray:
    urban = np.array([[each.urban] for each in stations])
    traffic = 0.8 + 0.5 * _bell(8, 2) + 0.6 * _bell(19, 2.5)
    stagnant = np.exp(0.40 * city[0] + 0.15 * local[:, 0])
    fine = 30 * season(day, 15, 0.45) * urban * (0.85 + 0.15 * traffic)
    pm25 = fine * stagnant * np.exp(0.06 * noise[:, 0])
    coarse = 0.30 + 0.35 / (1 + np.exp(-city[1] - 0.5 * local[:, 1])) + 0.03 * np.abs(noise[:, 1])
    coal = np.exp(0.25 * city[0] + 0.2 * local[:, 2] + 0.08 * noise[:, 2])
    so2 = 6.5 * season(day, 15, 0.25) * urban * coal
    cars = np.exp(0.25 * city[0] + 0.1 * local[:, 3] + 0.07 * noise[:, 3])
    no2 = 27 * season(day, 1, 0.25) * urban**1.5 * traffic * cars
    fires = np.exp(0.3 * city[0] + 0.1 * local[:, 4] + 0.04 * noise[:, 4])
    co = 420 * urban**0.5 * (0.7 + 0.3 * traffic) * fires
    sun = _bell(15, 3.5) * season(day, 185, 0.5) * np.exp(0.2 * city[2])
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
