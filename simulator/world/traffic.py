"""How fast one drives on the monitored segments, every five minutes: by the hour, the day, the rain and incidents nearby."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from simulator.scenario.roads import RoadScenario
from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world import incidents, weather
from simulator.world.calendar import is_free
from simulator.world.fairways import METRES_PER_DEGREE
from simulator.world.incidents import NEVER
from simulator.world.roads import Roads

INTERVALS = 288  # of a day
INTERVAL_DS = DAY_DS // INTERVALS
NOBODY = 0  # a speed where no vehicle passed
_NEAR_M = 2_000.0  # beyond, an incident slows nobody down
_SLOWED = {1: 0.55, 2: 0.40, 3: 0.25}  # by how much one is slower beside an incident of a level
_UNCLEARED_DS = 36_000  # how long an incident to which nobody comes is in the way
_SLOWEST_DKMH, _MOST_VEHICLES = 30, 1_900
# By hour: vehicles, of an ordinary hour's, and by how much one is slower for their number.
_FLOW = {
    False: [.12, .09, .08, .08, .12, .3, .8, 1.4, 1.5, 1.2, 1, 1, 1, 1, 1, 1.1, 1.2, 1.5, 1.5, 1.1, .8, .6, .4, .2],
    True: [.2, .13, .1, .09, .1, .2, .4, .6, .8, 1, 1.2, 1.2, 1.1, 1.1, 1.1, 1.2, 1.2, 1.2, 1.1, 1, .9, .7, .4, .3],
}  # fmt: skip
_DENSE = {
    False: [0, 0, 0, 0, 0, .02, .12, .36, .40, .24, .14, .12, .12, .12, .13, .15, .22, .38, .40, .22, .12, .06, .02, 0],
    True: [0, 0, 0, 0, 0, 0, .02, .05, .10, .16, .20, .20, .16, .16, .18, .20, .22, .22, .18, .14, .10, .06, .02, 0],
}  # fmt: skip
_RAIN_SLOWS = 0.12


@dataclass(frozen=True, eq=False)
class Traffic:
    """What passes on a day: `places` of the monitored segments; segments × 288: `speed_dkmh` (tenths of km/h, `NOBODY`),
    `vehicles`."""

    places: np.ndarray
    speed_dkmh: np.ndarray
    vehicles: np.ndarray


@lru_cache(maxsize=4)
def traffic(seed: int, scenario: RoadScenario, roads: Roads, day: date) -> Traffic:
    """The traffic of a day; needs the incidents of the day before."""
    places = roads.monitored(day)
    random, free = stream(seed, "traffic", day), is_free(day)
    hour = np.arange(INTERVALS) // 12
    dense = np.interp(np.arange(INTERVALS) / 12, np.arange(24) + 0.5, _DENSE[free]).astype(np.float32)
    rain = np.where(weather.rain_mm(seed, day)[hour] > 0, _RAIN_SLOWS, 0).astype(np.float32)
    sensitivity = 0.6 + 0.8 * stream(seed, "dense roads").random(len(roads))[places].astype(np.float32)
    share = 1.02 - sensitivity[:, None] * dense - rain
    share *= _obstructed(seed, scenario, roads, day)[places]
    share += 0.04 * random.standard_normal(share.shape, dtype=np.float32)
    free_dkmh = roads.free_dkmh[places, None]
    speed = np.clip(np.rint(free_dkmh * share), _SLOWEST_DKMH, np.rint(1.2 * free_dkmh)).astype(np.int16)
    flow = roads.flow[places, None] * np.array(_FLOW[free])[hour]
    vehicles = np.minimum(random.poisson(flow), _MOST_VEHICLES).astype(np.int16)
    return Traffic(places, np.where(vehicles == 0, np.int16(NOBODY), speed), vehicles)


def _obstructed(seed: int, scenario: RoadScenario, roads: Roads, day: date) -> np.ndarray:
    """Segments × 288: what share of the speed incidents leave; the nearer, the less."""
    left = np.ones((len(roads), INTERVALS), dtype=np.float32)
    east = roads.longitude * METRES_PER_DEGREE * np.cos(np.radians(roads.latitude))
    north = roads.latitude * METRES_PER_DEGREE
    midnight = day.toordinal() * DAY_DS
    for back in (1, 0):
        known = incidents.reported(seed, scenario, roads, day - timedelta(back))
        until = np.where(
            known["cleared_ds"] == NEVER, known["reported_ds"] + _UNCLEARED_DS, known["cleared_ds"]
        )
        first = np.clip((known["reported_ds"].to_numpy() - midnight) // INTERVAL_DS, 0, INTERVALS)
        last = np.clip((until - midnight) // INTERVAL_DS, 0, INTERVALS)
        columns = (known["segment"], known["level"], first, last)
        for place, level, begin, end in zip(*(each.tolist() for each in columns), strict=True):
            if begin < end:
                away = np.hypot(east - east[place], north - north[place])
                near = np.flatnonzero(away < _NEAR_M)
                left[near, begin:end] *= (1 - _SLOWED[level] * (1 - away[near] / _NEAR_M))[:, None]
    return left
