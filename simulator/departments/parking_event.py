"""The parking platforms' events: one file a platform and day, GB18030, Chinese headers, local times with tenths.

A record is a car at a lane: captured, and then across the line; on the way out with the number of its bill and what is
due. An unread plate is `无牌`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form, file_kinds
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.scenario import Scenario
from simulator.streams import stream
from simulator.times import instants_after, time_text
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
_LANES = {digit: str(int(digit) % 4 + 1) for digit in "0123456789"}
_TEXTS = {
    "out_of_range": ("车道", lambda _, random: str(random.choice(("0", "13", "99")))),
    "text_in_number": ("应收金额", lambda _, random: str(random.choice(("免费", "err", "--")))),
    "not_in_list": ("方向", lambda _, random: str(random.choice(("?", "往返")))),
    "required_missing": ("停车场编号", lambda _text, _random: ""),
    "impossible_time": ("过线时间", hour_25),
}


@dataclass(frozen=True)
class Events:
    """What an exact reader knows from one delivery: a platform's day.

    Columns of `rows`: event, lot, is_entry, plate ('' unread), captured_ds and crossed_ds (tenths of seconds since the
    first day of the calendar, local), has_barrier, ticket, bill (the ticket's number, 0: none), due_cny.
    """

    platform: str
    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> Iterator[Observation]:
    """All platforms' files of one business day, the later ones that belong to it too; needs no other day.

    One platform after the other: of a large city, all their texts at once would not be small.
    """
    events = _observed(seed, scenario, day, here)
    kinds = file_kinds(seed, FORM.subject, day, scenario.parking.files, PLATFORMS)
    platforms = events["platform"].to_numpy()
    for number, platform in enumerate(PLATFORMS):
        own = _with_texts(events[platforms == number], here)
        name = f"parking_event_{platform}_{day:%Y%m%d}.csv"
        facts = partial(Events, platform, day)
        file = DayFile(FORM, seed, day, platform, name, own, scenario.parking.rows, facts)
        yield from file.sent(kinds.get(platform))


def observed(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> pd.DataFrame:
    """What the cameras saw on a day, as an exact reader would have it, by time; columns as `Events.rows`."""
    return _with_texts(_observed(seed, scenario, day, here), here)


def happened(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> pd.DataFrame:
    """Every car that crossed a line on a day, by time; columns as `Events.rows`."""
    whole = crossings(seed, scenario, day, here)
    plate = pd.Series(parking.plates(seed, whole["vehicle"].to_numpy()), dtype=object)
    return _with_texts(whole.assign(plate=plate), here)


def _observed(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> pd.DataFrame:
    """What the cameras saw: `crossings` with plate, and the place of the platform in `PLATFORMS`."""
    world = crossings(seed, scenario, day, here)
    random = stream(seed, "cameras", day)
    rates, uniform = scenario.parking.cameras, random.random((2, len(world)))
    lost = uniform[0] < np.where(world["is_entry"], rates.missing_entry, rates.missing_exit)
    wrong = uniform[1] < rates.misread_plate
    unread = (uniform[1] >= rates.misread_plate) & (uniform[1] < rates.misread_plate + rates.unread_plate)
    plates = parking.plates(seed, world["vehicle"].to_numpy()).astype(object)
    for row in np.flatnonzero(wrong):
        plates[row] = misread(plates[row], random)
    plates[unread] = ""
    platforms = np.array([PLATFORMS.index(lot.platform) for lot in here])
    return world.assign(plate=pd.Series(plates, dtype=object), platform=platforms[world["lot"].to_numpy()])[
        ~lost
    ]


def crossings(seed: int, scenario: Scenario, day: date, here: tuple[Lot, ...]) -> pd.DataFrame:
    """Every car that crossed a line on a day, by time, with numbers for texts.

    Columns: session, lot (its place in `here`), vehicle, ticket (numbers as `parking.arrivals` gives them), and is_entry,
    captured_ds, crossed_ds, has_barrier, due_cny as `Events.rows`.
    """
    parts = []
    for back in range(3):
        began = day - timedelta(back)
        stays = parking.arrivals(seed, scenario.parking, here, began)
        if back == 0:
            parts.append(_crossings(stays, began, is_entry=True))
        left = stays["left_s"].to_numpy()
        leaves = stays[(left >= back * parking.DAY_S) & (left < (back + 1) * parking.DAY_S)]
        parts.append(_crossings(leaves, began, is_entry=False))
    whole = pd.concat(parts, ignore_index=True)
    columns = (whole["session"].to_numpy(), ~whole["is_entry"].to_numpy(), whole["crossed_ds"].to_numpy())
    return whole.iloc[np.lexsort(columns)].reset_index(drop=True)


def _with_texts(rows: pd.DataFrame, here: tuple[Lot, ...]) -> pd.DataFrame:
    """Rows of `crossings` with a plate, with the texts of `Events.rows`."""
    ways = np.where(rows["is_entry"], "I", "O").tolist()
    events = [f"{way}{session}" for way, session in zip(ways, rows["session"].tolist(), strict=True)]
    tickets = parking.ticket_texts(rows["ticket"])
    lots = np.array([each.identifier for each in here], dtype=object)
    texts = pd.DataFrame({
        "event": events, "lot": lots[rows["lot"].to_numpy()], "plate": rows["plate"].to_numpy(), "ticket": tickets,
    }, dtype=object)  # fmt: skip
    return texts.assign(bill=rows["ticket"].to_numpy(), **{
        name: rows[name].to_numpy() for name in ("is_entry", "captured_ds", "crossed_ds", "has_barrier", "due_cny")
    })  # fmt: skip


def _crossings(stays: pd.DataFrame, day: date, *, is_entry: bool) -> pd.DataFrame:
    way = "entry" if is_entry else "exit"
    seconds = stays["entered_s" if is_entry else "left_s"].to_numpy()
    crossed = instants_after(seconds, day)
    wait = np.rint(stays[f"{way}_wait_s"].to_numpy() * 10).astype(np.int64)
    return pd.DataFrame({
        "session": stays["session"], "lot": stays["lot"], "vehicle": stays["vehicle"],
        "is_entry": is_entry, "captured_ds": crossed - wait, "crossed_ds": crossed,
        "has_barrier": ~stays["is_free_flow"],
        "ticket": 0 if is_entry else stays["ticket"], "due_cny": 0.0 if is_entry else stays["due_cny"],
    })  # fmt: skip


def misread(plate: str, random: np.random.Generator) -> str:
    """One character behind the province taken for another."""
    place = int(random.integers(2, len(plate)))
    other = _LIKE.get(plate[place]) or str(random.choice(list("3469ACEFGH")))
    if other == plate[place]:
        other = "M"
    return plate[:place] + other + plate[place + 1 :]


def _texts(events: pd.DataFrame) -> pd.DataFrame:
    """The events as the platform writes them, in the order of the file."""
    lane = [_LANES[event[-1]] for event in events["event"].tolist()]
    fees, which = np.unique(events["due_cny"].to_numpy(), return_inverse=True)
    due = np.array([f"{fee:.2f}" for fee in fees], dtype=object)[which]
    columns = (
        events["event"], events["lot"], lane, np.where(events["is_entry"], "进", "出"),
        np.where(events["plate"] == "", UNREAD, events["plate"]),
        time_text(events["captured_ds"]), time_text(events["crossed_ds"]),
        np.where(events["has_barrier"], "落", "起"), events["ticket"], np.where(events["is_entry"], "", due),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


FORM = Form(
    "parking", DEPARTMENT, FEED, HEADER, _texts, _TEXTS,
    ("抓拍时间", last_digit_changed), (("车牌号", UNREAD, "unread_plate"),),
    encoding="gb18030", line_end="\r\n", removable="车牌号",
    mistaken=lambda events: events.assign(due_cny=np.round(events["due_cny"] * FEE_BIAS, 2)),
)  # fmt: skip
