"""What is sent about ships against an exact reader, and how ships move."""

import io
import json
import re
import zipfile
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from simulator.city import ships_of_day
from simulator.departments import ais_position, camera_capture, ship_lists
from simulator.departments.ais_position import Positions
from simulator.departments.camera_capture import Captures
from simulator.departments.seaworthiness_judgement import Judgements
from simulator.truth import ships as truth
from simulator.world import ships as world
from simulator.world.fairways import FAIRWAYS
from simulator.world.seaworthiness import certificates, recent_surveys, rules
from tests.unit.exact_reader import csv_records, exact_reading, is_between
from tests.unit.file_faults import faults_of_files
from tests.unit.part_city import DEFAULT
from tests.unit.port import port

SHIPS = DEFAULT.ships
SENTINELS = {"SOG": "102.3", "COG": "360.0", "Heading": "511"}


@pytest.fixture(scope="module")
def city():
    return port(5, 12, scale=0.02)


def _position_is_right(fields: dict[str, str]) -> bool:
    return (
        re.fullmatch(r"\d{9}", fields["MMSI"]) is not None and int(fields["BaseDateTime"][11:13]) < 24
        and is_between(fields["LAT"], -90, 90) and is_between(fields["LON"], -180, 180)
        and (fields["SOG"] == "102.3" or is_between(fields["SOG"], 0, 102.2))
        and (fields["COG"] == "360.0" or (is_between(fields["COG"], 0, 359.9)))
        and (fields["Heading"] == "511" or is_between(fields["Heading"], 0, 359)) and fields["TransceiverClass"] in ("A", "B")
    )  # fmt: skip


def _judgement_is_right(fields: dict[str, str]) -> bool:
    return (
        fields["capture_id"] != "" and int(fields["judged_at"][11:13]) < 24
        and fields["judged_by"] in ("auto", "officer")
    )  # fmt: skip


READ = {
    Positions: (_position_is_right, ("MMSI", "BaseDateTime"), SENTINELS),
    Judgements: (_judgement_is_right, ("judgement_no",), {}),
}


def _exact(content: bytes, *of) -> tuple[set[int], set[tuple[int, str]], list[dict]]:
    return exact_reading(csv_records(content.decode()), *of)


def test_quarantined_and_null_are_exactly_what_an_exact_reader_finds(city):
    seen = defaultdict(Counter)
    for each in city.observations:
        if type(each.facts) not in READ:
            continue
        broken, nulls, good = _exact(each.sent.content, *READ[type(each.facts)])
        assert broken == {label.source_row for label in each.labels if label.result == "quarantined"}
        assert nulls == {(label.source_row, label.column) for label in each.labels if label.result == "null"}
        assert len(good) == len(each.facts.rows)
        (reading,) = each.readings
        assert (reading.quarantined, reading.admitted) == (len(broken), len(good))
        if isinstance(each.facts, Positions):
            assert [int(fields["MMSI"]) for fields in good] == list(each.facts.rows["mmsi"])
            assert [float(fields["LAT"]) for fields in good] == list(each.facts.rows["latitude"])
            assert [float(fields["LON"]) for fields in good] == list(each.facts.rows["longitude"])
        seen[type(each.facts)].update((label.kind, label.column) for label in each.labels)
    of_rows = {kind for kind, _ in seen[Positions]}
    assert set(SHIPS.rows.model_dump()) - {"two_faults"} | {"sentinel"} <= of_rows
    assert {(kind, column) for kind, column in seen[Positions] if kind == "sentinel"} == {
        ("sentinel", name) for name in SENTINELS
    }
    assert set(SHIPS.judgement_rows.model_dump()) == {kind for kind, _ in seen[Judgements]}


def test_a_file_holds_the_rows_of_its_local_day_in_utc(city):
    for each in city.observations:
        if isinstance(each.facts, Positions):
            *_, good = _exact(each.sent.content, *READ[Positions])
            local_days = {
                (datetime.fromisoformat(fields["BaseDateTime"]) + timedelta(hours=8)).date()
                for fields in good
            }
            assert local_days == {each.facts.day}
            instants = [
                datetime.fromisoformat(fields["BaseDateTime"]) + timedelta(hours=8) for fields in good
            ]
            assert {at.date() for at in instants} == {each.facts.day}
            tenths = [
                (at.toordinal() * 86_400 + at.hour * 3600 + at.minute * 60 + at.second) * 10
                for at in instants
            ]
            assert tenths == list(each.facts.rows["at_ds"])


