"""conformed.transport.transit_trip from rows typed by hand; users have nothing to do with one another."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.road_rows import utc
from tests.integration.transit_rows import board, gate, made

MARCH_1, MARCH_2, MARCH_3 = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)
METRO = [
    gate("p1", "pair", "in", "M1", "03-02 08:00"), gate("p2", "pair", "out", "M2", "03-02 08:30"),
    gate("m1", "midnight", "in", "M1", "03-02 23:50"), gate("m2", "midnight", "out", "M2", "03-03 00:10"),
    gate("l1", "long", "in", "M1", "03-02 08:00"), gate("l2", "long", "out", "M2", "03-02 12:00"),
    gate("l3", "longer", "in", "M1", "03-02 08:00"), gate("l4", "longer", "out", "M2", "03-02 12:00:01"),
    gate("e1", "entry", "in", "M1", "03-02 08:00"), gate("x1", "exit", "out", "M1", "03-02 08:00"),
    gate("i1", "twice in", "in", "M1", "03-02 08:00"), gate("i2", "twice in", "in", "M2", "03-02 08:05"),
    gate("i3", "twice in", "out", "M1", "03-02 08:30"),
    # Three on one code, two minutes apart at most; one gate missed one of them.
    gate("c1", "code", "in", "M1", "03-02 08:00"), gate("c2", "code", "in", "M1", "03-02 08:02"),
    gate("c3", "code", "in", "M1", "03-02 08:04"), gate("c4", "code", "out", "M2", "03-02 08:30"),
    gate("c5", "code", "out", "M2", "03-02 08:31"),
    gate("d1", "apart", "in", "M1", "03-02 08:00"), gate("d2", "apart", "in", "M1", "03-02 08:02:01"),
    gate("n1", None, "in", "M1", "03-02 08:00"), gate("n2", None, "in", "M1", "03-02 08:00"),
    gate("n3", None, "out", "M2", "03-02 08:30"),
    # From the metro to a bus, in half an hour, and later; on after having boarded elsewhere.
    gate("t1", "change", "in", "M2", "03-02 08:00"), gate("t2", "change", "out", "M1", "03-02 08:20"),
    gate("t3", "late", "in", "M2", "03-02 08:00"), gate("t4", "late", "out", "M1", "03-02 08:19:59"),
    gate("t5", "between", "in", "M2", "03-02 08:00"), gate("t6", "between", "out", "M1", "03-02 08:20"),
    # From a bus to the metro.
    gate("b2", "to metro", "in", "M3", "03-02 08:36"), gate("b4", "far", "in", "M2", "03-02 08:36"),
    gate("b6", "next day", "in", "M3", "03-03 02:00:30"), gate("b8", "too late", "in", "M3", "03-03 02:01:31"),
    gate("b10", "unlisted", "in", "M9", "03-02 08:36"),
    # By metro and by bus at one instant, which only a lent code does.
    gate("y1", "lent", "in", "M1", "03-02 08:01:30"), gate("y2", "lent", "out", "M2", "03-02 08:20"),
    gate("y4", "lent", "in", "M3", "03-02 08:36"),
    gate("k2", "round", "in", "M3", "03-02 14:50"),
]  # fmt: skip
BUS = [
    board("t1b", "change", "03-02 08:50", "B2", 2), board("t3b", "late", "03-02 08:50", "B2", 2),
    board("t5b", "between", "03-02 08:10", "B1", 1), board("t5c", "between", "03-02 08:40", "B1", 2),
    board("b1", "to metro", "03-02 08:01:30", "B0"), board("b3", "far", "03-02 08:01:30", "B0"),
    board("b5", "next day", "03-02 08:01:30", "B0"), board("b7", "too late", "03-02 08:01:30", "B0"),
    board("b9", "unlisted", "03-02 08:01:30", "B0"), board("y3", "lent", "03-02 08:01:30", "B0"),
    # Without a stop: beside a tap with one, a minute away and more; equally far from two; by the timetable; of no run.
    board("s1", "beside", "03-02 08:33:00", None, 2), board("s2", "told", "03-02 08:32:00", "B0", 2),
    board("s3", "off", "03-02 08:33:01", None, 2),
    board("q1", "tie 1", "03-01 08:11:00", "B1"), board("q2", "tie 2", "03-01 08:11:40", "B2"),
    board("q3", "tie", "03-01 08:11:20", None), board("q4", "tie 3", "03-01 08:11:00", "B0"),
    board("g1", "timed", "03-02 09:09:59", None, 2), board("g2", "lost", "03-02 09:40:01", None, 2),
    board("g3", "early", "03-02 08:29:59", None, 2), board("g4", "ghost", "03-02 08:40", None, 9),
    # The last bus of the second runs on the third.
    board("o1", "owl", "03-03 00:11", None, 3, MARCH_2),
    # By the run that comes back: from its first stop; without a stop, after the minute in which two are left.
    board("k1", "round", "03-02 14:01:30", "B0", 4), board("k3", "round two", "03-02 14:52", None, 4),
    # Two on one code; the stop of the second.
    board("w1", "two", "03-02 08:41", None, 2), board("w2", "two", "03-02 08:41:20", "B1", 2),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[str, dict]:
    found = made([MARCH_1, MARCH_2, MARCH_3], metro=METRO, bus=BUS)
    by_number = {row["trip_id"]: row for row in found}
    assert len(by_number) == len(found), "one row per journey"
    assert sum(row["tap_count"] for row in found) == len(METRO + BUS), "every tap is in one of them"
    return by_number


def of(rows: dict[str, dict], number: str, *names: str) -> tuple:
    return tuple(rows[number][name] for name in names)


def test_every_column_of_a_journey_by_metro(rows):
    assert rows["p1"] == {
        "trip_id": "p1", "mode": "metro", "_business_date": MARCH_2, "pay_type": "code", "user_id": "pair", "route_id": None,
        "boarded_at": utc("03-02 08:00"), "board_place": "M1", "boarded_as": "given", "alighted_at": utc("03-02 08:30"),
        "alight_place": "M2", "paired_as": "pair", "boarding_count": 1, "person_count": 1, "tap_count": 2,
        "unpaired_tap_count": 0, "transfer_from": None, "transfer_from_mode": None, "transfer_s": None,
    }  # fmt: skip


def test_every_column_of_a_journey_by_bus(rows):
    # The bus was 90 s late at boarding, so it was where its passenger boards next at 08:31:30: of two stops 500 m away
    # the first.
    assert rows["b1"] == {
        "trip_id": "b1", "mode": "bus", "_business_date": MARCH_2, "pay_type": "code", "user_id": "to metro",
        "route_id": "R1", "boarded_at": utc("03-02 08:01:30"), "board_place": "B0", "boarded_as": "given",
        "alighted_at": utc("03-02 08:31:30"), "alight_place": "B3", "paired_as": "next_boarding", "boarding_count": 1,
        "person_count": 1, "tap_count": 1, "unpaired_tap_count": 0, "transfer_from": None, "transfer_from_mode": None,
        "transfer_s": None,
    }  # fmt: skip
    assert of(rows, "b2", "transfer_from", "transfer_from_mode", "transfer_s") == ("b1", "bus", 270.0)


def test_a_pair_passes_midnight_and_belongs_to_the_day_of_its_entry(rows):
    assert of(rows, "m1", "_business_date", "paired_as", "alight_place") == (MARCH_2, "pair", "M2")


def test_a_pair_lasts_four_hours_at_most(rows):
    assert of(rows, "l1", "paired_as") == ("pair",)
    assert of(rows, "l3", "paired_as", "unpaired_tap_count", "person_count") == ("entry_only", 1, 1)
    names = (
        "paired_as",
        "unpaired_tap_count",
        "boarded_at",
        "boarding_count",
        "person_count",
        "board_place",
        "alight_place",
    )
    assert of(rows, "l4", *names) == ("exit_only", 1, None, 0, 0, None, "M2")


def test_alone_is_who_is_seen_at_one_end(rows):
    assert of(rows, "e1", "paired_as", "boarding_count") == ("entry_only", 1)
    assert of(rows, "x1", "paired_as", "boarding_count", "_business_date") == ("exit_only", 0, MARCH_2)
    assert [of(rows, each, "paired_as") for each in ("i1", "i2")] == [("entry_only",), ("pair",)]


def test_taps_that_follow_each_other_by_two_minutes_are_a_party(rows):
    names = ("paired_as", "boarding_count", "person_count", "tap_count", "unpaired_tap_count")
    assert of(rows, "c1", *names) == ("pair", 3, 2, 5, 1)
    assert [of(rows, each, "paired_as", "tap_count") for each in ("d1", "d2")] == [("entry_only", 1)] * 2


def test_who_has_no_number_is_alone(rows):
    assert [rows[each]["paired_as"] for each in ("n1", "n2", "n3")] == [
        "entry_only",
        "entry_only",
        "exit_only",
    ]


def test_a_change_takes_half_an_hour_at_most_and_is_to_the_next_boarding(rows):
    names = ("transfer_from", "transfer_from_mode", "transfer_s")
    assert of(rows, "t1b", *names) == ("t1", "metro", 1800.0)
    assert of(rows, "t3b", *names) == (None, None, None)
    assert of(rows, "t5b", *names) == of(rows, "t5c", *names) == (None, None, None)


def test_of_two_who_boarded_at_one_instant_the_one_seen_leaving_changes(rows):
    assert of(rows, "y3", "alight_place") == ("B3",)
    assert of(rows, "y4", "transfer_from", "transfer_from_mode", "transfer_s") == ("y1", "metro", 960.0)


def test_where_a_bus_was_left_is_near_the_next_boarding_within_eighteen_hours(rows):
    assert of(rows, "b3", "paired_as", "alight_place", "alighted_at") == ("none", None, None)
    assert of(rows, "b5", "alight_place") == ("B3",)
    assert of(rows, "b7", "alight_place") == (None,)
    assert of(rows, "b9", "alight_place") == (None,)


def test_a_stop_that_a_run_serves_twice_is_the_first_of_the_two(rows):
    # 90 s late at 14:00, so at B3 at 14:41:30; from the second time it would be 30 minutes less.
    assert of(rows, "k1", "alight_place", "alighted_at") == ("B3", utc("03-02 14:41:30"))


def test_of_two_stops_left_at_one_instant_the_later_one_was_left_last(rows):
    assert of(rows, "k3", "board_place", "boarded_as") == ("B4", "timetable")


def test_a_stop_is_given_or_that_of_a_tap_within_a_minute(rows):
    assert of(rows, "s1", "board_place", "boarded_as") == ("B0", "neighbour")
    assert of(rows, "s3", "board_place", "boarded_as") == ("B0", "timetable")
    # Of two equally far the earlier, of two at one instant the lesser.
    assert of(rows, "q3", "board_place", "boarded_as") == ("B0", "neighbour")
    assert of(rows, "w1", "board_place", "boarded_as", "tap_count") == ("B1", "given", 2)


def test_a_stop_by_the_timetable_is_the_one_that_should_have_been_left_last(rows):
    assert of(rows, "g1", "board_place", "boarded_as") == ("B3", "timetable")
    assert of(rows, "g2", "board_place", "boarded_as") == (None, "none")
    assert of(rows, "g3", "board_place", "boarded_as") == (None, "none")
    assert of(rows, "g4", "board_place", "boarded_as") == (None, "none")


def test_a_bus_past_midnight_runs_by_the_timetable_of_the_day_before(rows):
    assert of(rows, "o1", "board_place", "boarded_as", "_business_date") == ("B4", "timetable", MARCH_3)
