"""The parking platforms' events: one file a platform and day, GB18030, Chinese headers, local times with tenths.

A record is a car at a lane: captured, and then across the line; on the way out with the number of its bill and what is
due. An unread plate is `无牌`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form, file_kinds
from simulator.deliveries import Observation
from simulator.scenario import Scenario
from simulator.streams import stream
from simulator.times import time_text
from simulator.world import parking
from simulator.world.lots import PLATFORMS, Lot

DEPARTMENT = "transport"
FEED = "transport.parking_event"
HEADER = (
    "流水号", "停车场编号", "车道", "方向", "车牌号", "抓拍时间", "过线时间", "道闸状态", "账单号", "应收金额",
)  # fmt: skip
UNREAD = "无牌"
FEE_BIAS = 1.5
_LIKE = {"0": "D", "D": "0", "8": "B", "B": "8", "1": "7", "7": "1", "5": "S", "S": "5", "2": "Z", "Z": "2"}
_TEXTS = {
    "out_of_range": ("车道", lambda _, random: str(random.choice(("0", "13", "99")))),
    "text_in_number": ("应收金额", lambda _, random: str(random.choice(("免费", "err", "--")))),
    "not_in_list": ("方向", lambda _, random: str(random.choice(("?", "往返")))),
    "required_missing": ("停车场编号", lambda _text, _random: ""),
    "impossible_time": ("过线时间", lambda text, _: f"{text[:11]}25{text[13:]}"),
}


@dataclass(frozen=True)
class Events:
    """What an exact reader knows from one delivery: a platform's day.

    Columns of `rows`: event, lot, is_entry, plate ('' unread), captured_ds and crossed_ds (tenths of seconds since the
    first day of the calendar, local), has_barrier, ticket, due_cny.
    """

    platform: str
    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> list[Observation]:
    """All platforms' files of one business day, the later ones that belong to it too; needs no other day."""
    events = observed(seed, scenario, day, here)
    kinds = file_kinds(seed, FORM.subject, day, scenario.parking.files, PLATFORMS)
    made: list[Observation] = []
    for platform in PLATFORMS:
        own = events[events["platform"] == platform].drop(columns="platform").reset_index(drop=True)
        name = f"parking_event_{platform}_{day:%Y%m%d}.csv"
        facts = partial(Events, platform, day)
        file = DayFile(FORM, seed, day, platform, name, own, scenario.parking.rows, facts)
        made += file.sent(kinds.get(platform))
    return made


def observed(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> pd.DataFrame:
    """What the cameras saw on a day, as an exact reader would have it, by lot's platform and time."""
    world = happened(seed, scenario, day, here)
    random = stream(seed, "cameras", day)
    rates, uniform = scenario.parking.cameras, random.random((2, len(world)))
    lost = uniform[0] < np.where(world["is_entry"], rates.missing_entry, rates.missing_exit)
    misread = uniform[1] < rates.misread_plate
    unread = (uniform[1] >= rates.misread_plate) & (uniform[1] < rates.misread_plate + rates.unread_plate)
    plates = world["plate"].to_numpy(dtype=object).copy()
    for row in np.flatnonzero(misread):
        plates[row] = _misread(plates[row], random)
    plates[unread] = ""
    return world.assign(plate=plates)[~lost].reset_index(drop=True)


def happened(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> pd.DataFrame:
    """Every car that crossed a line on a day; columns as `Events.rows`, and platform."""
    parts = []
    for back in range(3):
        began = day - timedelta(back)
        stays = parking.arrivals(seed, scenario.parking, here, began)
        if back == 0:
            parts.append(_crossings(stays, began, is_entry=True))
        leaves = stays[
            (stays["left_s"] >= back * parking.DAY_S) & (stays["left_s"] < (back + 1) * parking.DAY_S)
        ]
        parts.append(_crossings(leaves, began, is_entry=False))
    whole = pd.concat(parts, ignore_index=True)
    lots = [here[place] for place in range(len(here))]
    lot = whole["lot"].to_numpy()
    made = whole.assign(
        lot=np.array([each.identifier for each in lots])[lot],
        plate=parking.plates(seed, whole["vehicle"].to_numpy()),
        platform=np.array([each.platform for each in lots])[lot],
    ).drop(columns="vehicle")
    return made.sort_values(["crossed_ds", "event"], ignore_index=True)


def _crossings(stays: pd.DataFrame, day: date, *, is_entry: bool) -> pd.DataFrame:
    way = "entry" if is_entry else "exit"
    seconds = stays["entered_s" if is_entry else "left_s"].to_numpy()
    crossed = np.rint(seconds * 10).astype(np.int64) + day.toordinal() * parking.DAY_S * 10
    wait = np.rint(stays[f"{way}_wait_s"].to_numpy() * 10).astype(np.int64)
    return pd.DataFrame({
        "event": ("I" if is_entry else "O") + stays["session"], "lot": stays["lot"], "vehicle": stays["vehicle"],
        "is_entry": is_entry, "captured_ds": crossed - wait, "crossed_ds": crossed,
        "has_barrier": ~stays["is_free_flow"],
        "ticket": "" if is_entry else stays["ticket"], "due_cny": 0.0 if is_entry else stays["due_cny"],
    })  # fmt: skip


def _misread(plate: str, random: np.random.Generator) -> str:
    """One character behind the province taken for another."""
    place = int(random.integers(2, len(plate)))
    other = _LIKE.get(plate[place]) or str(random.choice(list("3469ACEFGH")))
    if other == plate[place]:
        other = "M"
    return plate[:place] + other + plate[place + 1 :]


def _texts(events: pd.DataFrame) -> pd.DataFrame:
    """The events as the platform writes them, in the order of the file."""
    lane = events["event"].str[-1].astype(int) % 4 + 1
    due = events["due_cny"].map({fee: f"{fee:.2f}" for fee in events["due_cny"].unique()})
    columns = (
        events["event"], events["lot"], lane.astype(str), np.where(events["is_entry"], "进", "出"),
        events["plate"].replace("", UNREAD), time_text(events["captured_ds"]), time_text(events["crossed_ds"]),
        np.where(events["has_barrier"], "落", "起"), events["ticket"], due.where(~events["is_entry"], ""),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


FORM = Form(
    "parking", DEPARTMENT, FEED, HEADER, _texts, _TEXTS,
    ("抓拍时间", lambda text: f"{text[:-1]}{(int(text[-1]) + 5) % 10}"), (("车牌号", UNREAD, "unread_plate"),),
    encoding="gb18030", line_end="\r\n", removable="车牌号",
    mistaken=lambda events: events.assign(due_cny=np.round(events["due_cny"] * FEE_BIAS, 2)),
)  # fmt: skip
