"""What is sent about public transport against an exact reader."""

import csv
import io
import re
import zipfile
from collections import Counter, defaultdict
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from simulator.city import transit_of_day
from simulator.departments import bus_tap, metro_tap, transit_lists
from simulator.departments.bus_tap import BusTaps
from simulator.departments.metro_tap import MetroTaps
from simulator.world.people import people_blocks
from tests.unit.exact_reader import kinds_of_labels
from tests.unit.file_faults import faults_of_files
from tests.unit.transit_city import TRANSIT, asked, transit_city
from tests.unit.transit_reader import exact

# Faults of files so often that each kind appears in a month, no two equally often; and more faults of the few records.
OFTEN = {
    "files": dict(zip(TRANSIT.files.model_dump(), (0.10, 0.09, 0.11, 0.12, 0.07, 0.13), strict=True)),
    "metro_rows": dict.fromkeys(TRANSIT.metro_rows.model_dump(), 0.01),
    "bus_rows": dict.fromkeys(TRANSIT.bus_rows.model_dump(), 0.01),
}
RATES = {MetroTaps: TRANSIT.metro_rows, BusTaps: TRANSIT.bus_rows}


@pytest.fixture(scope="module")
def city():
    return transit_city(5, 30, changed=OFTEN)


def test_quarantined_are_exactly_what_an_exact_reader_finds(city):
    seen = defaultdict(Counter)
    for each in city.observations:
        kind = type(each.facts)
        if kind in RATES:
            seen[kind].update(kinds_of_labels(each, exact, len(each.facts.rows)))
    for kind, rates in RATES.items():
        assert set(seen[kind]) == set(rates.model_dump())


def _ds(text: str) -> int:
    """Tenths of seconds since the calendar's first day of a local time."""
    at = datetime.fromisoformat(text).replace(tzinfo=None)
    return (at.toordinal() * 86_400 + at.hour * 3600 + at.minute * 60 + at.second) * 10


def test_what_is_known_from_a_file_is_what_stands_in_it(city):
    here, checked = city.network, Counter()
    for each in city.observations:
        if type(each.facts) not in RATES:
            continue
        rows, good = each.facts.rows, exact(each.sent)[2]
        if isinstance(each.facts, MetroTaps):
            assert [int(fields["id"][9:]) for fields in good] == list(rows["tap"])
            assert [int(fields["user"][4:]) for fields in good] == list(rows["user"])
            assert [fields["station"] for fields in good] == list(here.station[rows["station"]])
            assert [fields["direction"] == "in" for fields in good] == list(rows["is_in"])
            assert [_ds(fields["time"]) for fields in good] == list(rows["at_ds"])
            assert [metro_tap.PAYS.index(fields["payType"]) for fields in good] == list(rows["pay"])
            assert {fields["time"][:10] for fields in good} == {each.facts.day.isoformat()}
        else:
            stops = [*here.stop, ""]
            assert [int(fields["流水号"][9:]) for fields in good] == list(rows["tap"])
            assert [int(fields["用户号"][4:]) for fields in good] == list(rows["user"])
            assert [fields["站点"] for fields in good] == [stops[place] for place in rows["stop"]]
            assert [_ds(fields["刷卡时间"]) for fields in good] == list(rows["at_ds"])
            assert [bus_tap.PAYS.index(fields["支付方式"]) for fields in good] == list(rows["pay"])
            trips = [(here.route[row.route], row.direction, row.trip + 1) for row in rows.itertuples()]
            assert [fields["班次"] for fields in good] == [
                f"{route}-{way}-{trip:03d}" for route, way, trip in trips
            ]
            assert [fields["线路"] for fields in good] == [route for route, _, _ in trips]
            assert [date.fromisoformat(fields["运营日"]).toordinal() for fields in good] == list(
                rows["service"]
            )
            assert {fields["刷卡时间"][:10] for fields in good} == {each.facts.day.isoformat()}
            # The last buses of the day before.
            checked["of the day before"] += int((rows["service"] < each.facts.day.toordinal()).sum())
            checked["without stop"] += int((rows["stop"] < 0).sum())
        checked["taps"] += len(good)
    assert checked["taps"] > 60_000
    assert checked["of the day before"] > 0
    assert checked["without stop"] > 10_000


@pytest.mark.parametrize(
    ("feed", "removable"), [(metro_tap.FEED, b'"direction"'), (bus_tap.FEED, "线路".encode("gb18030"))]
)
def test_whole_file_faults_are_what_they_say(city, feed, removable):
    assert set(faults_of_files(city, feed, removable)) == set(TRANSIT.files.model_dump())


