"""What is sent about roads against an exact reader, and what happens on them."""

import csv
import io
import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from simulator.city import roads_of_day
from simulator.deliveries import local
from simulator.departments import command_message, incident, road_lists, road_speed
from simulator.departments.command_message import Messages
from simulator.departments.incident import Incidents
from simulator.departments.road_speed import Speeds
from simulator.times import DAY_DS
from simulator.world.roads import roads
from tests.unit.exact_reader import Record, csv_records, exact_reading, is_between
from tests.unit.file_faults import faults_of_files
from tests.unit.part_city import DEFAULT, with_changes
from tests.unit.road_network import road_city

DAY = date(2026, 3, 5)  # a Thursday
# Faults of files so often that each kind appears in a month, and more of those of the few records. No two kinds are equally
# often: of one sender, they would fall on the same days for ever.
OFTEN = {
    "network": {"segments": 1, "least": 12},
    "files": dict(zip(DEFAULT.roads.files.model_dump(), (0.10, 0.09, 0.11, 0.12, 0.07, 0.08), strict=True)),
    "incident_rows": dict.fromkeys(DEFAULT.roads.incident_rows.model_dump(), 0.02),
    "message_rows": dict.fromkeys(DEFAULT.roads.message_rows.model_dump(), 0.02),
}


@pytest.fixture(scope="module")
def city():
    return road_city(5, 30, changed=OFTEN)


def _hour(text: str) -> int:
    return int(text[11:13])


def _speed_is_right(fields: dict) -> bool:
    return (
        fields["segment_id"] != "" and _hour(fields["interval_start"]) < 24
        and (fields["speed_kmh"] == "-1" or is_between(fields["speed_kmh"], 1, 150))
        and is_between(fields["free_flow_kmh"], 10, 150) and is_between(fields["vehicle_count"], 0, 2000)
    )  # fmt: skip


def _incident_is_right(fields: dict) -> bool:
    times = [fields[name] for name in ("reported_at", "dispatched_at", "arrived_at", "cleared_at")]
    if not fields["incident_id"] or _hour(times[0]) > 23:
        return False
    known = [datetime.fromisoformat(each) for each in times if each]
    return (
        known == sorted(known) and fields["level"] in ("I", "II", "III")
        and fields["kind"] in ("collision", "breakdown", "obstacle", "flooding", "road_works")
    )  # fmt: skip


def _message_is_right(fields: dict) -> bool:
    return fields["流水号"] != "" and _hour(fields["时间"]) < 24 and fields["动作"] in ("发出", "签收")


READ = {
    Speeds: (_speed_is_right, ("segment_id", "interval_start"), {"speed_kmh": "-1"}),
    Incidents: (_incident_is_right, ("incident_id",), {}),
    Messages: (_message_is_right, ("流水号",), {}),
}


def _records(name: str, content: bytes) -> list[Record]:
    """Each record with its number, None where it cannot be read."""
    if name.endswith(".jsonl"):
        return [(number, _object(line)) for number, line in enumerate(content.decode().splitlines(), start=1)]
    text = content.decode("gb18030" if name.startswith("command") else "utf-8")
    return csv_records(text)


def _object(line: str) -> dict | None:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _exact(sent, kind) -> tuple[set[int], set[tuple[int, str]], list[dict]]:
    return exact_reading(_records(sent.name, sent.content), *READ[kind])


def test_quarantined_and_null_are_exactly_what_an_exact_reader_finds(city):
    seen = defaultdict(Counter)
    for each in city.observations:
        kind = type(each.facts)
        if kind not in READ:
            continue
        broken, nulls, good = _exact(each.sent, kind)
        assert broken == {label.source_row for label in each.labels if label.result == "quarantined"}
        assert nulls == {(label.source_row, label.column) for label in each.labels if label.result == "null"}
        (reading,) = each.readings
        assert (reading.quarantined, reading.admitted) == (len(broken), len(good))
        assert len(good) == len(each.facts.rows)
        seen[kind].update(label.kind for label in each.labels if label.source_row)
    of_speeds = {kind for kind in DEFAULT.roads.speed_rows.model_dump() if kind != "two_faults"}
    assert set(seen[Speeds]) == of_speeds | {"sentinel"}
    assert set(seen[Incidents]) == set(DEFAULT.roads.incident_rows.model_dump())
    assert set(seen[Messages]) == set(DEFAULT.roads.message_rows.model_dump())