def test_the_same_ships_made_again_or_a_day_alone_are_the_same(city):
    day = date(2026, 4, 15)
    alone = ships_of_day(5, SHIPS, day, world.fleet(5, SHIPS, 0.02))
    whole = {each.sent.key: each for each in city.observations if each.delivery}
    sent = [each for each in alone if each.delivery]
    assert len(sent) >= 5
    for each in sent:
        assert (whole[each.sent.key].sent, whole[each.sent.key].labels) == (each.sent, each.labels)
    assert port(5, 12, scale=0.02).deliveries == city.deliveries
    assert ships_of_day(6, SHIPS, day, world.fleet(6, SHIPS, 0.02)) != alone


def test_whole_file_faults_are_what_they_say(city):
    kinds = faults_of_files(city, ais_position.FEED, b",LAT,")
    assert set(kinds) == set(SHIPS.files.model_dump())


def test_a_file_that_is_corrected_later_was_in_another_datum(city):
    sent, checked = {(each.name, each.sequence): each for each in city.deliveries}, 0
    for label in city.labels:
        if (label.feed, label.kind) == (ais_position.FEED, "corrected_file"):
            wrong, right = (
                {
                    (each["MMSI"], each["BaseDateTime"]): float(each["LON"])
                    for each in _exact(content, *READ[Positions])[2]
                }
                for content in (sent[label.delivery_name, number].content for number in (1, 2))
            )
            off = {round(wrong[key] - right[key], 5) for key in wrong.keys() & right.keys()}
            assert off == {0.0046}
            checked += 1
    assert checked > 1


def test_captures_are_lines_of_json_and_unread_numbers_are_labelled(city):
    for each in city.observations:
        if isinstance(each.facts, Captures):
            lines = [json.loads(line) for line in each.sent.content.decode().splitlines()]
            unread = {row for row, line in enumerate(lines, start=1) if line["shipNo"] == "未识别"}
            assert unread == {label.source_row for label in each.labels}
            assert {line["time"][:10] for line in lines} == {each.facts.day.isoformat()}
            assert all(line["time"].endswith("+08:00") for line in lines)
            assert [line["id"] for line in lines] == list(each.facts.rows["capture"])


def test_a_workbook_of_the_same_certificates_is_the_same_bytes_and_says_no_time(city):
    rows = ship_lists.certificate_rows(5, SHIPS, city.ships, date(2026, 4, 20))
    made = ship_lists.workbook(rows)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(2021, 6, 1, 0, 0, 0)}
        times = re.findall(rb">(\d{4}-\d\d-\d\dT[^<]*)<", archive.read("docProps/core.xml"))
    assert set(times) == {b"2021-06-01T00:00:00Z"}
    assert made == ship_lists.workbook(rows)
    title, header, *records = load_workbook(io.BytesIO(made)).active.iter_rows(values_only=True)
    assert title[0] == "杭州市船舶适航证书一览"
    assert header == ("证书编号", "MMSI", "签发日期", "有效期至", "暂停起", "暂停止", "核定吃水(米)")
    assert len(records) == len(rows)
    assert [record[2].date() for record in records] == [row[2] for row in rows]


def test_a_list_of_certificates_knows_nothing_of_the_future():
    ships, day = world.fleet(3, SHIPS, 1.0), date(2026, 3, 5)
    known = {row[0]: row for row in ship_lists.certificate_rows(3, SHIPS, ships, day)}
    later = {row[0]: row for row in ship_lists.certificate_rows(3, SHIPS, ships, day + timedelta(30))}
    assert all(row[2] <= day and (row[4] is None or row[4] <= day) for row in known.values())
    assert len(set(later) - set(known)) > 50
    assert any(
        not row[4] and number in later and later[number][4] for number, row in known.items()
    )  # suspended since
    assert {row[5] is None for row in known.values() if row[4]} == {
        True,
        False,
    }  # until further notice, or not


def test_numbers_of_ships_are_their_own_and_a_larger_fleet_begins_with_a_smaller_one():
    small, large = world.fleet(1, SHIPS, 0.01), world.fleet(1, SHIPS, 1.0)
    assert (len(small), len(large)) == (20, 400)
    assert len(set(large.hull)) == len(set(large.mmsi)) == 400
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{3}\d{5}", hull) for hull in large.hull)
    assert {len(str(mmsi)) for mmsi in large.mmsi} == {9}
    assert list(small.hull) == list(large.hull[:20])
    assert list(small.phase_s) == list(large.phase_s[:20])


