"""Motorways with their gantries and toll plazas, and the cars that pass them.

Every motorway has the same number of gantries in either direction, numbered along it. A day's trips and lane passages
depend on the seed and that day alone; no trip lasts into a third day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario.tolls import LaneScenario, TollScenario
from simulator.streams import stream
from simulator.times import DAY_DS, DAY_S
from simulator.world import weather
from simulator.world.calendar import is_free
from simulator.world.streets import districts

ROADS = ("G2501", "G60", "G56", "G25", "S2")  # as many as `scenario.tolls.MOTORWAYS`
UP, DOWN = 0, 1  # directions
ENTRY, EXIT = 0, 1  # ways through a plaza
CLASSES = 4  # of vehicles
_GANTRIES = (8, 30)
_APART_KM = (2.0, 6.0)
_FEN_PER_KM = 45
_TAGS_PER_TRIP = 6
_SLOWEST_KMH, _FASTEST_KMH = 55, 125
_SHARE_OF_CLASS = (0.86, 0.06, 0.05, 0.03)
_LONGEST_GATE_S = 600
# Cars by hour of the day, of an ordinary hour's.
_FLOW = np.array([
    .25, .18, .14, .14, .2, .4, .8, 1.3, 1.5, 1.3, 1.2, 1.1, 1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.3, 1.1, .9, .7, .5, .35,
])  # fmt: skip
_FREE_DAYS = 1.15  # times as many cars
_RAIN_SLOWS = 0.12
_DENSE_SLOWS = 0.10  # in the hour of the most cars


@dataclass(frozen=True, eq=False)
class Tolls:
    """What stands at the motorways, a place in every array each.

    Gantries: `gantry` (identifier), `road` (place in `ROADS`), `direction`, `sequence` (from 1 along the direction), `km`
    (tenths, along the direction), `gantry_district` (code), `fee` (fen), `is_listed_gantry`. `begins` says for road and
    direction where its first gantry is. Plazas: `plaza`, `plaza_road`, `plaza_district`, `lanes`, `is_listed_plaza`.
    `trips` and `passages` are how many a day has.
    """

    gantry: np.ndarray
    road: np.ndarray
    direction: np.ndarray
    sequence: np.ndarray
    km: np.ndarray
    gantry_district: np.ndarray
    fee: np.ndarray
    is_listed_gantry: np.ndarray
    begins: np.ndarray
    count: np.ndarray
    plaza: np.ndarray
    plaza_road: np.ndarray
    plaza_district: np.ndarray
    lanes: np.ndarray
    is_listed_plaza: np.ndarray
    trips: float
    passages: float


@lru_cache(maxsize=4)
def tolls(seed: int, scenario: TollScenario, scale: float) -> Tolls:
    """All of them; a larger city's first roads are a smaller one's."""
    places = scenario.places
    roads = min(max(round(places.motorways * scale), places.least_motorways), places.motorways)
    made = [_gantries(seed, road, direction) for road in range(roads) for direction in (UP, DOWN)]
    gantries = pd.concat(made, ignore_index=True)
    listed = np.ones(len(gantries), dtype=bool)
    listed[len(made[0]) // 2] = False
    plazas = max(round(places.plazas * scale), places.least_plazas)
    drawn = stream(seed, "toll plazas").random((plazas, 3))
    known = np.arange(plazas) != 1
    counts = np.array([len(each) for each in made])
    return Tolls(
        gantry=gantries["gantry"].to_numpy(), road=gantries["road"].to_numpy(), direction=gantries["direction"].to_numpy(),
        sequence=gantries["sequence"].to_numpy(), km=gantries["km"].to_numpy(),
        gantry_district=gantries["district"].to_numpy(), fee=gantries["fee"].to_numpy(), is_listed_gantry=listed,
        begins=np.cumsum(counts) - counts, count=counts,
        plaza=np.array([f"SF{number:03d}" for number in range(1, plazas + 1)], dtype=object),
        plaza_road=np.floor(drawn[:, 0] * roads).astype(np.int64), plaza_district=_codes(drawn[:, 1]),
        lanes=4 + np.floor(drawn[:, 2] * 12).astype(np.int64), is_listed_plaza=known,
        trips=scenario.trips.per_day * scale, passages=scenario.lanes.per_day * scale,
    )  # fmt: skip


def _gantries(seed: int, road: int, direction: int) -> pd.DataFrame:
    """The gantries of a road in one direction, along it."""
    random = stream(seed, "gantries", road)  # the same for both directions, which run side by side
    least, most = _GANTRIES
    count = int(random.integers(least, most + 1))
    apart = np.rint(10 * (_APART_KM[0] + (_APART_KM[1] - _APART_KM[0]) * random.random(count))).astype(
        np.int64
    )
    # A road stays in a district for a while.
    district = np.repeat(_codes(random.random(-(-count // 4))), 4)[:count]
    if direction == DOWN:
        apart, district = np.roll(apart[::-1], 1), district[::-1]
    sequence = np.arange(1, count + 1)
    letter = "SX"[direction]
    return pd.DataFrame({
        "gantry": [f"{ROADS[road]}{letter}{number:02d}" for number in sequence], "road": road, "direction": direction,
        "sequence": sequence, "km": np.cumsum(apart), "district": district, "fee": apart * _FEN_PER_KM // 10,
    })  # fmt: skip


def _codes(drawn: np.ndarray) -> np.ndarray:
    """Codes of districts, those of many residents more often."""
    codes, shares = districts()
    return codes[np.minimum(np.searchsorted(np.cumsum(shares), drawn, side="right"), len(codes) - 1)]


def passages(seed: int, scenario: TollScenario, here: Tolls, day: date) -> pd.DataFrame:
    """Every car with a tag at every gantry that it passes on a day, by time.

    Columns: tag (whole number), gantry (place), at_ds (tenths of seconds since the calendar's first day, local),
    speed_kmh.
    """
    parts = [_trips(seed, scenario, here, day - timedelta(back)) for back in (1, 0)]
    whole = pd.concat(parts, ignore_index=True)
    on_day = whole["at_ds"] // DAY_DS == day.toordinal()
    return whole[on_day].sort_values(["at_ds", "tag", "gantry"], ignore_index=True)


@lru_cache(maxsize=4)
def _trips(seed: int, scenario: TollScenario, here: Tolls, day: date) -> pd.DataFrame:
    """The passages of the trips that begin on a day."""
    random, rates = stream(seed, "motorway trips", day), scenario.trips
    count = max(int(random.poisson(here.trips * (_FREE_DAYS if is_free(day) else 1))), rates.least)
    u = random.random((7, count))
    way = np.floor(u[0] * len(here.begins)).astype(np.int64)  # road and direction in one number
    most = here.count[way]
    # Long trips more often than short ones: about ten gantries.
    first = np.floor(u[1] ** 2 * (most - 2)).astype(np.int64)
    last = first + 2 + np.floor(np.sqrt(u[2]) * (most - first - 2)).astype(np.int64)  # beyond the last gantry
    wet = weather.rain_mm(seed, day) > 0
    left = (1 - _RAIN_SLOWS * wet) * (1 - _DENSE_SLOWS * _FLOW / _FLOW.max())  # of the speed, by hour
    begins = _instants(u[3:5], _FLOW)
    speed = np.clip(92 + 10 * random.normal(0, 1, count), _SLOWEST_KMH + 10, _FASTEST_KMH - 10)
    speed = speed * left[np.floor(begins / 3600).astype(np.int64)]
    # A car sets out once a day: no tag is in two places at once.
    tags = random.choice(int(max(here.trips, rates.least) * _TAGS_PER_TRIP), count, replace=False)
    out = pd.DataFrame(
        {"tag": tags, "way": way, "first": first, "last": last, "begin_s": begins, "speed": speed}
    )
    takes = (here.km[here.begins[way] + last - 1] - here.km[here.begins[way] + first]) / 10 / speed * 3600
    pause = 600 + 1500 * u[5]
    back = out.assign(
        way=way ^ 1, first=most - last, last=most - first, begin_s=begins + takes + pause
    )[u[6] < rates.come_back]  # fmt: skip
    again = out.assign(begin_s=begins + takes + pause)[u[6] > 1 - rates.once_more]
    return _at_gantries(pd.concat([out, back, again], ignore_index=True), here, day, random)


def _at_gantries(trips: pd.DataFrame, here: Tolls, day: date, random: np.random.Generator) -> pd.DataFrame:
    """A row for each gantry that a trip passes."""
    counts = (trips["last"] - trips["first"]).to_numpy()
    trip = np.repeat(np.arange(len(trips)), counts)
    nth = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    start = here.begins[trips["way"].to_numpy()] + trips["first"].to_numpy()
    gantry = start[trip] + nth
    km, speed = (here.km[gantry] - here.km[start][trip]) / 10, trips["speed"].to_numpy()[trip]
    at = trips["begin_s"].to_numpy()[trip] + km / speed * 3600
    shown = np.clip(np.rint(speed + 4 * random.normal(0, 1, len(trip))), _SLOWEST_KMH, _FASTEST_KMH)
    return pd.DataFrame({
        "tag": trips["tag"].to_numpy()[trip], "gantry": gantry,
        "at_ds": day.toordinal() * DAY_DS + np.rint(at * 10).astype(np.int64), "speed_kmh": shown.astype(np.int64),
    })  # fmt: skip


def lane_passages(seed: int, scenario: TollScenario, here: Tolls, day: date) -> pd.DataFrame:
    """The cars that leave a lane of a plaza on a day, by time.

    Columns: plaza (place), lane (from 1), is_etc, way (`ENTRY`, `EXIT`), arrived_ds, left_ds (tenths of seconds since the
    calendar's first day, local), vehicle_class (1 to 4).
    """
    random, rates = stream(seed, "toll lanes", day), scenario.lanes
    count = max(int(random.poisson(here.passages * (_FREE_DAYS if is_free(day) else 1))), rates.least)
    u = random.random((6, count))
    plaza = np.floor(u[0] * len(here.plaza)).astype(np.int64)
    is_etc = u[1] < rates.etc
    lane = _lane(here.lanes[plaza], is_etc, u[2], rates)
    gate = np.where(is_etc, *(
        each.median * np.exp(each.spread * random.normal(0, 1, count)) for each in (rates.etc_s, rates.manual_s)
    ))  # fmt: skip
    left = day.toordinal() * DAY_DS + np.floor(_instants(u[3:5], _FLOW) * 10).astype(np.int64)
    takes = np.rint(np.clip(gate, 0.5, _LONGEST_GATE_S) * 10).astype(np.int64)
    chosen = np.searchsorted(np.cumsum(_SHARE_OF_CLASS)[:-1], u[5], side="right") + 1
    made = pd.DataFrame({
        "plaza": plaza, "lane": lane, "is_etc": is_etc, "way": (u[5] * 1000 % 1 < 0.5).astype(np.int8),
        "arrived_ds": left - takes, "left_ds": left, "vehicle_class": chosen,
    })  # fmt: skip
    return made.sort_values(["left_ds", "plaza", "lane"], ignore_index=True)


def _lane(lanes: np.ndarray, is_etc: np.ndarray, drawn: np.ndarray, rates: LaneScenario) -> np.ndarray:
    """A lane of the plaza: the first ones are for cars with a tag."""
    fast = np.maximum(np.rint(lanes * rates.etc).astype(np.int64) - 1, 1)
    return np.where(is_etc, 1 + np.floor(drawn * fast), fast + 1 + np.floor(drawn * (lanes - fast))).astype(
        np.int64
    )


def _instants(drawn: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Seconds of a day: hours by how many cars they have, evenly within."""
    hour = np.searchsorted(np.cumsum(flow) / flow.sum(), drawn[0], side="right")
    return np.minimum(hour, 23) * 3600 + drawn[1] * (DAY_S / 24)