def _ds(text: str) -> int:
    """Tenths of seconds since the calendar's first day of a local time."""
    at = datetime.fromisoformat(text).replace(tzinfo=None)
    return (at.toordinal() * 86_400 + at.hour * 3600 + at.minute * 60 + at.second) * 10


def test_what_is_known_from_a_file_is_what_stands_in_it(city):
    for each in city.observations:
        if type(each.facts) not in READ:
            continue
        rows, good = each.facts.rows, _exact(each.sent, type(each.facts))[2]
        if isinstance(each.facts, Speeds):
            assert [f"S{number:05d}" for number in rows["segment"]] == [
                fields["segment_id"] for fields in good
            ]
            minutes = [_ds(fields["interval_start"]) % DAY_DS // 3000 for fields in good]
            assert minutes == list(rows["interval"])
            speeds = [max(round(float(fields["speed_kmh"]) * 10), 0) for fields in good]
            assert speeds == list(rows["speed_dkmh"])
            assert [round(float(fields["free_flow_kmh"]) * 10) for fields in good] == list(rows["free_dkmh"])
            assert [int(fields["vehicle_count"]) for fields in good] == list(rows["vehicles"])
            assert {fields["interval_start"][:10] for fields in good} == {each.facts.day.isoformat()}
            # Where no vehicle passed there is no speed, and elsewhere there is.
            texts = {(fields["vehicle_count"] == "0", fields["speed_kmh"] == "-1") for fields in good}
            assert texts == {(True, True), (False, False)}
            assert all(re.fullmatch(r"-1|\d+\.\d", fields["speed_kmh"]) for fields in good)
        elif isinstance(each.facts, Incidents):
            assert [fields["incident_id"] for fields in good] == list(rows["incident"])
            assert [fields["level"] for fields in good] == list(rows["level"])
            assert [fields["segment_id"] for fields in good] == list(rows["segment"])
            assert [_ds(fields["reported_at"]) for fields in good] == list(rows["reported_ds"])
            arrived = [_ds(fields["arrived_at"]) if fields["arrived_at"] else 0 for fields in good]
            assert arrived == list(rows["arrived_ds"])
            assert [fields["escalated_from"] or "" for fields in good] == list(rows["escalated_from"])
            assert {fields["reported_at"][:10] for fields in good} == {each.facts.day.isoformat()}
        else:
            assert [fields["报文号"] for fields in good] == list(rows["message"])
            assert [_ds(fields["时间"]) for fields in good] == list(rows["acted_ds"])
            assert [fields["动作"] == "发出" for fields in good] == list(rows["is_sent"])
            assert [" 一二三".index(fields["级别"][0]) for fields in good] == list(rows["level"])
            assert [fields["接收中心"] for fields in good] == list(rows["receiver"])
            assert {fields["时间"][:10] for fields in good} == {each.facts.day.isoformat()}


def test_the_same_roads_made_again_or_a_day_alone_are_the_same(city):
    day, network = date(2026, 4, 15), roads(5, with_changes(DEFAULT.roads, OFTEN), 0.01)
    alone = list(roads_of_day(5, with_changes(DEFAULT.roads, OFTEN), day, network))
    whole = {each.sent.key: each for each in city.observations if each.delivery}
    sent = [each for each in alone if each.delivery]
    assert len(sent) >= 2
    for each in sent:
        assert (whole[each.sent.key].sent, whole[each.sent.key].labels) == (each.sent, each.labels)
    assert road_city(5, 30, changed=OFTEN).deliveries == city.deliveries
    assert list(roads_of_day(6, with_changes(DEFAULT.roads, OFTEN), day, network)) != alone


@pytest.mark.parametrize(
    ("feed", "removable"),
    [(incident.FEED, b'"level"'), (road_speed.FEED, b"free_flow_kmh"), (command_message.FEED, "动作".encode("gb18030"))],
)  # fmt: skip
def test_whole_file_faults_are_what_they_say(city, feed, removable):
    kinds = faults_of_files(city, feed, removable)
    assert set(kinds) == set(DEFAULT.roads.files.model_dump())


def test_a_file_that_is_corrected_later_had_other_values_and_no_other_rows(city):
    sent = {(each.sent.name, each.sent.sequence): each for each in city.observations if each.delivery}
    checked = Counter()
    for label in city.labels:
        if label.kind == "corrected_file":
            wrong, right = (sent[label.delivery_name, number].facts.rows for number in (1, 2))
            if label.feed == road_speed.FEED:
                both = wrong.merge(right, on=["segment", "interval"])
                passed = both[both["speed_dkmh_y"] > 0]
                assert ((passed["speed_dkmh_x"] - 0.9 * passed["speed_dkmh_y"]).abs() <= 0.5).all()
            elif label.feed == incident.FEED:
                both = wrong.merge(right, on="incident")
                late = set(both["arrived_ds_x"] - both["arrived_ds_y"])
                assert {1800} <= late <= {0, 1800}  # some never come
            else:
                both = wrong.merge(right, on="event")
                late = both["acted_ds_x"] - both["acted_ds_y"]
                assert set(late[both["is_sent_x"]]) == {0}
                assert set(late[~both["is_sent_x"]]) == {600}
            assert len(both) >= 0.6 * len(right)
            checked[label.feed] += 1
    assert len(checked) == 3


def test_lists_hold_what_is_listed_and_know_nothing_of_the_future():
    network = roads(1, DEFAULT.roads, 1.0)
    sent = road_lists.segment_delivery(network, local(DAY, 6))
    assert sent.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(sent.content.decode("utf-8-sig"), newline="")))
    assert ",".join(rows[0]) == "路段编号,道路名称,区划代码,长度(米),主干路,接入监测日期,经度,纬度,中心线"
    assert len(rows) == network.is_listed.sum() < len(network) == 1200
    assert all(re.fullmatch(r"S\d{5}", row["路段编号"]) for row in rows)
    assert len({row["路段编号"] for row in rows}) == len(rows)
    assert {row["主干路"] for row in rows} == {"是", "否"}
    assert all(20 <= int(row["长度(米)"]) <= 20_000 for row in rows)
    since = [row["接入监测日期"] for row in rows]
    assert max(since) <= "2026-03-05"
    assert "" in since
    later = [row[5] for row in road_lists.segment_rows(network, date(2026, 7, 1))]
    assert later.count("") < since.count("")
    points = [re.fullmatch(r"LINESTRING \((.+)\)", row["中心线"])[1].split(", ") for row in rows]
    assert {len(each) for each in points} == {2, 3, 4}
    assert all(re.fullmatch(r"\d+\.\d{6} \d+\.\d{6}", each) for line in points for each in line)


def test_centres_stand_on_three_levels():
    book = load_workbook(io.BytesIO(road_lists.centre_delivery(local(DAY, 6)).content))
    title, header, *rows = book.active.iter_rows(values_only=True)
    assert title[0] == "杭州市交通指挥中心一览"
    assert header == ("中心编号", "中心名称", "级别", "区划代码")
    assert rows[0] == ("C001", "杭州市交通指挥中心", "市级", "330102")
    assert Counter(row[2] for row in rows) == {"市级": 1, "区级": 13, "中队": 26}
    assert set(Counter(row[3] for row in rows if row[2] == "中队").values()) == {2}
    assert len({row[0] for row in rows}) == 40