def test_journeys_of_a_ship_lie_an_hour_apart_also_over_midnight():
    ships, parts = world.fleet(2, SHIPS, 1.0), []
    for back in range(4):
        made = world.journeys(2, SHIPS, ships, date(2026, 3, 5) + timedelta(back))
        parts.append(
            made.assign(start_s=made["start_s"] + back * 86_400, end_s=made["end_s"] + back * 86_400)
        )
        assert made["end_s"].max() < world.LASTS_DAYS * 86_400
    whole = pd.concat(parts).sort_values(["ship", "start_s"])
    apart = (whole["start_s"] - whole["end_s"].shift())[whole["ship"] == whole["ship"].shift()]
    assert apart.min() >= 3600
    per_day = len(whole) / 4 / len(ships) / SHIPS.fleet.active
    assert per_day == pytest.approx(SHIPS.fleet.journeys, rel=0.05)
    assert (whole["start_s"] // 86_400 < whole["end_s"] // 86_400).sum() > 50


def test_reports_lie_in_the_fairway_between_entering_and_leaving_and_in_no_other():
    ships, day = world.fleet(4, SHIPS, 0.5), date(2026, 3, 5)
    heard, made = world.reports(4, SHIPS, ships, day), world.journeys(4, SHIPS, ships, day)
    assert {20 <= each.length_m / 60 <= 100 for each in FAIRWAYS} == {True}
    lanes = heard.merge(made, on=["ship", "fairway"])
    lanes = lanes[(lanes["at_s"] >= lanes["start_s"]) & (lanes["at_s"] <= lanes["end_s"] + 2)]
    for number, fairway in enumerate(FAIRWAYS):
        within = truth.inside(heard["longitude"].to_numpy(), heard["latitude"].to_numpy(), fairway.outline)
        assert not within[heard["fairway"] != number].any()
        own = lanes[lanes["fairway"] == number]
        under = truth.inside(own["longitude"].to_numpy(), own["latitude"].to_numpy(), fairway.outline)
        passing = ((own["at_s"] > own["entered_s"] + 3) & (own["at_s"] < own["left_s"] - 3)).to_numpy()
        before = (own["at_s"] < own["entered_s"] - 3).to_numpy()
        assert not under[before].any()
        left_in_between = (passing & ~under).any()
        assert left_in_between == (fairway.identifier == "F01")  # its neck is narrower than its lanes


def test_what_cameras_misread_and_miss_follows_their_rates():
    ships = world.fleet(1, SHIPS, 2.0)
    day = date(2026, 3, 5)
    taken = camera_capture.captured(1, SHIPS, day, ships)
    shares = taken["wrong_characters"].value_counts(normalize=True)
    for wrong, rate in ((1, 0.04), (2, 0.01), (-1, 0.02)):
        assert shares[wrong] == pytest.approx(rate, abs=0.01)
    read = taken[taken["wrong_characters"] >= 0]
    hulls = ships.hull[read["ship"].to_numpy()]
    apart = [
        sum(a != b for a, b in zip(hull, number, strict=True))
        for hull, number in zip(hulls, read["number"], strict=True)
    ]
    assert apart == list(read["wrong_characters"])
    made = [world.journeys(1, SHIPS, ships, day - timedelta(back)) for back in range(2)]
    entered = sum(((each["entered_s"] // 86_400) == back).sum() for back, each in enumerate(made))
    assert 1 - len(taken) / entered == pytest.approx(0.05, abs=0.015)
    clocks = [camera_capture._clock(1, SHIPS, day - timedelta(back)) for back in range(2)]
    assert np.abs(clocks).max() <= 200
    assert (clocks[0] != clocks[1]).any()  # every day anew


def test_so_many_ships_are_not_seaworthy_as_the_scenario_says():
    ships, shares = world.fleet(1, SHIPS, 1.0), []
    for back in range(0, 120, 20):
        day = date(2026, 3, 5) + timedelta(back)
        asked = pd.DataFrame({"mmsi": ships.mmsi, "at_ds": day.toordinal() * 864_000 + 400_000})
        rule = rules(asked, certificates(1, SHIPS, ships, day), recent_surveys(1, SHIPS, ships, day))
        shares.append(pd.Series(rule).value_counts(normalize=True))
    found = pd.DataFrame(shares).mean()
    expected = {
        "no_certificate": 0.02,
        "certificate_expired": 0.05,
        "certificate_suspended": 0.04,
        "overdraught": 0.055,
    }
    for rule, share in expected.items():
        assert found[rule] == pytest.approx(share, abs=0.02), rule
