"""The environment department's hourly files: one a station and day, air and weather in one table.

The form is that of the published Beijing multi-site set (PRSA): UTF-8, CRLF, strings quoted, `NA` for
missing, local time in four columns, concentrations in ug/m3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from simulator.defects.air_file import AIR, HEADER, WEATHER_FEED, Mark, Spoiled, spoil
from simulator.defects.air_plan import Fault, Plan, plan
from simulator.deliveries import Delivery, Label, Observation, Reading, local
from simulator.scenario import Scenario
from simulator.streams import stream
from simulator.world.air import AirDay, air_day
from simulator.world.stations import Station

DEPARTMENT = "environment"
FEEDS = (AIR, WEATHER_FEED)
# A file that is corrected later had its particles too high; the faults of its rows were repaired with it.
_STAYS_AFTER_CORRECTION = ("missing_value", "sentinel_999", "outage", "stuck_sensor")


@dataclass(frozen=True)
class StationDay:
    """What an exact reader knows from one delivery: 24 × 6 admitted values, NaN where there is none."""

    station: Station
    day: date
    admitted: np.ndarray


def day_of_files(
    seed: int, scenario: Scenario, day: date, stations: tuple[Station, ...]
) -> list[Observation]:
    """All hourly files of one business day, the later ones that belong to it too; needs no other day."""
    world = air_day(seed, day, stations)
    planned = plan(seed, scenario.air, day, len(world.stations), len(stations))
    made: list[Observation] = []
    for index in range(len(world.stations)):
        made += _station_files(seed, scenario, world, planned, index)
    return made


def file_name(station: str, first: date, last: date) -> str:
    """The department's name for a station's file of a period."""
    return f"PRSA_Data_{station}_{first:%Y%m%d}-{last:%Y%m%d}.csv"


def as_bytes(lines, header: tuple[str, ...] = HEADER) -> bytes:
    """Records of ready texts as the department writes them."""
    head = ",".join(f'"{name}"' for name in header)
    return "".join(f"{line}\r\n" for line in (head, *(",".join(fields) for fields in lines))).encode()


def _station_files(
    seed: int, scenario: Scenario, world: AirDay, planned: Plan, index: int
) -> list[Observation]:
    station, day, kind = world.stations[index], world.day, planned.files.get(index)
    random = stream(seed, "air", station.name, day, "file")
    seconds = int(random.integers(0, 4800))
    jitter, little = timedelta(seconds=seconds), timedelta(seconds=seconds // 60)
    due = local(day + timedelta(1), 0, 10, jitter)
    bias = scenario.air.correction_bias if kind == "corrected_file" else 1.0
    spoiled = _observed(world, index, planned.of(index), bias, random)
    maker = _Maker(station, day, file_name(station.name, day, day))
    if kind == "missing_file":
        return [maker.missing()]
    if kind == "late_file":
        at = local(day + timedelta(3), 10, 0, jitter)
        return [maker.file(1, at, spoiled, [_whole(kind, "admitted")])]
    if kind == "empty_file":
        return [maker.empty(1, due, kind)]
    if kind == "removed_column":
        return [maker.without_o3(due, spoiled)]
    first = maker.file(1, due, spoiled)
    if kind == "empty_redelivery":
        return [first, maker.empty(2, local(day + timedelta(1), 8, 0, little), kind)]
    if kind == "same_bytes":
        return [first, maker.again(first, local(day + timedelta(1), 8, 30, little))]
    if kind == "corrected_file":
        stays = tuple(each for each in planned.of(index) if each.kind in _STAYS_AFTER_CORRECTION)
        better = _observed(world, index, stays, 1.0, random)
        at = local(day + timedelta(3), 15, 0, jitter)
        return [first, maker.file(2, at, better, [_whole(kind, "admitted")])]
    return [first]


def _observed(world: AirDay, index: int, faults: tuple[Fault, ...], bias: float, random) -> Spoiled:
    """The station's file of this day with these faults in it; particles are `bias` times too high."""
    values = world.pollutants[index].copy()
    values[:, :2] = np.rint(values[:, :2] * bias * 10) / 10
    hours = np.arange(24)
    day, name = world.day, world.stations[index].name
    dates = [hours + 1, np.full(24, day.year), np.full(24, day.month), np.full(24, day.day), hours]
    text = np.empty((24, len(HEADER)), dtype=object)
    text[:, :5] = np.stack([each.astype(str) for each in dates], axis=-1)
    text[:, 5:11] = np.char.mod("%.10g", values)
    text[:, 11:15] = np.char.mod("%.10g", world.weather[index][:, :4])
    text[:, 15] = [f'"{direction}"' for direction in world.wind[index]]
    text[:, 16] = np.char.mod("%.10g", world.weather[index][:, 4])
    text[:, 17] = f'"{name}"'
    return spoil(text, values, faults, random)


