"""What is sent about motorways against an exact reader."""

import gzip
import io
import re
from collections import Counter, defaultdict
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from simulator.city import tolls_of_day
from simulator.departments import etc_passage, toll_lane_passage, toll_lists
from simulator.departments.etc_passage import EtcPassages
from simulator.departments.toll_lane_passage import LanePassages
from simulator.world.tolls import tolls
from tests.unit.exact_reader import kinds_of_labels
from tests.unit.file_faults import faults_of_files
from tests.unit.part_city import with_changes
from tests.unit.toll_city import TOLLS, asked, toll_city
from tests.unit.toll_reader import exact

# Faults of files so often that each kind appears in a month, no two equally often; and more faults of the few records.
OFTEN = {
    "files": dict(zip(TOLLS.files.model_dump(), (0.10, 0.09, 0.11, 0.12, 0.07, 0.13), strict=True)),
    "passage_rows": dict.fromkeys(TOLLS.passage_rows.model_dump(), 0.01),
    "lane_rows": dict.fromkeys(TOLLS.lane_rows.model_dump(), 0.01),
    "gantry_rows": dict.fromkeys(TOLLS.gantry_rows.model_dump(), 0.03),
}
RATES = {EtcPassages: TOLLS.passage_rows, LanePassages: TOLLS.lane_rows}


@pytest.fixture(scope="module")
def city():
    return toll_city(5, 30, changed=OFTEN)


def test_quarantined_and_null_are_exactly_what_an_exact_reader_finds(city):
    seen = defaultdict(Counter)
    for each in city.observations:
        kind = type(each.facts)
        if kind in RATES or (each.facts and each.sent.name.startswith("门架")):
            seen[kind].update(kinds_of_labels(each, exact))
    assert set(seen[EtcPassages]) == {*TOLLS.passage_rows.model_dump(), "sentinel"} - {"two_faults"}
    assert set(seen[LanePassages]) == set(TOLLS.lane_rows.model_dump()) - {"two_faults"}
    assert set(seen[tuple]) == set(TOLLS.gantry_rows.model_dump())


def test_what_is_known_from_a_file_is_what_stands_in_it(city):
    checked = 0
    for each in city.observations:
        if isinstance(each.facts, LanePassages):
            rows, good = each.facts.rows, exact(each.sent)[2]
            assert [int(fields["收费站"][2:]) - 1 for fields in good] == list(rows["plaza"])
            assert [fields["车道类型"] == "ETC" for fields in good] == list(rows["is_etc"])
            took = [
                datetime.fromisoformat(fields["离开时间"]) - datetime.fromisoformat(fields["到达时间"])
                for fields in good
            ]
            assert [round(one.total_seconds() * 10) for one in took] == list(rows["gate_ds"])
            assert {fields["离开时间"][:10] for fields in good} == {each.facts.day.isoformat()}
            checked += len(good)
        elif isinstance(each.facts, EtcPassages):
            good = exact(each.sent)[2]
            assert {fields["passed_at"][:10] for fields in good} == {each.facts.day.isoformat()}
            assert all(re.fullmatch(r"\d+\.\d\d", fields["fee_cny"]) for fields in good)
            assert all(re.fullmatch(r"3301\d{12}", fields["tag_id"]) for fields in good)
    assert checked > 5_000


@pytest.mark.parametrize(
    ("feed", "removable"), [(toll_lane_passage.FEED, "车道类型".encode("gb18030")), (etc_passage.FEED, None)]
)
def test_whole_file_faults_are_what_they_say(city, feed, removable):
    assert set(faults_of_files(_unpacked(city), feed, removable, empty=1)) == set(TOLLS.files.model_dump())


def test_a_file_of_gantries_that_lacks_a_column_has_no_tags(city):
    label = next(
        each for each in city.labels if each.kind == "removed_column" and each.feed == etc_passage.FEED
    )
    (sent,) = [each for each in city.deliveries if each.name == label.delivery_name]
    assert (
        gzip.decompress(sent.content).splitlines()[0] == b"passage_id,gantry_id,passed_at,fee_cny,speed_kmh"
    )


def _unpacked(city):
    """The same city with what is compressed as it was before."""
    from dataclasses import replace

    made = []
    for each in city.observations:
        if each.delivery and each.sent.name.endswith(".gz"):
            plain = replace(each.sent, content=gzip.decompress(each.sent.content))
            each = replace(each, delivery=plain)
        made.append(each)
    return replace(city, observations=tuple(made))


def test_a_file_that_is_corrected_later_had_other_values_and_no_other_rows(city):
    sent = {(each.sent.name, each.sent.sequence): each for each in city.observations if each.delivery}
    checked = set()
    for label in city.labels:
        if label.kind != "corrected_file":
            continue
        wrong, right = (exact(sent[label.delivery_name, number].sent)[2] for number in (1, 2))
        if label.feed == toll_lane_passage.FEED:
            assert {fields["车道类型"] for fields in wrong} == {"人工"}
            assert {fields["车道类型"] for fields in right} == {"人工", "ETC"}
        else:
            fees = [sum(float(fields["fee_cny"]) for fields in good) / len(good) for good in (wrong, right)]
            assert fees[0] == pytest.approx(1.5 * fees[1], rel=0.02)
            speeds = [
                [float(each["speed_kmh"]) for each in good if each["speed_kmh"] != "-1"]
                for good in (wrong, right)
            ]
            means = [sum(each) / len(each) for each in speeds]
            assert means[0] == pytest.approx(0.9 * means[1], rel=0.02)
        checked.add(label.feed)
    assert checked == {toll_lane_passage.FEED, etc_passage.FEED}


def test_the_same_motorways_made_again_or_a_day_alone_are_the_same(city):
    day, setting = date(2026, 4, 15), asked(5, 30, changed=OFTEN).setting
    alone = [each for each in tolls_of_day(setting, day) if each.delivery]
    whole = {each.sent.key: each for each in city.observations if each.delivery}
    assert len(alone) >= 2
    for each in alone:
        assert (whole[each.sent.key].sent, whole[each.sent.key].labels) == (each.sent, each.labels)
    assert toll_city(5, 30, changed=OFTEN).deliveries == city.deliveries
    assert list(tolls_of_day(asked(6, 30, changed=OFTEN).setting, day)) != alone


def test_the_lists_hold_what_is_listed(city):
    here = tolls(5, with_changes(TOLLS, OFTEN), 0.01)
    gantries = next(
        each.sent for each in city.observations if each.delivery and each.sent.name.startswith("门架")
    )
    assert gantries.content.startswith(b"\xef\xbb\xbf")
    good = exact(gantries)[2]
    assert list(good[0]) == ["门架编号", "路线", "方向", "序号", "桩号", "区划代码"]
    assert {fields["门架编号"] for fields in good} < set(here.gantry[here.is_listed_gantry])
    plazas = next(
        each.sent for each in city.observations if each.delivery and each.sent.name.startswith("收费站")
    )
    title, header, *rows = load_workbook(io.BytesIO(plazas.content)).active.iter_rows(values_only=True)
    assert title[0] == toll_lists.TITLE
    assert header == ("收费站编号", "名称", "路线", "区划代码", "车道数")
    assert [row[0] for row in rows] == ["SF001", *(f"SF{number:03d}" for number in range(3, 9))]
    assert all(re.fullmatch(r"3301\d\d", row[3]) and 4 <= row[4] <= 15 for row in rows)
