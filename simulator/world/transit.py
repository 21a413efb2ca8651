"""The networks of public transport: the real metro stations of the city, and invented bus routes around them with their
timetable.

A bus runs the same way every day; the last ones of a day run past its midnight. Distances are by a plane that is good
enough within a city.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulator.scenario.transit import TransitScenario
from simulator.streams import stream
from simulator.world.fairways import METRES_PER_DEGREE
from simulator.world.metro import metro_lines, metro_stations

FORTH, BACK = 0, 1
FIRST_S, LAST_S = 6 * 3600, 24 * 3600 + 20 * 60  # departures of buses from their first stops
_HEADWAYS_MIN = (8, 20)
_STOPS = (12, 25)
_APART_M = (350.0, 700.0)
_BUS_MS, _DWELL_S = 6.0, 20
_NEAR_M = 250.0
_METRO_MS, _METRO_WAIT_S = 9.5, 180
_LATITUDE = 30.25


@dataclass(frozen=True, eq=False)
class Network:
    """Stations and bus stops with x and y in metres, a place in every array each.

    `station` (identifier), `station_name`, `station_lines`, `station_at` (n × 2: longitude and latitude, degrees),
    `station_xy`, `station_district` (code). `stop`, `stop_name`, `stop_at`, `stop_xy`, `stop_district`. `route` are the
    identifiers, `runs[route][direction]` the places of its stops in order, `offsets_s[route][direction]` the seconds from the
    first departure to the departure from each, `headway_s[route]`. `station_since` and `route_since`: days (ordinals)
    since which one can pay by phone there, 0: not yet. `scale` is the city's.
    """

    station: np.ndarray
    station_name: np.ndarray
    station_lines: np.ndarray
    station_at: np.ndarray
    station_xy: np.ndarray
    station_district: np.ndarray
    stop: np.ndarray
    stop_name: np.ndarray
    stop_at: np.ndarray
    stop_xy: np.ndarray
    stop_district: np.ndarray
    route: np.ndarray
    runs: tuple[tuple[np.ndarray, np.ndarray], ...]
    offsets_s: tuple[tuple[np.ndarray, np.ndarray], ...]
    headway_s: np.ndarray
    station_since: np.ndarray
    route_since: np.ndarray
    scale: float

    def trips(self, route: int) -> int:
        """How many buses a day leave in either direction."""
        return int((LAST_S - FIRST_S) // self.headway_s[route]) + 1

    def metro_s(self, origin: np.ndarray, destination: np.ndarray) -> np.ndarray:
        """Seconds from gate to gate."""
        apart = np.hypot(*(self.station_xy[origin] - self.station_xy[destination]).T)
        return _METRO_WAIT_S + np.rint(apart / _METRO_MS).astype(np.int64)


@lru_cache(maxsize=4)
def network(seed: int, scenario: TransitScenario, scale: float) -> Network:
    """Both networks; a larger city's first routes are a smaller one's."""
    rates = scenario.network
    inside = [each for each in metro_stations() if each.is_in_city]
    at = np.array([[each.longitude, each.latitude] for each in inside])
    xy = _plane(at)
    of_station = [[line.name for line in metro_lines() if each.number in line.stations] for each in inside]
    district = _districts(inside, xy)
    routes = max(min(round(rates.routes * scale), rates.routes), rates.least)
    made = [_route(seed, number, xy) for number in range(routes)]
    counts = np.array([len(each) for each in made])
    begins = np.cumsum(counts) - counts
    stop_xy = np.concatenate(made)
    nearest = np.argmin(np.hypot(*(stop_xy[:, None] - xy[None]).transpose(2, 0, 1)), axis=1)
    numbers = [(route, n) for route, count in enumerate(counts) for n in range(count)]
    drawn = stream(seed, "mobile payment").random((2, max(len(inside), 99)))
    return Network(
        station=np.array([f"M{each.number + 1:03d}" for each in inside], dtype=object),
        station_name=np.array([each.name for each in inside], dtype=object),
        station_lines=np.array(["/".join(each) for each in of_station], dtype=object), station_at=at, station_xy=xy,
        station_district=district,
        stop=np.array([f"B{route + 1:02d}{n + 1:02d}" for route, n in numbers], dtype=object),
        stop_name=_stop_names([inside[near].name for near in nearest], numbers),
        stop_at=_globe(stop_xy), stop_xy=stop_xy, stop_district=district[nearest],
        route=np.array([f"R{number + 1:03d}" for number in range(routes)], dtype=object),
        runs=tuple(_runs(begin + np.arange(count), number, begins) for number, (begin, count) in
                   enumerate(zip(begins, counts, strict=True))),
        offsets_s=tuple(_offsets(each) for each in made),
        headway_s=np.array([_headway(seed, number) for number in range(routes)]),
        station_since=_since(drawn[0][: len(inside)], rates.mobile_stations),
        route_since=_since(drawn[1][:routes], rates.mobile_routes), scale=scale,
    )  # fmt: skip


def _stop_names(near: list[str], numbers: list[tuple[int, int]]) -> np.ndarray:
    return np.array([f"{name}{n + 1}号站" for name, (_, n) in zip(near, numbers, strict=True)], dtype=object)


def _plane(at: np.ndarray) -> np.ndarray:
    """Metres east and north of degrees."""
    return at * METRES_PER_DEGREE * np.array([np.cos(np.radians(_LATITUDE)), 1.0])


def _globe(xy: np.ndarray) -> np.ndarray:
    return np.round(xy / METRES_PER_DEGREE / np.array([np.cos(np.radians(_LATITUDE)), 1.0]), 6)


def _districts(inside: list, xy: np.ndarray) -> np.ndarray:
    """The district of each station; where a map before the reform cannot say, that of the nearest of which it can."""
    known = np.array([each.district_code is not None for each in inside])
    codes = np.array([each.district_code for each in inside], dtype=object)
    apart = np.hypot(*(xy[:, None] - xy[known][None]).transpose(2, 0, 1))
    return codes[known][np.argmin(apart, axis=1)]


def _route(seed: int, number: int, stations: np.ndarray) -> np.ndarray:
    """The stops of a route: it begins beside a metro station and wanders off."""
    random = stream(seed, "bus route", number)
    count = int(random.integers(_STOPS[0], _STOPS[1] + 1))
    heading = random.random() * 2 * np.pi + np.cumsum(random.normal(0, 0.35, count))
    steps = _APART_M[0] + (_APART_M[1] - _APART_M[0]) * random.random(count)
    begin = stations[int(random.integers(len(stations)))] + _NEAR_M * (random.random(2) - 0.5)
    path = np.cumsum(steps[:, None] * np.stack([np.cos(heading), np.sin(heading)], axis=1), axis=0)
    return begin + np.concatenate([np.zeros((1, 2)), path[:-1]])


def _runs(own: np.ndarray, number: int, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The stops forth and back. Every third route ends where the one before it begins: two routes share that stop."""
    if number % 3 == 2:
        own = np.append(own[:-1], begins[number - 1])
    return own, own[::-1]


def _offsets(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Seconds from the first departure, forth and back."""
    legs = np.rint(np.hypot(*np.diff(xy, axis=0).T) / _BUS_MS).astype(np.int64) + _DWELL_S
    return np.append(0, np.cumsum(legs)), np.append(0, np.cumsum(legs[::-1]))


def _headway(seed: int, number: int) -> int:
    least, most = _HEADWAYS_MIN
    return 60 * int(stream(seed, "bus headway", number).integers(least, most + 1))


def _since(drawn: np.ndarray, share: float) -> np.ndarray:
    """Since which day one can pay by phone: most since 2017, a few in these weeks, the others not yet."""
    old, recent = np.datetime64("2017-12-27"), np.datetime64("2026-03-01")
    days = np.where(drawn < share * 0.95, old, recent) + np.floor(drawn * 97 % 1 * 60).astype(
        "timedelta64[D]"
    )
    ordinals = days.astype("datetime64[D]").astype(np.int64) + 719_163
    return np.where(drawn < share, ordinals, 0)