def _whole(kind: str, result: str, column: str | None = None, detail: str | None = None) -> tuple[Mark, ...]:
    """A fault of the file as such, for both feeds."""
    return tuple(Mark(feed, None, column, kind, result, detail) for feed in FEEDS)


@dataclass(frozen=True)
class _Maker:
    """Makes the observations of one station's file."""

    station: Station
    day: date
    name: str

    def file(self, sequence: int, arrived_at: datetime, spoiled: Spoiled, whole=()) -> Observation:
        """A file whose rows can be read."""
        if not self.station.is_listed(arrived_at):
            whole = [*whole, self._unknown()]
        marks = [*spoiled.marks, *(mark for each in whole for mark in each)]
        labels = self._labels(sequence, marks)
        readings = tuple(self._reading(feed, len(spoiled.lines), labels) for feed in FEEDS)
        known = StationDay(self.station, self.day, spoiled.admitted)
        return Observation(
            self._delivery(sequence, arrived_at, as_bytes(spoiled.lines)), labels, readings, known
        )

    def empty(self, sequence: int, arrived_at: datetime, kind: str) -> Observation:
        """A file of its header alone: held, and what stood before it stands."""
        readings = tuple(Reading(feed, "held") for feed in FEEDS)
        return Observation(
            self._delivery(sequence, arrived_at, as_bytes(())),
            self._labels(sequence, _whole(kind, "held")),
            readings,
        )

    def missing(self) -> Observation:
        """A file that never comes."""
        return Observation(None, self._labels(0, _whole("missing_file", "gap")))

    def again(self, first: Observation, arrived_at: datetime) -> Observation:
        """The same bytes once more."""
        labels = self._labels(2, _whole("same_bytes", "recorded"))
        sent = replace(first.sent, sequence=2, arrived_at=arrived_at)
        return Observation(sent, labels, tuple(Reading(feed, "recorded") for feed in FEEDS))

    def without_o3(self, arrived_at: datetime, spoiled: Spoiled) -> Observation:
        """A file that lost a column the air feed needs and the weather feed does not."""
        at = HEADER.index("O3")
        lines = [fields[:at] + fields[at + 1 :] for fields in spoiled.lines]
        marks = [Mark(AIR, None, "O3", "removed_column", "held")]
        marks += [mark for mark in spoiled.marks if mark.feed == WEATHER_FEED]
        if not self.station.is_listed(arrived_at):
            marks.append(self._unknown()[1])
        labels = self._labels(1, marks)
        readings = (Reading(AIR, "held", len(lines)), self._reading(WEATHER_FEED, len(lines), labels))
        content = as_bytes(lines, HEADER[:at] + HEADER[at + 1 :])
        return Observation(self._delivery(1, arrived_at, content), labels, readings)

    def _unknown(self) -> tuple[Mark, ...]:
        detail = f"listed {self.station.listed_at:%Y-%m-%d}"
        return _whole("unknown_station", "admitted", "station", detail)

    def _delivery(self, sequence: int, arrived_at: datetime, content: bytes) -> Delivery:
        return Delivery(DEPARTMENT, self.name, sequence, self.station.name, arrived_at, content)

    def _labels(self, sequence: int, marks) -> tuple[Label, ...]:
        return tuple(
            Label(each.feed, self.name, sequence, each.row, each.column, each.kind, each.result, each.detail)
            for each in marks
        )

    @staticmethod
    def _reading(feed: str, records: int, labels: tuple[Label, ...]) -> Reading:
        lost = {each.source_row for each in labels if each.feed == feed and each.result == "quarantined"}
        return Reading(feed, "admitted", records, len(lost))


def true_day(seed: int, day: date, stations: tuple[Station, ...]) -> list[StationDay]:
    """What happened: every station in operation with all its 24 hours."""
    world = air_day(seed, day, stations)
    return [StationDay(each, day, world.pollutants[index]) for index, each in enumerate(world.stations)]
