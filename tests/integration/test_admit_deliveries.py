"""Admission: bytes of a delivery become rows of two tables and one outcome in the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from citylake import ledger
from citylake.admit import admit, admit_waiting
from citylake.errors import WrongUse
from citylake.ledger.requests import request_readmission
from tests.integration.deliveries import (
    AIR,
    CASE,
    CASES,
    HEADER,
    NOON,
    STATION,
    STATIONS,
    WEATHER,
    air_file,
    air_name,
    both,
    content_hash,
    deliver,
    outcome,
    query,
    rows,
)

DAY = date(2026, 3, 1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _empty(lake):
    lake.empty()


def air(content: str, *, station: str = "Wenhui", day: date = DAY, at: datetime = NOON) -> str:
    """A station's file arrives; returns the id of the delivery to air_quality_hourly."""
    return deliver("environment", air_name(station, day), content, at=at)[0]


def versions(feed_id: str) -> dict[str, int]:
    found = query(
        "select partition, version from ledger.versions where table_id = %(t)s", t=f"admitted.{feed_id}"
    )
    return {row["partition"]: row["version"] for row in found}


def current(feed_id: str) -> dict[tuple[str, str], str]:
    found = query("select * from ledger.current_deliveries where feed_id = %(f)s", f=feed_id)
    return {(row["sender"], row["partition"]): row["delivery_id"] for row in found}


def equation(row: dict) -> bool:
    parts = ("records_admitted", "records_quarantined", "records_held", "records_erased")
    return row["records_parsed"] == sum(row[part] for part in parts)


BROKEN = (
    air_file("Wenhui", DAY, 3) + '4,2026,3,1,3,err,60,6,38,900,22,8.4,1021.6,3.1,0,"C",1.8,"Wenhui"\n5,2026\n'
)


def test_rows_go_to_their_tables_and_the_outcome_to_the_ledger():
    delivery_id = air(BROKEN)
    admit(delivery_id)
    admitted = rows(f"admitted.{AIR}")
    assert [(row["_source_row"], row["pm25_ugm3"], row["station_name"]) for row in admitted] == [
        (1, 30.0, "Wenhui"), (2, 31.0, "Wenhui"), (3, 32.0, "Wenhui")
    ]  # fmt: skip
    assert admitted[0]["measured_at"] == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert {row["_business_date"] for row in admitted} == {DAY}
    assert {row["_delivery_id"] for row in admitted} == {delivery_id}
    assert {row["_known_at"] for row in admitted} == {NOON}
    assert [(row["_source_row"], row["rules"]) for row in rows(f"quarantine.{AIR}")] == [
        (4, ["pm25_ugm3.cast"]), (5, ["unparseable"])
    ]  # fmt: skip
    found = outcome(delivery_id)
    assert (found["status"], found["attempt"]) == ("admitted", 1)
    assert (found["records_parsed"], found["records_admitted"], found["records_quarantined"]) == (5, 3, 2)
    assert found["rule_counts"] == {"pm25_ugm3.cast": 1, "unparseable": 1}
    assert (found["covers_from"], found["covers_to"]) == (DAY, DAY)
    assert equation(found)
    assert versions(AIR) == {"2026-03-01": 1}


def test_two_feeds_make_of_one_object_what_each_reads():
    for delivery_id in deliver("environment", air_name("Wenhui", DAY), BROKEN):
        admit(delivery_id)
    assert len(rows(f"admitted.{WEATHER}")) == 3
    assert [row["rules"] for row in rows(f"quarantine.{WEATHER}")] == [
        ["wind_direction_code.one_of"],
        ["unparseable"],
    ]


def test_the_run_says_who_called_and_how_it_ended():
    delivery_id = air(BROKEN)
    admit(delivery_id)
    (run,) = query("select * from ledger.runs where verb = 'admit'")
    assert (run["subject"], run["status"], run["row_count"]) == (delivery_id, "done", 3)
    assert run["caller"].startswith("cli:")
    assert run["code_version"]
    assert run["finished_at"] >= run["started_at"]


