"""Planted faults: each kind at its rate, each label at the row it names, and no fault without a label."""

import csv
import io
import itertools
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from simulator import scenario
from simulator.city import simulate
from simulator.departments.air_quality import StationDay, true_day

DEFAULT = scenario.read()
AIR, WEATHER = "environment.air_quality_hourly", "environment.weather_hourly"
POLLUTANTS = ("PM2.5", "PM10", "SO2", "NO2", "CO", "O3")
DIRECTIONS = {"N", "NE", "E", "SE", "S", "SW", "W", "NW"}
DIRECTIONS |= {"NNE", "ENE", "ESE", "SSE", "SSW", "WSW", "WNW", "NNW"}
# What a reader must declare to find the faults; typed here, not taken from the feed files.
RANGES = {
    AIR: dict.fromkeys(POLLUTANTS, (0, 2000)) | {"PM10": (0, 5000), "CO": (0, 50000)},
    WEATHER: {"TEMP": (-60, 60), "PRES": (850, 1100), "DEWP": (-80, 40), "RAIN": (0, 500), "WSPM": (0, 100)},
}
STUCK = ("PM2.5", "PM10", "SO2", "NO2", "O3")


@pytest.fixture(scope="module")
def city():
    return _air(simulate(11, DEFAULT, 30, date(2026, 4, 20), scale=0.01))


def _air(city):
    """The city with what its air stations sent and nothing else."""
    of_air = (AIR, "environment.air_station")
    seen = [
        each for each in city.observations
        if {reading.feed for reading in each.readings} & set(of_air) or any(label.feed == AIR for label in each.labels)
    ]  # fmt: skip
    return replace(city, observations=tuple(seen))


def _rows(content: bytes) -> tuple[list[str], list[list[str]]]:
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    return header, rows


def _faults_of(feed: str, header: list[str], row: list[str]) -> set[str | None]:
    """The columns of a row that a feed cannot take; None is the row as a whole."""
    if len(row) != len(header):
        return {None}
    fields = dict(zip(header, row, strict=True))
    wrong = set() if fields["hour"] in {str(hour) for hour in range(24)} else {"hour"}
    for column, (low, high) in RANGES[feed].items():
        text = fields.get(column, "NA")
        if text == "NA" or (text == "999" and column in ("PM2.5", "PM10")):
            continue
        try:
            wrong |= set() if low <= float(text) <= high else {column}
        except ValueError:
            wrong.add(column)
    if feed == WEATHER and fields["wd"] not in (*DIRECTIONS, "NA"):
        wrong.add("wd")
    return wrong


def _read(feed: str, content: bytes) -> tuple[dict[int, set], set[tuple[int, str]]]:
    """Quarantined rows with their columns, and null cells of admitted rows, as an exact reader finds them."""
    header, rows = _rows(content)
    quarantined = {
        number: wrong for number, row in enumerate(rows, 1) if (wrong := _faults_of(feed, header, row))
    }
    places: dict[tuple, list[int]] = defaultdict(list)
    for number, row in enumerate(rows, 1):
        if number not in quarantined:
            places[tuple(row[1:5])].append(number)
    for numbers in places.values():
        distinct = {tuple(rows[number - 1]) for number in numbers}
        mine = [header.index(column) for column in RANGES[feed] if column in header]
        as_read = {tuple(rows[number - 1][at] for at in mine) for number in numbers}
        assert len(as_read) == len(distinct)  # equal as records or by this feed's columns: the same answer
        for number in numbers[1:] if len(distinct) == 1 else numbers:
            quarantined[number] = {None}
    nulls = set()
    columns = [*RANGES[feed], *(["wd"] if feed == WEATHER else [])]
    for number, row in enumerate(rows, 1):
        if number in quarantined:
            continue
        fields = dict(zip(header, row, strict=True))
        for column in columns:
            if fields[column] == "NA" or (fields[column] == "999" and column in ("PM2.5", "PM10")):
                nulls.add((number, column))
    return quarantined, nulls


def test_an_exact_reader_finds_every_label_and_nothing_else(city):
    checked = 0
    for seen in city.observations:
        for reading in seen.readings:
            if reading.feed not in (AIR, WEATHER) or reading.outcome != "admitted":
                continue
            labels = [each for each in seen.labels if each.feed == reading.feed]
            quarantined: dict[int, set] = defaultdict(set)
            for each in labels:
                if each.result == "quarantined":
                    quarantined[each.source_row].add(each.column)
            found, nulls = _read(reading.feed, seen.delivery.content)
            assert found == quarantined, seen.delivery.name
            assert nulls == {(each.source_row, each.column) for each in labels if each.result == "null"}
            assert reading.quarantined == len(found)
            assert reading.records == len(_rows(seen.delivery.content)[1]) == reading.admitted + len(found)
            checked += 1
    assert checked > 600


def test_a_stuck_sensor_stands_still_for_six_hours_and_no_other_does(city):
    runs = 0
    for seen in city.observations:
        marked = {(each.source_row, each.column) for each in seen.labels if each.kind == "stuck_sensor"}
        if seen.readings and seen.readings[0].feed == AIR and seen.readings[0].outcome == "admitted":
            lost = {
                each.source_row for each in seen.labels if each.feed == AIR and each.result == "quarantined"
            }
            header, rows = _rows(seen.delivery.content)
            kept = [(number, row) for number, row in enumerate(rows, 1) if number not in lost]
            for column in STUCK:
                long = _standing_still([(number, row[header.index(column)]) for number, row in kept])
                assert long == {row for row, name in marked if name == column}, (seen.delivery.name, column)
                runs += bool(long)
    assert runs > 15


