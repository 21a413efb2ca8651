"""The parking platforms' events: one file a platform and day, GB18030, Chinese headers, local times with tenths.

A record is a car at a lane: captured, and then across the line; on the way out with the number of its bill and what is
due. An unread plate is `无牌`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd

from simulator.defects.rows import Spoiled, spoil
from simulator.deliveries import Delivery, Label, Observation, Reading, local
from simulator.scenario import Scenario
from simulator.streams import count_on, stream
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
    kinds = _file_kinds(seed, scenario, day)
    made: list[Observation] = []
    for platform in PLATFORMS:
        own = events[events["platform"] == platform].drop(columns="platform").reset_index(drop=True)
        made += _Files(seed, scenario, day, platform, own).sent(kinds.get(platform))
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


def _file_kinds(seed: int, scenario: Scenario, day: date) -> dict[str, str]:
    order = iter(stream(seed, "parking files", day).permutation(np.array(PLATFORMS)))
    return {
        str(platform): kind
        for kind, rate in scenario.parking.files.model_dump().items()
        for _ in range(count_on(seed, f"parking {kind}", day, rate, len(PLATFORMS)))
        if (platform := next(order, None)) is not None
    }


@cache
def _clock() -> np.ndarray:
    """Every second of a day as text: a table, for a city has more events than a day has seconds."""
    return np.array(
        [f" {s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}." for s in range(parking.DAY_S)], dtype=object
    )


def time_text(tenths: pd.Series) -> pd.Series:
    """Tenths of seconds since the calendar's first day as the platforms write a local time."""
    days, rest = tenths // (parking.DAY_S * 10), (tenths % (parking.DAY_S * 10)).to_numpy()
    names = {day: date.fromordinal(int(day)).isoformat() for day in days.unique()}
    digits = np.array([str(tenth) for tenth in range(10)], dtype=object)
    return days.map(names) + _clock()[rest // 10] + digits[rest % 10]


@dataclass(frozen=True)
class _Files:
    """Makes the observations of one platform's day."""

    seed: int
    scenario: Scenario
    day: date
    platform: str
    events: pd.DataFrame

    @property
    def name(self) -> str:
        """The platform's name for its file."""
        return f"parking_event_{self.platform}_{self.day:%Y%m%d}.csv"

    def sent(self, kind: str | None) -> list[Observation]:
        """What is sent of this day, the fault of the file as a whole being `kind`."""
        random = stream(self.seed, "parking file", self.platform, self.day)
        seconds = int(random.integers(0, 5400))
        due = local(self.day + timedelta(1), 0, 30, timedelta(seconds=seconds))
        late = local(self.day + timedelta(3), 11, 0, timedelta(seconds=seconds))
        if kind == "missing_file":
            return [Observation(None, (Label(FEED, self.name, 0, None, None, kind, "gap"),))]
        if kind == "empty_file":
            return [self._held(due, kind, HEADER, [])]
        spoiled = self._spoiled(self.events, random, faults=True)
        if kind == "removed_column":
            return [self._held(due, kind, HEADER, spoiled.lines)]
        if kind == "late_file":
            return [self._admitted(1, late, self.events, spoiled, kind)]
        if kind == "corrected_file":
            wrong = self.events.assign(due_cny=np.round(self.events["due_cny"] * FEE_BIAS, 2))
            before = self._spoiled(wrong, random, faults=True)
            better = self._spoiled(self.events, random, faults=False)
            return [self._admitted(1, due, wrong, before), self._admitted(2, late, self.events, better, kind)]
        first = self._admitted(1, due, self.events, spoiled)
        if kind == "same_bytes":
            at = local(self.day + timedelta(1), 8, 40, timedelta(seconds=seconds // 90))
            sent = replace(first.sent, sequence=2, arrived_at=at)
            label = Label(FEED, self.name, 2, None, None, kind, "recorded")
            return [first, Observation(sent, (label,), (Reading(FEED, "recorded"),))]
        return [first]

    def _spoiled(self, events: pd.DataFrame, random: np.random.Generator, *, faults: bool) -> Spoiled:
        rates = self.scenario.parking.rows.model_dump()
        counts = {
            kind: count_on(self.seed, f"parking {self.platform} {kind}", self.day, rate, len(events))
            for kind, rate in rates.items()
        }
        return spoil(
            _texts(events), counts if faults else {}, _TEXTS,
            ("抓拍时间", lambda text: f"{text[:-1]}{(int(text[-1]) + 5) % 10}"), random,
        )  # fmt: skip

    def _admitted(
        self, sequence: int, at: datetime, events: pd.DataFrame, spoiled: Spoiled, kind: str | None = None
    ) -> Observation:
        labels = [
            Label(FEED, self.name, sequence, mark.row, mark.column, mark.kind, "quarantined")
            for mark in spoiled.marks
        ]
        labels += [
            Label(FEED, self.name, sequence, row, "车牌号", "unread_plate", "null")
            for row in _rows_with(
                spoiled.lines, HEADER.index("车牌号"), UNREAD, {m.row for m in spoiled.marks}
            )
        ]
        if kind:
            labels.append(Label(FEED, self.name, sequence, None, None, kind, "admitted"))
        lost = len({mark.row for mark in spoiled.marks})
        reading = Reading(FEED, "admitted", len(spoiled.lines), lost)
        known = Events(self.platform, self.day, events[spoiled.kept].reset_index(drop=True))
        return Observation(
            self._delivery(sequence, at, HEADER, spoiled.lines), tuple(labels), (reading,), known
        )

    def _held(self, at: datetime, kind: str, header: tuple[str, ...], lines: list[str]) -> Observation:
        column = None
        if kind == "removed_column":
            column, gone = "车牌号", header.index("车牌号")
            header = header[:gone] + header[gone + 1 :]
            lines = [
                ",".join(fields[:gone] + fields[gone + 1 :]) for fields in (line.split(",") for line in lines)
            ]
        label = Label(FEED, self.name, 1, None, column, kind, "held")
        return Observation(
            self._delivery(1, at, header, lines), (label,), (Reading(FEED, "held", len(lines)),)
        )

    def _delivery(self, sequence: int, at: datetime, header: tuple[str, ...], lines: list[str]) -> Delivery:
        content = "".join(f"{line}\r\n" for line in (",".join(header), *lines)).encode("gb18030")
        return Delivery(DEPARTMENT, self.name, sequence, self.platform, at, content)


def _rows_with(lines: list[str], at: int, text: str, but: set[int]) -> list[int]:
    return [
        row for row, line in enumerate(lines, start=1)
        if text in line and row not in but and line.split(",")[at] == text
    ]  # fmt: skip


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