def test_admitting_again_replaces_and_gives_the_same_content():
    delivery_id = air(BROKEN)
    admit(delivery_id)
    before = content_hash(*both(AIR))
    admit(delivery_id)
    assert content_hash(*both(AIR)) == before
    assert outcome(delivery_id)["attempt"] == 2
    assert versions(AIR) == {"2026-03-01": 2}
    assert len(query("select * from ledger.admissions")) == 2


def test_a_file_over_two_months_is_admitted_whole():
    day = date(2026, 2, 27)
    delivery_id = deliver("environment", air_name("Wenhui", day, DAY), air_file("Wenhui", day, days=3))[0]
    admit(delivery_id)
    assert len(rows(f"admitted.{AIR}")) == 72
    assert versions(AIR) == {"2026-02-27": 1, "2026-02-28": 1, "2026-03-01": 1}
    admit(delivery_id)
    assert len(rows(f"admitted.{AIR}")) == 72


HELD = {
    "empty": (HEADER + "\n", {"empty"}, 0),
    "nothing at all": ("", {"empty"}, 0),
    "a column less": (BROKEN.replace(',"O3"', ""), {"removed_column"}, 5),
    "a column named twice": (BROKEN.replace('"TEMP"', '"station"'), {"duplicate_header"}, 5),
    "cut": (air_file("Wenhui", DAY, 3) + "4,2026,3", {"truncated"}, 4),
}


@pytest.mark.parametrize("fault", HELD)
def test_a_file_that_cannot_be_admitted_is_held_and_the_last_good_state_stands(fault):
    content, kinds, parsed = HELD[fault]
    good = air(air_file("Wenhui", DAY))
    admit(good)
    before = content_hash(*both(AIR))
    bad = air(content, at=NOON + HOUR)
    admit(bad)
    found = outcome(bad)
    assert found["status"] == "held"
    assert {reason["kind"] for reason in found["reasons"]} == kinds
    assert (found["records_parsed"], found["records_held"]) == (parsed, parsed)
    assert equation(found)
    assert content_hash(*both(AIR)) == before
    assert current(AIR) == {("Wenhui", "2026-03-01"): good}
    assert versions(AIR) == {"2026-03-01": 1}


def test_a_file_in_another_encoding_is_held_with_the_reason():
    (delivery_id,) = deliver(
        "health", "case_report_2020-01-22.csv", f"{CASES}\n2020-01-22,中国,,,,,,1,,,\n".encode("gb18030")
    )
    admit(delivery_id)
    told = "the bytes are not utf-8; they look like gb18030. Change `format.encoding`, or ask the department"
    assert outcome(delivery_id)["reasons"] == [{"kind": "wrong_encoding", "text": told}]


def test_a_name_that_covers_no_possible_days_is_held():
    (delivery_id,) = deliver(
        "health", "case_report_2020-02-31.csv", f"{CASES}\n2020-02-28,中国,CN,,,,,1,,,\n"
    )
    admit(delivery_id)
    (reason,) = outcome(delivery_id)["reasons"]
    assert reason["kind"] == "impossible_period"
    assert "the name 'case_report_2020-02-31.csv' covers no days" in reason["text"]
    assert outcome(delivery_id)["records_held"] == 1


def test_a_corrected_day_counts_instead_of_the_first_and_both_are_kept():
    first = air(air_file("Wenhui", DAY, pm25=30))
    second = air(air_file("Wenhui", DAY, pm25=50), at=NOON + HOUR)
    admit_waiting(AIR)
    assert current(AIR) == {("Wenhui", "2026-03-01"): second}
    assert len(rows(f"admitted.{AIR}", delivery_id=first)) == 24
    assert len(rows(f"admitted.{AIR}", delivery_id=second)) == 24
    assert versions(AIR) == {"2026-03-01": 2}


def test_the_same_bytes_again_are_recorded_and_nothing_else_happens():
    first = air(BROKEN)
    again = air(BROKEN, at=NOON + HOUR)
    assert admit_waiting(AIR) == {"admitted": 1, "held": 0, "repeated": 1, "rows": 3}
    assert (outcome(again)["status"], outcome(again)["repeats"]) == ("repeated", first)
    assert equation(outcome(again))
    assert versions(AIR) == {"2026-03-01": 1}
    assert len(rows(f"admitted.{AIR}")) == 3


