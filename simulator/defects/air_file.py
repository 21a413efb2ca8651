"""What planned faults do to one station's file: its lines, their labels, and what can still be known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.defects.air_plan import Fault
from simulator.world.air import POLLUTANTS, WEATHER

AIR = "environment.air_quality_hourly"
WEATHER_FEED = "environment.weather_hourly"
HEADER = ("No", "year", "month", "day", "hour", *POLLUTANTS,
          "TEMP", "PRES", "DEWP", "RAIN", "wd", "WSPM", "station")  # fmt: skip
AT = {name: index for index, name in enumerate(HEADER)}
_OF_WEATHER = frozenset((*WEATHER, "wd"))
_COSTS_ROW = frozenset({"out_of_range", "text_in_number", "two_faults", "not_in_list", "required_missing",
                        "impossible_time", "conflicting_key", "wrong_column_count"})  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """A label before its file has a name: feed, record (1-based, or None), column, kind, result, detail."""

    feed: str
    row: int | None
    column: str | None
    kind: str
    result: str
    detail: str | None = None


@dataclass(frozen=True)
class Spoiled:
    """A file's records with their marks, and the 24 × 6 pollutants an exact reader admits (NaN: none)."""

    lines: tuple[tuple[str, ...], ...]
    marks: tuple[Mark, ...]
    admitted: np.ndarray


def feeds_of(column: str | None) -> tuple[str, ...]:
    """The feeds that read a column; the time, the station and the row as a whole belong to both."""
    if column in POLLUTANTS:
        return (AIR,)
    if column in _OF_WEATHER:
        return (WEATHER_FEED,)
    return (AIR, WEATHER_FEED)


def spoil(
    text: np.ndarray, pollutants: np.ndarray, faults: tuple[Fault, ...], random: np.random.Generator
) -> Spoiled:
    """Plant `faults` into a file of 24 records; `text` is 24 × 18, `pollutants` 24 × 6 the values in it."""
    text, admitted = text.copy(), pollutants.copy()
    lines: list[tuple[tuple[int, int], list[str], tuple[Fault, ...]]] = []
    by_hour: dict[int, list[Fault]] = {}
    for fault in faults:
        _into_cells(fault, text, admitted)
        for hour in fault.hours:
            by_hour.setdefault(hour, []).append(fault)
    for hour in range(24):
        here = by_hour.get(hour, [])
        kinds = {fault.kind for fault in here}
        if "missing_hour" in kinds:
            continue
        fields = list(text[hour])
        if "wrong_column_count" in kinds:
            fields = _miscounted(fields, next(each for each in here if each.kind == "wrong_column_count"))
        lines.append(((hour, 0), fields, tuple(each for each in here if each.kind != "exact_duplicate")))
        if kinds & {"exact_duplicate", "conflicting_key"}:
            again = [each for each in here if each.kind in ("exact_duplicate", "conflicting_key")]
            copy = _contradicting(fields) if "conflicting_key" in kinds else list(fields)
            lines.append(((int(random.integers(hour, 24)), hour + 1), copy, tuple(again)))
    lines.sort(key=lambda line: line[0])
    marks = [
        mark for row, line in enumerate(lines, start=1) for fault in line[2] for mark in _marks(row, fault)
    ]
    marks += [
        Mark(feed, None, None, "missing_hour", "gap", f"hour {fault.hours[0]}")
        for fault in faults
        if fault.kind == "missing_hour"
        for feed in feeds_of(None)
    ]
    return Spoiled(tuple(tuple(fields) for _, fields, _ in lines), tuple(marks), admitted)


def _into_cells(fault: Fault, text: np.ndarray, admitted: np.ndarray) -> None:
    """Write a fault's values, and take from `admitted` what is lost by it."""
    hours = list(fault.hours)
    if fault.kind == "stuck_sensor":
        at, known = AT[fault.columns[0]], POLLUTANTS.index(fault.columns[0])
        text[hours, at] = text[hours[0], at]
        admitted[hours, known] = admitted[hours[0], known]
        return
    values = fault.values or ("NA",) * len(fault.columns)
    if fault.kind != "wrong_column_count":
        for column, value in zip(fault.columns, values, strict=True):
            text[hours, AT[column]] = value
    if fault.kind == "missing_hour" or (fault.kind in _COSTS_ROW and AIR in _feeds(fault)):
        admitted[hours] = np.nan
    elif fault.kind in ("missing_value", "sentinel_999", "outage"):
        for column in set(fault.columns) & set(POLLUTANTS):
            admitted[hours, POLLUTANTS.index(column)] = np.nan


def _feeds(fault: Fault) -> set[str]:
    return {feed for column in fault.columns or (None,) for feed in feeds_of(column)}


def _miscounted(fields: list[str], fault: Fault) -> list[str]:
    at = AT["SO2"]
    if fault.values == ("one more",):
        return fields[:at] + ["0.0"] + fields[at:]
    return fields[:at] + fields[at + 1 :]


def _contradicting(fields: list[str]) -> list[str]:
    """The same key with another value in each of the two feeds."""
    other = list(fields)
    other[AT["PM10"]] = _number(float(fields[AT["PM10"]]) + 11.7)
    other[AT["TEMP"]] = _number(float(fields[AT["TEMP"]]) + 1.5)
    return other


def _number(value: float) -> str:
    return f"{round(value, 1):.10g}"


def _marks(row: int, fault: Fault) -> list[Mark]:
    """What each feed must make of a record with this fault."""
    kind = fault.kind
    if kind == "two_faults":
        named = (("PM10", "out_of_range"), ("SO2", "text_in_number"))
        return [Mark(AIR, row, column, each, "quarantined") for column, each in named]
    if kind in ("missing_value", "sentinel_999", "outage", "stuck_sensor"):
        result = "admitted" if kind == "stuck_sensor" else "null"
        return [
            Mark(feed, row, column, kind, result) for column in fault.columns for feed in feeds_of(column)
        ]
    columns = fault.columns or (None,)
    return [Mark(feed, row, column, kind, "quarantined") for column in columns for feed in feeds_of(column)]
