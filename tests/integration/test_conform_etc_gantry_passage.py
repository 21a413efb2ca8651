"""conformed.transport.etc_gantry_passage from rows typed by hand; every case is a car of its own in one run."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.integration.parking_rows import at
from tests.integration.toll_rows import DOWN, UP, made, passage

MARCH_1, MARCH_2, MARCH_3 = (date(2026, 3, day) for day in range(1, 4))
HALF_HOURS = [f"03-0{1 + n // 48} {n % 48 // 2:02}:{n % 2 * 30:02}" for n in range(60)]
CASES = {
    "whole": [passage("w1", "AU1", "03-01 08:00", fee=2.5, speed=None), passage("w2", "AU2", "03-01 08:02")],
    # 2, 3 and 5 of 1 … 6 missed the car: at 1/4, 3/4 of the way to 4, and at half of that to 6.
    "missed": [
        passage("m9", "AU1", "03-01 08:00:00.001"), passage("m4", "AU4", "03-01 08:06:00.001"),
        passage("m6", "AU6", "03-01 08:10:00.002"),
    ],
    "gap": [
        passage("g1", "AU1", "03-01 08:00"), passage("g2", "AU2", "03-01 08:45"),
        passage("g3", "AU3", "03-01 09:30:00.001"),
    ],
    "turned": [
        passage("t1", "AU1", "03-01 08:00"), passage("t2", "AU3", "03-01 08:04"), passage("t3", "AD4", "03-01 08:10"),
        passage("t4", "AD5", "03-01 08:12"),
    ],
    "again": [
        passage("a1", "AU1", "03-01 08:00"), passage("a2", "AU2", "03-01 08:02"), passage("a3", "AU2", "03-01 08:20"),
        passage("a4", "AU3", "03-01 08:22"), passage("a5", "AU1", "03-01 08:50"),
    ],
    "other road": [passage("r1", "AU1", "03-01 08:00"), passage("r2", "BU2", "03-01 08:10")],
    "twice": [
        passage("d1", "AU1", "03-01 08:00", fee=3.0), passage("d2", "AU1", "03-01 08:00:00.500", fee=9.0),
        passage("d3", "AU1", "03-01 08:01:00.500", fee=9.0), passage("d4", "AU2", "03-01 08:45"),
    ],
    "minute": [passage("e1", "AU1", "03-01 08:00"), passage("e2", "AU1", "03-01 08:01:00.001")],
    "instant": [
        passage("i9", "AU2", "03-01 08:00"), passage("i5", "AU1", "03-01 08:00"), passage("i6", "AU3", "03-01 08:03")
    ],
    "midnight": [passage("n1", "AU1", "03-01 23:59"), passage("n3", "AU3", "03-02 00:03")],
    "unlisted": [
        passage("u1", "AU1", "03-01 08:00"), passage("u2", "A99", "03-01 08:02"), passage("u3", "AU3", "03-01 08:04")
    ],
}  # fmt: skip
NO_TAG = [passage("x1", "AU1", "03-01 08:00", None), passage("x2", "AU2", "03-01 08:01", None)]


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    given = [row[:2] + (name,) + row[3:] for name, each in CASES.items() for row in each]
    found = made("etc_gantry_passage", [MARCH_1, MARCH_2, MARCH_3], passages=[*given, *NO_TAG])
    assert len({row["passage_key"] for row in found}) == len(found)
    return found


def of(rows: list[dict], tag: str, *names: str) -> list[tuple]:
    """Columns of what a tag passed, in time."""
    found = sorted((row for row in rows if row["tag_id"] == tag), key=lambda row: row["passed_at"])
    return [tuple(row[name] for name in names) for row in found]


def utc(text: str):
    return at(text).replace(tzinfo=None) - timedelta(hours=8)


def test_every_column_of_a_gantry_that_read_the_tag_and_of_one_that_missed_it(rows):
    both = sorted((row for row in rows if row["tag_id"] == "midnight"), key=lambda row: row["sequence_no"])
    of_both = {
        "_business_date": MARCH_1, "trip_id": "n1", "tag_id": "midnight", "road_no": "G2501", "direction": UP,
        "warning_orphan_gantry": False,
    }  # fmt: skip
    assert both[:2] == [
        of_both | {
            "passage_key": "n1", "passage_id": "n1", "gantry_id": "AU1", "sequence_no": 1, "position_km": 0.0,
            "passed_at": utc("03-01 23:59"), "is_imputed": False, "fee_cny": 1.5, "speed_kmh": 80.0,
        },
        of_both | {
            "passage_key": "n1:AU2", "passage_id": None, "gantry_id": "AU2", "sequence_no": 2, "position_km": 2.0,
            "passed_at": utc("03-02 00:01"), "is_imputed": True, "fee_cny": None, "speed_kmh": None,
        },
    ]  # fmt: skip
    # What was passed after midnight is of the day on which the trip began.
    assert (both[2]["passage_key"], both[2]["_business_date"]) == ("n3", MARCH_1)


def test_gantries_between_the_first_and_the_last_are_imputed_by_the_way_between_those_around_them(rows):
    assert of(rows, "missed", "gantry_id", "passed_at", "is_imputed") == [
        ("AU1", utc("03-01 08:00:00.001"), False), ("AU2", utc("03-01 08:02:00.001"), True),
        ("AU3", utc("03-01 08:04:00.001"), True), ("AU4", utc("03-01 08:06:00.001"), False),
        ("AU5", utc("03-01 08:08:00.002"), True),  # half a millisecond more
        ("AU6", utc("03-01 08:10:00.002"), False),
    ]  # fmt: skip
    assert {row["trip_id"] for row in rows if row["tag_id"] == "missed"} == {"m9"}
    assert of(rows, "whole", "passage_id", "fee_cny", "speed_kmh") == [("w1", 2.5, None), ("w2", 1.5, 80.0)]


def test_three_quarters_of_an_hour_apart_is_one_trip_and_a_millisecond_more_is_two(rows):
    assert of(rows, "gap", "passage_id", "trip_id") == [("g1", "g1"), ("g2", "g1"), ("g3", "g3")]


def test_who_turns_round_or_changes_the_road_is_on_another_trip(rows):
    assert of(rows, "turned", "passage_key", "trip_id", "direction") == [
        ("t1", "t1", UP), ("t1:AU2", "t1", UP), ("t2", "t1", UP), ("t3", "t3", DOWN), ("t4", "t3", DOWN),
    ]  # fmt: skip
    assert of(rows, "other road", "trip_id", "road_no") == [("r1", "G2501"), ("r2", "S2")]


def test_who_passes_a_gantry_again_or_an_earlier_one_is_on_another_trip(rows):
    assert of(rows, "again", "passage_key", "trip_id") == [
        ("a1", "a1"), ("a2", "a1"), ("a3", "a3"), ("a4", "a3"), ("a5", "a5"),
    ]  # fmt: skip


def test_a_tag_read_again_within_a_minute_is_one_passage_of_which_the_first_counts(rows):
    # A quarter to nine is within 45 minutes of the first reading only.
    assert of(rows, "twice", "passage_id", "trip_id", "fee_cny") == [("d1", "d1", 3.0), ("d4", "d1", 1.5)]
    assert of(rows, "minute", "passage_id", "trip_id") == [("e1", "e1"), ("e2", "e2")]


def test_at_one_instant_the_gantry_that_comes_first_was_passed_first(rows):
    found = {row["passage_id"]: row["trip_id"] for row in rows if row["tag_id"] == "instant"}
    assert found == {"i5": "i5", "i9": "i5", "i6": "i5"}


def test_a_reading_without_a_tag_or_a_listed_gantry_stands_alone(rows):
    names = ("passage_id", "trip_id", "gantry_id", "road_no", "is_imputed", "warning_orphan_gantry")
    found = {row["passage_key"]: row["trip_id"] for row in rows if row["tag_id"] == "unlisted"}
    assert found == {"u1": "u1", "u1:AU2": "u1", "u2": None, "u3": "u1"}
    alone = [tuple(row[name] for name in names) for row in rows if row["trip_id"] is None]
    assert sorted(alone) == [
        ("u2", None, "A99", None, False, True), ("x1", None, "AU1", "G2501", False, False),
        ("x2", None, "AU2", "G2501", False, False),
    ]  # fmt: skip


def test_a_chain_of_more_than_six_hours_is_cut_at_a_quarter_of_the_day():
    long_list = [(f"L{n:02}", "G1", UP, n + 1, 5.0 * n, "330106") for n in range(60)]
    given = [
        passage(f"p{n:02}", f"L{n:02}", when) for n, when in enumerate(HALF_HOURS[16:30])
    ]  # 08:00 … 14:30
    found = made("etc_gantry_passage", [MARCH_1], passages=given, gantries=long_list)
    assert {row["passage_id"]: row["trip_id"] for row in found} == {
        **{f"p{n:02}": "p00" for n in range(8)}, **{f"p{n:02}": "p08" for n in range(8, 14)},
    }  # fmt: skip
    found = made("etc_gantry_passage", [MARCH_1], passages=given[:13], gantries=long_list)
    assert {row["trip_id"] for row in found} == {"p00"}


def test_of_two_gantries_listed_at_one_place_one_counts():
    listed = [("G1", "A", UP, 1, 0.0, "330106"), ("G2", "A", UP, 2, 2.0, "330106"), ("G2b", "A", UP, 2, 2.0, "330106"),
              ("G3", "A", UP, 3, 4.0, "330106")]  # fmt: skip
    given = [
        passage("p1", "G1", "03-01 08:00"),
        passage("p2", "G2", "03-01 08:02"),
        passage("p3", "G3", "03-01 08:04"),
    ]
    found = made("etc_gantry_passage", [MARCH_1], passages=given, gantries=listed)
    assert {(row["passage_key"], row["trip_id"], row["warning_orphan_gantry"]) for row in found} == {
        ("p1", "p1", False), ("p1:G2b", "p1", False), ("p2", None, True), ("p3", "p1", False),
    }  # fmt: skip
