"""Journeys by metro and bus: people go out and come back, some change between the two, some come home after midnight.

A day's outings depend on the seed and that day alone; none begins on one day and ends on the day after the next.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario.transit import TransitScenario
from simulator.streams import stream
from simulator.times import DAY_DS, DAY_S
from simulator.world import weather
from simulator.world.calendar import is_free
from simulator.world.transit import FIRST_S, Network

CARD, CODE, TICKET = range(3)
NOWHERE = -1
_OPENS_S, _CLOSES_S = 5 * 3600 + 1800, 24 * 3600 + 1800  # the metro
_LATEST_DELAY_S, _TAPS_WITHIN_S = 240, 25
_POOL = 1.5  # people for each who goes out on a day
_RUSH = {False: (8 * 3600, 4_500), True: (11 * 3600, 9_000)}  # when people go out: median and spread
_STAY_S = (2.0 * 3600, 10.5 * 3600)
_LATE_HOME = 0.02  # of those who come home by metro: about midnight
_METRO_USERS, _BUS_USERS, _BOTH_USERS, _TICKETS = (10**9 * (1 + n) for n in range(4))
_MOST_COMPANIONS = 3


@lru_cache(maxsize=8)
def metro_journeys(seed: int, scenario: TransitScenario, here: Network, day: date) -> pd.DataFrame:
    """Journeys by metro of the outings of a day, one a row.

    Columns: user, pay (`CARD`, `CODE`, `TICKET`), origin and destination (places of stations), in_s and out_s (whole seconds
    since this day's midnight), companions (how many more pass on the same code), is_lent (somebody else's, on this code).
    """
    random, outings = stream(seed, "metro companions", day), _outings(seed, scenario, here, day)
    rows = outings.metro.reset_index(drop=True)
    is_code = (rows["pay"] == CODE).to_numpy()
    u = random.random((6, len(rows)))
    together = np.where(
        is_code & (u[0] < scenario.gates.companions), 1 + np.floor(u[1] * _MOST_COMPANIONS), 0
    )
    rows = rows.assign(companions=together.astype(np.int64), is_lent=False)
    lent = rows[is_code & (u[2] < scenario.gates.lent)]
    places = len(here.station)
    origin = (lent["origin"] + 1 + np.floor(u[3][lent.index] * (places - 2)).astype(np.int64)) % places
    destination = (origin + 1 + np.floor(u[4][lent.index] * (places - 2)).astype(np.int64)) % places
    begins = lent["in_s"] + np.floor((u[5][lent.index] - 0.5) * 600).astype(np.int64)
    takes = here.metro_s(origin.to_numpy(), destination.to_numpy())
    extra = lent.assign(
        origin=origin, destination=destination, in_s=begins, out_s=begins + takes, companions=0, is_lent=True
    )
    return pd.concat([rows, extra], ignore_index=True)


@lru_cache(maxsize=8)
def bus_boardings(seed: int, scenario: TransitScenario, here: Network, day: date) -> pd.DataFrame:
    """Boardings of buses of the outings of a day, one a row.

    Columns: user, pay, route, direction, trip (its number in the day), board and alight (places in the run's order), service
    (the day it runs for, an ordinal), tapped_s, left_s (whole seconds since this day's midnight).
    """
    return _outings(seed, scenario, here, day).bus.reset_index(drop=True)


class _Outings:
    """The legs of a day's outings."""

    def __init__(self, metro: pd.DataFrame, bus: pd.DataFrame):
        self.metro, self.bus = metro, bus


@lru_cache(maxsize=4)
def _outings(seed: int, scenario: TransitScenario, here: Network, day: date) -> _Outings:
    random, rates = stream(seed, "outings", day), scenario.outings
    share = rates.free_days if is_free(day) else 1.0
    share *= rates.rain if weather.rain_mm(seed, day).sum() > 2 else 1.0
    # Nobody travels twice on one number: everybody of a kind goes out once a day at most.
    metro = _people(random, rates.metro, rates.least_metro, share, here.scale, _METRO_USERS)
    bus = _people(random, rates.bus, rates.least_bus, share, here.scale, _BUS_USERS)
    both = _people(random, rates.both, rates.least_both, share, here.scale, _BOTH_USERS)
    delays = stream(seed, "bus delays", day).integers(0, _LATEST_DELAY_S + 1, (len(here.route), 2, 200))
    legs = [
        _by_metro(random, scenario, here, day, metro),
        _by_both(random, scenario, here, day, both, delays),
    ]
    riders = _by_bus(random, scenario, here, day, bus, delays)
    return _Outings(
        pd.concat([each.metro for each in legs], ignore_index=True),
        pd.concat([riders, legs[1].bus], ignore_index=True),
    )


def _people(
    random: np.random.Generator, count: int, least: int, share: float, scale: float, begin: int
) -> np.ndarray:
    many = max(round(count * scale * share), round(least * share))
    return begin + random.permutation(int(max(count * scale, least) * _POOL))[:many]


def _times(random: np.random.Generator, day: date, count: int) -> tuple[np.ndarray, np.ndarray]:
    """When people go out and when they turn home, seconds since midnight."""
    median, spread = _RUSH[is_free(day)]
    out = np.clip(median + spread * random.normal(0, 1, count), _OPENS_S, 20 * 3600)
    home = out + _STAY_S[0] + (_STAY_S[1] - _STAY_S[0]) * random.random(count)
    return out.astype(np.int64), np.minimum(home, 23 * 3600).astype(np.int64)


def _own(users: np.ndarray, n: int) -> np.ndarray:
    """A number between 0 and 1 of each person, the same every day: where he lives and where he goes."""
    mixed = users.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(
        n * 0xD1B54A32D192ED03 % 2**64
    )
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed >> np.uint64(11)).astype(np.float64) / 2**53


def _by_metro(random, scenario: TransitScenario, here: Network, day: date, users: np.ndarray) -> _Outings:
    count, shares = len(users), scenario.paying
    u = random.random((5, count))
    pay = np.where(
        u[0] < shares.metro_code, CODE, np.where(u[0] < shares.metro_code + shares.metro_ticket, TICKET, CARD)
    )
    origin = np.floor(_own(users, 1) * len(here.station)).astype(np.int64)
    destination = (origin + 1 + np.floor(_own(users, 2) * (len(here.station) - 1)).astype(np.int64)) % len(
        here.station
    )
    out, home = _times(random, day, count)
    home = np.where(u[3] < _LATE_HOME, 23 * 3600 + np.floor(u[4] * 4_500).astype(np.int64), home)
    takes = here.metro_s(origin, destination)
    # A ticket is one journey's: its number says the day and the journey.
    tickets = _TICKETS + day.toordinal() * 1_000_000 + np.arange(2 * count).reshape(2, count)
    ways = ((origin, destination, out), (destination, origin, np.maximum(home, out + takes + 600)))
    legs = [
        pd.DataFrame({
            "user": np.where(pay == TICKET, ticket, users), "pay": pay, "origin": a, "destination": b, "in_s": at,
            "out_s": at + takes,
        })
        for ticket, (a, b, at) in zip(tickets, ways, strict=True)
    ]  # fmt: skip
    whole = pd.concat(legs, ignore_index=True)
    return _Outings(whole[whole["in_s"] < _CLOSES_S], pd.DataFrame())


def _by_bus(
    random, scenario: TransitScenario, here: Network, day: date, users: np.ndarray, delays
) -> pd.DataFrame:
    u = random.random((5, len(users)))
    pay = np.where(_own(users, 0) < scenario.paying.bus_code, CODE, CARD)
    route = np.floor(_own(users, 1) * len(here.route)).astype(np.int64)
    out, home = _times(random, day, len(users))
    rows = []
    for number in range(len(here.route)):
        of = np.flatnonzero(route == number)
        stops = len(here.runs[number][0])
        first = np.floor(_own(users[of], 2) * (stops - 2)).astype(np.int64)
        last = first + 1 + np.floor(_own(users[of], 3) * (stops - first - 1)).astype(np.int64)
        rows += [
            _ride(here, day, delays, number, 0, first, last, out[of], users[of], pay[of], u[4][of]),
            _ride(here, day, delays, number, 1, stops - 1 - last, stops - 1 - first, home[of], users[of], pay[of],
                  u[4][of] * 7 % 1),
        ]  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def _by_both(
    random, scenario: TransitScenario, here: Network, day: date, users: np.ndarray, delays
) -> _Outings:
    """By bus to the metro station where the route begins, and on; home the same way."""
    u = random.random((7, len(users)))
    pay = np.where(_own(users, 0) < scenario.paying.bus_code, CODE, CARD)
    route = np.floor(_own(users, 1) * len(here.route)).astype(np.int64)
    out, home = _times(random, day, len(users))
    metro, bus = [], []
    for number in range(len(here.route)):
        of = np.flatnonzero(route == number)
        run = here.runs[number][1]  # ends where the route begins: beside a station
        station = int(np.argmin(np.hypot(*(here.station_xy - here.stop_xy[run[-1]]).T)))
        stops = len(run)
        first = np.floor(_own(users[of], 2) * (stops - 1)).astype(np.int64)
        ends = np.full(len(of), stops - 1)
        there = _ride(here, day, delays, number, 1, first, ends, out[of], users[of], pay[of], u[3][of])
        bus.append(there)
        goes = np.isin(users[of], there["user"])
        walk = 180 + np.floor(u[4][of] * 780).astype(np.int64)
        left = (
            pd.Series(there["left_s"].to_numpy(), index=there["user"])
            .reindex(users[of])
            .fillna(out[of][0] if len(of) else 0)
        )
        begins = left.to_numpy(np.int64) + walk
        far = (station + 1 + np.floor(_own(users[of], 3) * (len(here.station) - 1)).astype(np.int64)) % len(
            here.station
        )
        takes = here.metro_s(np.full(len(of), station), far)
        turns = np.maximum(home[of], begins + takes + 900)
        for a, b, at in ((np.full(len(of), station), far, begins), (far, np.full(len(of), station), turns)):
            metro.append(pd.DataFrame({
                "user": users[of], "pay": pay[of], "origin": a, "destination": b, "in_s": at, "out_s": at + takes,
            })[goes])  # fmt: skip
        back = turns + takes + 120 + np.floor(u[6][of] * 600).astype(np.int64)
        bus.append(_ride(here, day, delays, number, 0, np.zeros(len(of), dtype=np.int64), stops - 1 - first, back,
                         users[of], pay[of], u[3][of] * 7 % 1)[lambda rows: rows["alight"] > 0])  # fmt: skip
    whole = pd.concat(metro, ignore_index=True)
    return _Outings(whole[whole["in_s"] < _CLOSES_S], pd.concat(bus, ignore_index=True))


def _ride(
    here: Network, day: date, delays: np.ndarray, route: int, direction: int, first: np.ndarray, last: np.ndarray,
    ready_s: np.ndarray, users: np.ndarray, pay: np.ndarray, drawn: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """Those who come to a stop and take the next bus, from its stop `first` to its stop `last`; none after the last bus."""
    offsets, headway = here.offsets_s[route][direction], here.headway_s[route]
    trip = np.maximum(-(-(ready_s - FIRST_S - offsets[first]) // headway), 0)
    runs = (trip < here.trips(route)) & (last > first)
    trip = np.minimum(trip, here.trips(route) - 1)
    late = delays[route, direction, trip]
    departs = FIRST_S + trip * headway + late
    made = pd.DataFrame({
        "user": users, "pay": pay, "route": route, "direction": direction, "trip": trip, "board": first, "alight": last,
        "service": day.toordinal(),
        "tapped_s": departs + offsets[first] + np.floor(drawn * (_TAPS_WITHIN_S + 1)).astype(np.int64),
        "left_s": departs + offsets[last],
    })  # fmt: skip
    return made[runs]


def begun_by(day: date) -> tuple[date, ...]:
    """The days whose outings may touch a day."""
    return (day - timedelta(1), day)


def on_day(rows: pd.DataFrame, column: str, begun: date, day: date) -> np.ndarray:
    """Which rows of the outings of `begun` lie on `day` by a column of seconds."""
    return ((begun.toordinal() * DAY_S + rows[column].to_numpy()) // DAY_S == day.toordinal()).astype(bool)


def instants(seconds: np.ndarray, begun: date) -> np.ndarray:
    """Seconds since a day's midnight as tenths since the calendar's first day."""
    return begun.toordinal() * DAY_DS + np.asarray(seconds, dtype=np.int64) * 10