def _standing_still(values: list[tuple[int, str]]) -> set[int]:
    """The rows, by number, of runs of at least six equal values."""
    found: set[int] = set()
    for value, run in itertools.groupby(values, key=lambda each: each[1]):
        numbers = [number for number, _ in run]
        if len(numbers) >= 6 and value != "NA":
            found |= set(numbers)
    return found


def test_every_kind_appears_at_its_rate(city):
    """30 days of 12 stations: a kind's faults are its rate times its units, to within one."""
    first = [each for each in city.labels if each.sequence < 2 or each.kind in _LATER]
    planted = Counter(kind for kind, *_ in {_fault(each) for each in first})
    rates = DEFAULT.air
    files, hours = 30 * 12, 30 * 12 * 24
    expected = {kind: rate * files for kind, rate in rates.files.model_dump().items()}
    expected |= {kind: rate * hours for kind, rate in rates.rows.model_dump().items()}
    expected |= {"stuck_sensor": rates.sensors.stuck_sensor * files, "outage": rates.sensors.outage * files}
    expected |= {"sentinel_999": rates.sensors.sentinel_999 * hours}
    expected |= {"missing_value": rates.sensors.missing_value * hours * 12}
    expected["conflicting_key"] *= 2  # both rows are labelled
    two = expected.pop("two_faults")
    expected["out_of_range"] += two
    expected["text_in_number"] += two
    assert set(planted) - {"unknown_station"} == set(expected)
    for kind, count in expected.items():
        margin = 2 if kind in ("out_of_range", "text_in_number", "conflicting_key") else 1
        assert abs(planted[kind] - count) <= margin, kind


_LATER = ("empty_redelivery", "corrected_file", "same_bytes")
_SPANS = ("outage", "stuck_sensor")


def _fault(label) -> tuple:
    """One planted fault, however many labels it has."""
    if label.kind in _SPANS or label.source_row is None:
        return label.kind, label.delivery_name, label.detail
    return label.kind, label.delivery_name, label.source_row, label.column


def test_every_kind_appears_in_any_three_days():
    kinds = set()
    for rates in (DEFAULT.air.files, DEFAULT.air.rows, DEFAULT.air.sensors):
        kinds |= set(rates.model_dump())
    kinds = kinds - {"two_faults"} | {"unknown_station"}
    for seed in range(1, 6):
        assert {each.kind for each in _air(simulate(seed, DEFAULT, 3, scale=0.01)).labels} == kinds


def test_whole_file_faults_are_what_they_say(city):
    by_key = {
        (each.delivery.name, each.delivery.sequence): each.delivery
        for each in city.observations
        if each.delivery
    }
    seen = Counter()
    for label in city.labels:
        sent = by_key.get((label.delivery_name, label.sequence))
        before = by_key.get((label.delivery_name, 1))
        seen[label.kind] += 1
        if label.kind == "missing_file":
            assert before is None
        elif label.kind in ("empty_file", "empty_redelivery"):
            assert _rows(sent.content)[1] == []
        elif label.kind == "removed_column":
            assert "O3" not in _rows(sent.content)[0]
        elif label.kind == "same_bytes" and "PRSA" in sent.name:
            assert sent.content == before.content
            assert sent.arrived_at > before.arrived_at
        elif label.kind == "corrected_file":
            assert sent.content != before.content
            assert (sent.arrived_at - before.arrived_at).days == 2
        elif label.kind == "late_file":
            assert (sent.arrived_at.date() - _day(sent.name)).days == 3
    assert set(_LATER) | {"missing_file", "late_file", "empty_file", "removed_column"} <= set(seen)


def _day(name: str) -> date:
    return date.fromisoformat(name[-12:-4])


def test_rates_that_leave_nothing_untouched_are_refused(tmp_path):
    from citylake.errors import WrongUse

    text = (scenario.FOLDER / "default.yml").read_text(encoding="utf-8")
    (tmp_path / "wild.yml").write_text(text.replace("late_file: 0.050", "late_file: 0.950"), encoding="utf-8")
    with pytest.raises(WrongUse, match="add up to 1.20"):
        scenario.read(str(tmp_path / "wild.yml"))
    with pytest.raises(WrongUse, match="no scenario 'paris'"):
        scenario.read("paris")


def test_what_is_sent_is_what_happened_and_a_file_to_be_corrected_had_too_much(city):
    corrected = {label.delivery_name for label in city.labels if label.kind == "corrected_file"}
    truth = {day: {each.station.name: each for each in true_day(11, day, city.stations)} for day in city.days}
    factors = defaultdict(set)
    for seen in city.observations:
        if isinstance(seen.facts, StationDay):
            world = truth[seen.facts.day][seen.facts.station.name].admitted
            stuck = any(label.kind == "stuck_sensor" for label in seen.labels)
            known = np.isfinite(seen.facts.admitted[:, :2]) & (not stuck)
            kind = (seen.delivery.name in corrected, seen.delivery.sequence)
            factors[kind] |= set(np.round((seen.facts.admitted / world)[:, :2][known], 3))
    assert len(corrected) == 18
    assert 1.2 <= min(factors[True, 1]) < max(factors[True, 1]) <= 1.3
    assert factors[True, 2] == factors[False, 1] == {1.0}
