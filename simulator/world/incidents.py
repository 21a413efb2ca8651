"""What happens on the roads: incidents, and what the graver ones grew out of.

An incident that turns out graver is recorded anew, a level graver: the new record names the one before. A day's first
records depend on the seed and that day alone; what grows out of them may be recorded after midnight.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.scenario.rates import Wait
from simulator.scenario.roads import IncidentScenario, RoadScenario
from simulator.streams import stream
from simulator.times import DAY_DS, instants_after
from simulator.world import weather
from simulator.world.calendar import is_free
from simulator.world.command import commanding
from simulator.world.roads import Roads

NEVER = 0  # of an instant that does not come
FIRST_LEVEL, SECOND_LEVEL, THIRD_LEVEL = 1, 2, 3
LASTS_DAYS = 2  # days on which what begins on one may be recorded
WET_MM = 5.0  # of rain on a day
_KINDS = ("collision", "breakdown", "obstacle", "road_works", "flooding")
_DRY_SHARES, _WET_SHARES = (0.45, 0.35, 0.13, 0.07, 0.0), (0.45, 0.30, 0.10, 0.03, 0.12)
_LEVEL_SHARES = (0.06, 0.24, 0.70)
# How much sooner one arrives, and how much longer it takes, by level.
_ARRIVAL = {FIRST_LEVEL: 0.6, SECOND_LEVEL: 0.8, THIRD_LEVEL: 1.0}
_CLEARANCE = {FIRST_LEVEL: 2.5, SECOND_LEVEL: 1.5, THIRD_LEVEL: 1.0}
# When things happen: shares of the day's by hour, on working days and on free ones.
_WORKING = np.array([1, .6, .5, .4, .5, 1, 3, 7, 8, 6, 5, 5, 5, 5, 5, 5, 6, 8, 8, 6, 4, 3, 3, 2])  # fmt: skip
_FREE = np.array([1.5, 1, .8, .6, .5, .8, 1.5, 3, 4, 6, 7, 7, 6, 6, 6, 6, 7, 7, 6, 5, 5, 4, 3, 2])  # fmt: skip
_LATER_S = (120, 2400)  # until it is recorded anew


@lru_cache(maxsize=8)
def begun(seed: int, scenario: RoadScenario, roads: Roads, day: date) -> pd.DataFrame:
    """The incidents first recorded on a day, and what grew out of them: one row a record.

    Columns: incident (its number), kind, level (1 is the gravest), segment (its place), centre (its place among
    `CENTRES`), reported_ds, dispatched_ds, arrived_ds, cleared_ds (tenths of seconds since the calendar's first day,
    local; whole seconds; `NEVER`), escalated_from (as the record says it, '' for none), grew_from_ds (when what it truly
    grew out of was reported, `NEVER`).
    """
    random, parts = stream(seed, "incidents", day), []
    now = _first(random, seed, scenario.incidents, roads, day)
    for rung in range(3):
        u, normal = random.random((4, len(now))), random.normal(0, 1, (3, len(now)))
        now = now.assign(incident=[f"IN{day:%Y%m%d}{number:05d}{rung}" for number in now["number"]])
        parts.append(now.assign(**_course(scenario.incidents, now, u, normal)))
        rates = scenario.incidents.escalation
        rate = now["level"].map(
            {FIRST_LEVEL: 0.0, SECOND_LEVEL: rates.second_level, THIRD_LEVEL: rates.third_level}
        )
        grows = now[u[2] < rate.to_numpy()]
        lost = random.random(len(grows)) < rates.unknown_origin
        later = 10 * np.floor(_LATER_S[0] + random.random(len(grows)) * (_LATER_S[1] - _LATER_S[0] + 1))
        # No day has so many that such a number would be one's own.
        nobodys = [f"IN{day:%Y%m%d}{number + 50_000:05d}{rung}" for number in grows["number"]]
        now = grows.assign(
            level=grows["level"] - 1, reported_ds=grows["reported_ds"] + later.astype(np.int64),
            escalated_from=np.where(lost, nobodys, grows["incident"]), grew_from_ds=grows["reported_ds"],
        )  # fmt: skip
    whole = pd.concat(parts, ignore_index=True).drop(columns="number")
    segment, level = whole["segment"].to_numpy(), whole["level"].to_numpy()
    centres = commanding(roads.district_code[segment], segment)
    return whole.assign(centre=centres[np.arange(len(whole)), level - 1])


def _first(
    random: np.random.Generator, seed: int, scenario: IncidentScenario, roads: Roads, day: date
) -> pd.DataFrame:  # fmt: skip
    """The first records of a day, by time."""
    free, wet = is_free(day), _is_wet(seed, day)
    expected = roads.incidents * (0.9 if free else 1.0) * (1.25 if wet else 1.0)
    count = max(int(random.poisson(expected)), scenario.least)
    hours = _FREE if free else _WORKING
    seconds = random.choice(24, count, p=hours / hours.sum()) * 3600 + random.integers(0, 3600, count)
    weights = np.where(roads.is_major, 3.0, 1.0)
    return pd.DataFrame({
        "number": np.arange(1, count + 1),
        "kind": random.choice(np.array(_KINDS, dtype=object), count, p=_WET_SHARES if wet else _DRY_SHARES),
        "level": random.choice([FIRST_LEVEL, SECOND_LEVEL, THIRD_LEVEL], count, p=_LEVEL_SHARES),
        "segment": random.choice(len(roads), count, p=weights / weights.sum()),
        "reported_ds": instants_after(np.sort(seconds), day), "escalated_from": "", "grew_from_ds": NEVER,
    })  # fmt: skip


def _is_wet(seed: int, day: date) -> bool:
    return float(weather.rain_mm(seed, day).sum()) >= WET_MM


def _course(
    scenario: IncidentScenario, rows: pd.DataFrame, u: np.ndarray, normal: np.ndarray
) -> dict[str, np.ndarray]:
    """When somebody is sent, is there, and is done; never where one of the steps before never comes."""
    reported, level = rows["reported_ds"].to_numpy(), rows["level"]
    dispatched = reported + _takes(scenario.dispatch_s, normal[0], 1.0)
    arrived = dispatched + _takes(scenario.arrival_s, normal[1], level.map(_ARRIVAL).to_numpy(float))
    cleared = arrived + _takes(scenario.clearance_s, normal[2], level.map(_CLEARANCE).to_numpy(float))
    is_sent = u[0] >= scenario.never_dispatched
    is_there = is_sent & (u[1] >= scenario.never_reached)
    return {
        "dispatched_ds": np.where(is_sent, dispatched, NEVER), "arrived_ds": np.where(is_there, arrived, NEVER),
        "cleared_ds": np.where(is_there, cleared, NEVER),
    }  # fmt: skip


def _takes(wait: Wait, normal: np.ndarray, factor: np.ndarray | float) -> np.ndarray:
    """Tenths of seconds that a step takes; whole seconds, at most eight hours."""
    return 10 * np.rint(np.minimum(wait.median * factor * np.exp(wait.spread * normal), 28_800)).astype(
        np.int64
    )


def reported(seed: int, scenario: RoadScenario, roads: Roads, day: date) -> pd.DataFrame:
    """The records of a day, by time; columns as of `begun`."""
    parts = [begun(seed, scenario, roads, day - timedelta(back)) for back in range(LASTS_DAYS)]
    whole = pd.concat(parts, ignore_index=True)
    of_day = whole[whole["reported_ds"] // DAY_DS == day.toordinal()]
    return of_day.sort_values(["reported_ds", "incident"], ignore_index=True)
