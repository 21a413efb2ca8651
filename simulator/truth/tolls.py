"""The true indicators of toll plazas: what happened, and the best anyone can know from what had arrived by an instant.

A passage counts on the local day on which the car left the lane, where its plaza is; plazas that are not in the newest list
count nowhere. Gate times are compared by their medians; where one kind of lane has none there is nothing to compare.

What happened: every passage of every plaza.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from simulator.departments import district, toll_lists
from simulator.departments.toll_lane_passage import LanePassages
from simulator.evidence import Evidence
from simulator.setting import Setting
from simulator.truth.areas import Areas, by_day, divisible, share_of
from simulator.world.districts import HANGZHOU
from simulator.world.tolls import lane_passages

_NOTHING = pd.DataFrame({"plaza": [], "is_etc": np.zeros(0, dtype=bool), "gate_ds": []})


@dataclass(frozen=True)
class Outcome:
    """What the indicators of a day are made of: `passages` (plaza, is_etc, gate_ds), `places` (plaza, district)."""

    passages: pd.DataFrame
    places: pd.DataFrame
    vintages: tuple


def indicators(
    city: Evidence, instants: tuple[datetime, ...], days: tuple[date, ...] | None = None
) -> pd.DataFrame:
    """The indicators of toll plazas of days (all of the city's, if None), by district and for the city; each day for itself."""
    return by_day(city, instants, days, happened, known_at, table)


def known_at(city: Evidence, day: date, as_of: datetime) -> Outcome:
    """What an exact reader of everything that had arrived would know about a day."""
    listed = [(int(plaza[2:]) - 1, code) for plaza, code in city.listed(toll_lists.PLAZA, as_of)]
    seen = [_NOTHING, *(each.rows for each in city.facts(LanePassages, (day,), as_of))]
    places = pd.DataFrame(listed, columns=["plaza", "district"])
    return Outcome(pd.concat(seen[-1:], ignore_index=True), places, city.listed(district.FEED, as_of))


def happened(setting: Setting, day: date) -> pd.DataFrame:
    """The indicators of a day as it was."""
    here = setting.tolls
    rows = lane_passages(setting.seed, setting.scenario.tolls, here, day)
    passages = rows[["plaza", "is_etc"]].assign(gate_ds=rows["left_ds"] - rows["arrived_ds"])
    places = pd.DataFrame({"plaza": np.arange(len(here.plaza)), "district": here.plaza_district})
    return table(Outcome(passages, places, HANGZHOU), day)


def table(outcome: Outcome, day: date) -> pd.DataFrame:
    """One row per indicator and area: value, numerator, denominator, completeness."""
    return divisible(_of_day(outcome, day))


def _of_day(outcome: Outcome, day: date) -> Iterator[pd.DataFrame]:
    areas = Areas(outcome.vintages, day, outcome.places)
    yield areas.rows("t5_etc_pct", outcome.passages, share_of("is_etc"), 100)
    yield areas.rows("t5_gate_time_ratio", outcome.passages, _medians, 1)


def _medians(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Seconds that half the cars of either kind of lane do not exceed."""
    with_tag, without = rows[rows["is_etc"]], rows[~rows["is_etc"]]
    if not len(with_tag) or not len(without):
        return 0.0, 0.0, 100.0
    return _median_s(with_tag), _median_s(without), 100.0


def _median_s(rows: pd.DataFrame) -> float:
    ordered = np.sort(rows["gate_ds"].to_numpy())
    return float(ordered[(len(ordered) + 1) // 2 - 1]) / 10
