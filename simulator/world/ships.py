"""Ships and their journeys: who passes which fairway when, and what its transponder reports on the way.

A day's journeys depend on the seed and that day alone. A ship's journeys begin in slots of 4.8 hours whose beginning
is its own, so that they lie at least an hour apart and may pass midnight, and none lasts into a third day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario.ships import MOST_JOURNEYS, ShipScenario
from simulator.streams import stream
from simulator.times import DAY_S
from simulator.world.fairways import FAIRWAYS

KNOT_MS = 1852 / 3600
LASTS_DAYS = 2  # a journey touches at most so many days
_SLOT_S = DAY_S // MOST_JOURNEYS
_SPREAD_S = 6_480  # within its slot; with the longest journey (87 minutes) 90 minutes remain to the next
_HULLS = ("浙杭货", "浙富货", "浙萧货", "浙余货", "浙桐货", "浙临货", "浙杭集", "浙杭油")
_TYPES = {"货": "干货船", "集": "集装箱船", "油": "油船"}


@dataclass(frozen=True, eq=False)
class Fleet:
    """All ships, a place in every array each.

    `hull` is the number painted on the ship, three Chinese characters and five digits; `certified` whether it ever has
    a certificate, `listed` whether it is in the list of ships; `deepest_m` the draught its certificates allow,
    `phase_s` when its slots begin after midnight.
    """

    mmsi: np.ndarray
    name: np.ndarray
    hull: np.ndarray
    kind: np.ndarray
    length_m: np.ndarray
    listed: np.ndarray
    certified: np.ndarray
    deepest_m: np.ndarray
    phase_s: np.ndarray

    def __len__(self) -> int:
        return len(self.mmsi)


@lru_cache(maxsize=8)
def fleet(seed: int, scenario: ShipScenario, scale: float) -> Fleet:
    """Every ship; a larger city's first ones are a smaller one's."""
    count = max(round(scenario.fleet.ships * scale), scenario.fleet.least)
    number = np.arange(count)
    # A row of numbers a ship, so that a ship is the same in a fleet of any size and whatever the rates.
    drawn = stream(seed, "ships").random((count, 7))
    hulls = [
        f"{_HULLS[int(kind * len(_HULLS))]}{(each * 7_919 + 31 * seed + 2_315) % 100_000:05d}"
        for each, kind in enumerate(drawn[:, 0])
    ]
    return Fleet(
        mmsi=413_000_000 + (number * 104_729 + seed * 7_919) % 1_000_000,
        name=np.array([f"钱江{each + 1}" for each in number]),
        hull=np.array(hulls), kind=np.array([_TYPES[hull[2]] for hull in hulls]),
        length_m=np.round(38 + drawn[:, 1] * 27, 1), listed=drawn[:, 2] >= scenario.fleet.unlisted,
        certified=drawn[:, 3] >= scenario.certificates.missing, deepest_m=np.round(1.8 + drawn[:, 4] * 1.6, 2),
        phase_s=(drawn[:, 5] * _SLOT_S).astype(np.int64),
    )  # fmt: skip


@lru_cache(maxsize=16)
def journeys(seed: int, scenario: ShipScenario, ships: Fleet, day: date) -> pd.DataFrame:
    """The journeys that begin in the slots of `day`, one a row, each through one fairway.

    Columns: ship and fairway (places in `ships` and `FAIRWAYS`), forward (along the axis), aside_m (to the right),
    speed_ms; start_s, entered_s, left_s, end_s (seconds since this day's midnight; entered to tenths); silent (its
    transponder is off), gap_from_s and gap_until_s (nothing is heard in between; both 0: no gap).
    """
    random = stream(seed, "journeys", day)
    shape = (len(ships), MOST_JOURNEYS)
    active = random.random(len(ships)) < scenario.fleet.active
    takes = random.random(shape) < scenario.fleet.journeys / MOST_JOURNEYS
    drawn = random.random((8, *shape))
    fairway = random.integers(0, len(FAIRWAYS), shape)
    ship, slot = np.nonzero(takes & active[:, None])
    u, way = drawn[:, ship, slot], fairway[ship, slot]
    speed = (5 + 7 * u[0]) * KNOT_MS
    start = slot * _SLOT_S + ships.phase_s[ship] + np.floor(u[1] * _SPREAD_S)
    entered = np.round(start + 900 + 600 * u[2], 1)
    left = entered + np.array([each.length_m for each in FAIRWAYS])[way] / speed
    end = left + 900 + 600 * u[3]
    widths = np.array([min(each.axis[0][2], each.axis[-1][2]) for each in FAIRWAYS])
    rates, share = scenario.transponders, u[5]
    short, long = (
        share < rates.short_gap,
        (share >= rates.short_gap) & (share < rates.short_gap + rates.long_gap),
    )
    lasts = np.where(short, 600 + 900 * u[6], 2400 + 1200 * u[6])
    gap = start + u[7] * (end - start)
    silent = stream(seed, "silent", day).random(shape)[ship, slot] < rates.silent
    return pd.DataFrame({
        "ship": ship, "fairway": way, "forward": u[4] < 0.5, "aside_m": (0.15 + 0.35 * (u[4] * 7 % 1)) * widths[way],
        "speed_ms": speed, "start_s": start, "entered_s": entered, "left_s": left, "end_s": end, "silent": silent,
        "gap_from_s": np.where(short | long, gap, 0.0), "gap_until_s": np.where(short | long, gap + lasts, 0.0),
    })  # fmt: skip


@lru_cache(maxsize=4)
def reports(seed: int, scenario: ShipScenario, ships: Fleet, day: date) -> pd.DataFrame:
    """What is heard of the journeys that begin on `day`: one row per report.

    Columns: ship, fairway, at_s (whole seconds since this day's midnight), longitude and latitude (degrees to five
    decimals), speed_kn, course and heading (degrees, below 360).
    """
    made = journeys(seed, scenario, ships, day)
    random = stream(seed, "reports", day)
    counts = ((made["end_s"] - made["start_s"]) // 60).to_numpy().astype(np.int64) + 1
    journey = np.repeat(np.arange(len(made)), counts)
    minute = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    total = len(journey)
    at = made["start_s"].to_numpy()[journey] + minute * 60 + random.integers(0, 3, total)
    lost = random.random(total) < scenario.transponders.missing_report
    noise = random.normal(0, 1, (5, total))
    columns = {name: made[name].to_numpy()[journey] for name in made.columns}
    gap = (at >= columns["gap_from_s"]) & (at < columns["gap_until_s"])
    place, course = _underway(columns, at, noise)
    heading = np.rint(course + 2 * noise[4]) % 360
    frame = pd.DataFrame({
        "ship": columns["ship"], "fairway": columns["fairway"], "at_s": at.astype(np.int64),
        "longitude": place[:, 0], "latitude": place[:, 1],
        "speed_kn": np.round(np.maximum(columns["speed_ms"] / KNOT_MS + 0.15 * noise[2], 0.1), 1),
        "course": np.round(course + noise[3], 1) % 360, "heading": heading.astype(np.int64),
    })  # fmt: skip
    return frame[~(lost | gap | columns["silent"])].reset_index(drop=True)


def _underway(columns: dict[str, np.ndarray], at: np.ndarray, noise: np.ndarray):
    """Where ships are at these seconds, to five decimals and a few metres, and their courses."""
    gone = (at - columns["entered_s"]) * columns["speed_ms"]
    place, course = np.empty((len(at), 2)), np.empty(len(at))
    for number, fairway in enumerate(FAIRWAYS):
        here = columns["fairway"] == number
        forward = columns["forward"][here]
        along = np.where(forward, gone[here], fairway.length_m - gone[here])
        aside = np.where(forward, 1, -1) * columns["aside_m"][here]
        place[here] = fairway.places(along + 2 * noise[0, here], aside + 2 * noise[1, here])
        course[here] = (fairway.courses(along) + np.where(forward, 0, 180)) % 360
    return np.round(place, 5), course


def begun_by(day: date) -> tuple[date, ...]:
    """The days whose journeys may touch `day`."""
    return tuple(day - timedelta(back) for back in range(LASTS_DAYS))