def test_a_file_that_is_corrected_later_had_other_values_and_no_other_rows(city):
    sent = {(each.sent.name, each.sent.sequence): each for each in city.observations if each.delivery}
    checked = set()
    for label in city.labels:
        if label.kind == "corrected_file":
            wrong, right = (sent[label.delivery_name, number].facts.rows for number in (1, 2))
            name, value = ("is_in", True) if label.feed == metro_tap.FEED else ("pay", 0)
            assert set(wrong[name]) == {value} < set(right[name])
            assert set(wrong["tap"]) <= set(right["tap"])
            checked.add(label.feed)
    assert checked == {metro_tap.FEED, bus_tap.FEED}


def test_the_same_city_made_again_or_a_day_alone_is_the_same(city):
    day, setting = date(2026, 4, 15), asked(5, 30, changed=OFTEN).setting
    alone = [each for each in transit_of_day(setting, day) if each.delivery]
    whole = {each.sent.key: each for each in city.observations if each.delivery}
    assert len(alone) >= 2
    for each in alone:
        assert (whole[each.sent.key].sent, whole[each.sent.key].labels) == (each.sent, each.labels)
    assert list(transit_of_day(asked(6, 30, changed=OFTEN).setting, day)) != alone


def test_the_timetable_is_an_archive_of_five_tables_that_refer_to_each_other(city):
    first, *later = [
        each for each in city.observations if each.delivery and each.sent.name.startswith("gtfs")
    ]
    tables = {}
    with zipfile.ZipFile(io.BytesIO(first.sent.content)) as archive:
        for name in archive.namelist():
            tables[name] = list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))
    assert list(tables) == ["routes.txt", "stops.txt", "trips.txt", "stop_times.txt", "calendar.txt"]
    assert [(each.feed, each.outcome, each.records) for each in first.readings] == [
        (feed, "admitted", len(rows)) for feed, rows in zip(transit_lists.GTFS, tables.values(), strict=True)
    ]
    routes, stops, trips = ({row[key] for row in tables[name]} for name, key in (
        ("routes.txt", "route_id"), ("stops.txt", "stop_id"), ("trips.txt", "trip_id")))  # fmt: skip
    assert {row["route_id"] for row in tables["trips.txt"]} == routes
    assert {row["trip_id"] for row in tables["stop_times.txt"]} == trips
    assert {row["stop_id"] for row in tables["stop_times.txt"]} <= stops
    assert all(re.fullmatch(r"3301\d\d", row["zone_id"]) for row in tables["stops.txt"])
    times = [row["departure_time"] for row in tables["stop_times.txt"]]
    assert max(times) > "24:10:00"
    assert min(times) == "06:00:00"
    # Sent again on the first of May, it is recorded for each of the five.
    (again,) = later
    assert again.sent.content == first.sent.content
    assert {each.outcome for each in again.readings} == {"recorded"}
    assert {label.feed for label in again.labels} == set(transit_lists.GTFS)


def test_the_lists_hold_what_is_listed(city):
    sent = {each.name[:4]: each.content for each in reversed(city.deliveries)}
    stations = list(csv.DictReader(io.StringIO(sent["地铁车站"].decode("utf-8-sig"), newline="")))
    assert len(stations) == 258
    assert all(
        re.fullmatch(r"M\d{3}", row["车站编号"]) and re.fullmatch(r"3301\d\d", row["区划代码"])
        for row in stations
    )
    assert all(118 < float(row["经度"]) < 121 and 29 < float(row["纬度"]) < 31 for row in stations)
    title, header, *places = load_workbook(io.BytesIO(sent["移动支付"])).active.iter_rows(values_only=True)
    assert title[0] == "公共交通移动支付受理一览"
    assert header == ("方式", "编号", "启用日期")
    assert Counter(row[0] for row in places) == {"公交": 6, "地铁": 258}
    title, header, *rows = load_workbook(io.BytesIO(sent["人口_2"])).active.iter_rows(values_only=True)
    assert header == ("年份", "街道代码", "区划代码", "年龄段", "人口数")
    people = sum(len(block) for block in people_blocks(5, 0.01))
    assert sum(row[4] for row in rows if row[0] == 2026) == people == 12_400
    assert 0.97 * people < sum(row[4] for row in rows if row[0] == 2025) < people
    assert {row[3] for row in rows} == {"<18", "18-59", "60-69", "70-79", "80+"}
