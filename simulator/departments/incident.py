"""The incidents the command centres record: one JSON object a line, one file a local day of the report.

What has not happened by the end of that day is not known yet, and null as what never happens is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.layouts import JSON_LINES
from simulator.defects.rows import hour_25
from simulator.deliveries import Observation
from simulator.scenario import RoadScenario
from simulator.times import DAY_DS, time_text
from simulator.world import incidents as world
from simulator.world.command import CENTRES
from simulator.world.incidents import NEVER
from simulator.world.roads import Roads

DEPARTMENT = "transport"
FEED = "transport.incident"
SENDER = "traffic-command"
HEADER = (
    "incident_id", "kind", "level", "segment_id", "centre_id", "reported_at", "dispatched_at", "arrived_at", "cleared_at",
    "escalated_from",
)  # fmt: skip
LEVELS = ("I", "II", "III")
LATE_DS = 1_800  # by which arrivals were late in a file that is corrected
_STEPS = ("dispatched_ds", "arrived_ds", "cleared_ds")
_OTHER_KIND = dict(zip(("collision", "breakdown", "obstacle", "flooding", "road_works"),
                       ("breakdown", "collision", "road_works", "obstacle", "flooding"), strict=True))  # fmt: skip
_WRONG = {
    "not_in_list": ("level", lambda _, random: str(random.choice(("IV", "?")))),
    "required_missing": ("incident_id", lambda _text, _random: ""),
    "impossible_time": ("reported_at", hour_25),
}


@dataclass(frozen=True)
class Incidents:
    """What an exact reader knows from a day's file. Columns of `rows`: incident, level, segment (its identifier),
    reported_ds, arrived_ds (tenths of seconds since the calendar's first day, local; `NEVER`), escalated_from ('' none)."""

    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: RoadScenario, day: date, roads: Roads) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    rows = recorded(seed, scenario, day, roads)
    name = f"incident_{day:%Y%m%d}.jsonl"
    file = DayFile(FORM, seed, day, SENDER, name, rows, scenario.incident_rows, partial(_known, day))
    return file.sent_alone(scenario.files)


def recorded(seed: int, scenario: RoadScenario, day: date, roads: Roads) -> pd.DataFrame:
    """The records of a day by its end, by time: columns as `world.begun`, with segment and level as they are written."""
    rows = world.reported(seed, scenario, roads, day)
    known = {name: rows[name].mask(rows[name] >= (day.toordinal() + 1) * DAY_DS, NEVER) for name in _STEPS}
    centres = np.array([each.identifier for each in CENTRES], dtype=object)
    return rows.assign(
        **known, segment=roads.identifier[rows["segment"].to_numpy()], centre=centres[rows["centre"].to_numpy()],
        level=np.array(LEVELS, dtype=object)[rows["level"].to_numpy(np.int64) - 1],
    )  # fmt: skip


def _known(day: date, rows: pd.DataFrame) -> Incidents:
    return Incidents(
        day, rows[["incident", "level", "segment", "reported_ds", "arrived_ds", "escalated_from"]]
    )


def _with_late_arrivals(rows: pd.DataFrame) -> pd.DataFrame:
    """Arrivals some minutes late, but for those that would lie behind the end of it."""
    late = rows["arrived_ds"] + LATE_DS
    is_late = (rows["arrived_ds"] != NEVER) & ((late <= rows["cleared_ds"]) | (rows["cleared_ds"] == NEVER))
    return rows.assign(arrived_ds=rows["arrived_ds"].mask(is_late, late))


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        rows["incident"], rows["kind"], rows["level"], rows["segment"], rows["centre"],
        *(_time(rows[name]) for name in ("reported_ds", *_STEPS)), rows["escalated_from"],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _time(instants: pd.Series) -> pd.Series:
    """With the offset; nothing where it does not come."""
    comes = instants != NEVER
    texts = pd.Series("", instants.index, dtype=object)
    texts[comes] = time_text(instants[comes], "T", tenths=False) + "+08:00"
    return texts


FORM = Form(
    "incident", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("kind", _OTHER_KIND.__getitem__), removable="level",
    mistaken=_with_late_arrivals, layout=JSON_LINES,
)  # fmt: skip
