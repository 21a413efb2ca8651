"""The cameras at the ways into the fairways: one JSON object a line and capture, one file a local day.

A fairway's clock is off by some seconds, every day anew. `shipNo` is what the camera read of the number painted on the
ship, `未识别` where it could read none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.deliveries import Delivery, Label, Observation, Reading, local
from simulator.scenario import ShipScenario
from simulator.streams import stream
from simulator.times import DAY_DS, instants_after, time_text
from simulator.world import ships as world
from simulator.world.fairways import FAIRWAYS
from simulator.world.ships import Fleet

DEPARTMENT = "transport"
FEED = "transport.camera_capture"
SENDER = "waterway-cameras"
UNREAD = "未识别"
_LIKE = {"0": "8", "8": "3", "3": "8", "1": "7", "7": "1", "5": "6", "6": "5", "2": "7", "4": "9", "9": "4",
         "货": "贷", "集": "焦", "油": "汕", "杭": "抗"}  # fmt: skip


@dataclass(frozen=True)
class Captures:
    """What a day's file holds. Columns of `rows`: capture (its number), fairway, captured_ds (tenths of seconds since
    the calendar's first day, local), number ('' unread)."""

    day: date
    rows: pd.DataFrame


@lru_cache(maxsize=16)
def captured(seed: int, scenario: ShipScenario, day: date, ships: Fleet) -> pd.DataFrame:
    """The captures of a local day by their clocks; columns as `Captures.rows`, and ship (its place), silent,
    wrong_characters (-1: unread), score."""
    parts = [_of_begun(seed, scenario, began, ships) for began in world.begun_by(day)]
    whole = pd.concat(parts, ignore_index=True)
    of_day = whole[whole["captured_ds"] // DAY_DS == day.toordinal()]
    made = of_day.sort_values(["captured_ds", "fairway", "ship"], ignore_index=True)
    return made.assign(capture=[f"C-{day:%Y%m%d}-{number + 1:06d}" for number in range(len(made))])


@lru_cache(maxsize=16)
def _of_begun(seed: int, scenario: ShipScenario, day: date, ships: Fleet) -> pd.DataFrame:
    """Captures of the journeys that began on a day."""
    journeys = world.journeys(seed, scenario, ships, day)
    random = stream(seed, "ship cameras", day)
    u = random.random((3, len(journeys)))
    entered = instants_after(journeys["entered_s"], day)
    fairway = journeys["fairway"].to_numpy()
    clocks = [_clock(seed, scenario, day + timedelta(days)) for days in range(world.LASTS_DAYS)]
    off = np.array(clocks)[entered // DAY_DS - day.toordinal(), fairway]
    rates = scenario.cameras
    edges = np.cumsum([rates.misread_two, rates.misread_one, rates.unread])
    wrong = np.array([2, 1, -1, 0])[np.searchsorted(edges, u[1], side="right")]
    ship = journeys["ship"].to_numpy()
    read = [
        "" if count < 0 else misread(number, count, random) if count else number
        for number, count in zip(ships.hull[ship].tolist(), wrong.tolist(), strict=True)
    ]
    frame = pd.DataFrame({
        "fairway": np.array([each.identifier for each in FAIRWAYS])[fairway], "captured_ds": entered + off,
        "number": read, "ship": ship, "silent": journeys["silent"].to_numpy(), "wrong_characters": wrong,
        "score": np.round(np.where(wrong == 0, 0.9 + 0.1 * u[2], 0.3 + 0.6 * u[2]), 2),
    })  # fmt: skip
    return frame[u[0] >= rates.missed]


def _clock(seed: int, scenario: ShipScenario, day: date) -> np.ndarray:
    """By how many tenths of seconds each fairway's clock is ahead on a day."""
    off = stream(seed, "camera clocks", day).uniform(-1, 1, len(FAIRWAYS)) * scenario.camera_clock_s
    return np.rint(off * 10).astype(np.int64)


def misread(number: str, characters: int, random: np.random.Generator) -> str:
    """So many characters behind the province taken for others."""
    for place in random.choice(np.arange(1, len(number)), characters, replace=False).tolist():
        other = _LIKE.get(number[place], "0" if number[place].isdigit() else "洲")
        number = number[:place] + other + number[place + 1 :]
    return number


def delivery_of(seed: int, scenario: ShipScenario, day: date, ships: Fleet) -> Observation:
    """The file of one local day, the next morning; needs no other day."""
    rows = captured(seed, scenario, day, ships)
    random = stream(seed, "capture file", day)
    at = local(day + timedelta(1), 0, 30, timedelta(seconds=int(random.integers(0, 9000))))
    name = f"capture_{day:%Y%m%d}.jsonl"
    times = time_text(rows["captured_ds"], "T") + "+08:00"
    columns = (rows["capture"], rows["fairway"], times, rows["number"], rows["score"])
    lines = [
        json.dumps({"id": capture, "fairway": fairway, "time": time, "shipNo": number or UNREAD, "score": score},
                   ensure_ascii=False)
        for capture, fairway, time, number, score in zip(*columns, strict=True)
    ]  # fmt: skip
    content = "".join(f"{line}\n" for line in lines).encode()
    labels = tuple(
        Label(FEED, name, 1, int(row) + 1, "shipNo", "unread_number", "null")
        for row in np.flatnonzero(rows["number"] == "")
    )
    known = rows[["capture", "fairway", "captured_ds", "number"]]
    sent = Delivery(DEPARTMENT, name, 1, SENDER, at, content)
    return Observation(sent, labels, (Reading(FEED, "admitted", len(rows)),), Captures(day, known))