def test_a_state_that_comes_back_counts_again():
    old, new = air_file("Wenhui", DAY, pm25=30), air_file("Wenhui", DAY, pm25=50)
    deliveries = [air(content, at=NOON + n * HOUR) for n, content in enumerate((old, new, old))]
    assert admit_waiting(AIR)["admitted"] == 3
    assert current(AIR) == {("Wenhui", "2026-03-01"): deliveries[2]}


def test_deliveries_that_land_in_another_order_end_in_the_same_state():
    old, new = air_file("Wenhui", DAY, pm25=30), air_file("Wenhui", DAY, pm25=50)
    first = air(old, at=NOON)
    last = air(old, at=NOON + 2 * HOUR)
    assert admit_waiting(AIR)["repeated"] == 1
    between = air(new, at=NOON + HOUR)
    assert admit_waiting(AIR) == {"admitted": 2, "held": 0, "repeated": 0, "rows": 48}
    assert [outcome(each)["status"] for each in (first, between, last)] == ["admitted"] * 3
    assert current(AIR) == {("Wenhui", "2026-03-01"): last}


def test_a_delivery_that_is_found_to_repeat_another_loses_its_rows():
    first = air(BROKEN)
    again = air(BROKEN, at=NOON + HOUR)
    admit(again)  # before the first, so it is no repetition
    assert outcome(again)["status"] == "admitted"
    admit(first)
    admit(again)
    assert outcome(again)["status"] == "repeated"
    assert rows(f"admitted.{AIR}", delivery_id=again) == rows(f"quarantine.{AIR}", delivery_id=again) == []
    assert len(rows(f"admitted.{AIR}", delivery_id=first)) == 3
    assert current(AIR) == {("Wenhui", "2026-03-01"): first}


def test_deliveries_are_admitted_in_order_of_arrival():
    order = [air(air_file(f"S{n}", DAY, 1), station=f"S{n}", at=NOON - n * HOUR) for n in range(3)]
    seen = []
    admit_waiting(AIR, progress=lambda found: seen.append(found.delivery_id))
    assert seen == order[::-1]
    assert admit_waiting(AIR) == {"admitted": 0, "held": 0, "repeated": 0, "rows": 0}


def test_an_admission_asked_for_again_is_done_again():
    delivery_id = air(BROKEN)
    admit_waiting(AIR)
    with ledger.connect("steward") as connection:
        request_readmission(connection, f"admitted.{AIR}", delivery_id, "the rule was wrong")
    assert admit_waiting(AIR)["admitted"] == 1
    assert outcome(delivery_id)["attempt"] == 2
    assert admit_waiting(AIR)["admitted"] == 0


def test_persons_do_not_reach_the_admitted_table():
    content = f"{STATIONS}\nS01,文晖路,330103,120.1,30.2,2015-01-01,-,张 伟,13800138000\nS01,x,33,,,,,李娜,13900139000\n"
    (delivery_id,) = deliver("environment", "环境监测站_20260301.csv", content.encode("gb18030"))
    admit(delivery_id)
    (station,) = rows(f"admitted.{STATION}")
    assert "maintainer_phone" not in station
    assert len(station["maintainer"]) == 32
    everything = str(rows(f"admitted.{STATION}") + rows(f"quarantine.{STATION}") + query("select * from ledger.admissions")
                     + query("select * from ledger.runs"))  # fmt: skip
    for secret in ("张", "李娜", "13800138000", "13900139000"):
        assert secret not in everything


def test_an_unknown_delivery_and_one_of_no_feed_are_told():
    with pytest.raises(WrongUse, match="there is no delivery 'nothing'"):
        admit("nothing")
    (delivery_id,) = deliver("health", "letter.txt", b"hello")
    with pytest.raises(WrongUse, match=f"delivery '{delivery_id}' belongs to no feed: 'health.unknown'"):
        admit(delivery_id)


def test_case_reports_of_a_day_are_one_partition():
    (delivery_id,) = deliver(
        "health", "case_report_2020-01-22.csv", f"{CASES}\n2020-01-22,中国,CN,,,,,571,393,28,17\n"
    )
    admit(delivery_id)
    assert [(row["confirmed_count"], row["_business_date"]) for row in rows(f"admitted.{CASE}")] == [
        (571, date(2020, 1, 22))
    ]
