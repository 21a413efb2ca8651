"""conformed.health.appointment_visit from rows typed by hand; every case is an appointment or a patient of its own in one run."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.road_rows import utc
from tests.integration.visit_rows import booked, came, cancelled, made, said, slot

MARCH_16, MARCH_17, MARCH_18 = date(2026, 3, 16), date(2026, 3, 17), date(2026, 3, 18)
SESSIONS = [
    slot("S1", "03-16 09:00", 60), slot("S2", "03-16 09:30", 60), slot("S3", "03-16 14:00", 2),
    slot("SX", "03-16 10:00", 1, "停诊"), slot("T1", "03-17 09:00", 60),
]  # fmt: skip
EVENTS = [
    # Whole rows: booked again after cancelling, and kept.
    booked("A1", "03-10 12:00", patient="p1", channel="web"), cancelled("A1", "03-12 08:00", patient="p1"),
    booked("A2", "03-12 09:00", "S2", patient="p1"),
    # States: nobody came; cancelled as the slot began, and a second later; called off, also when cancelled.
    booked("none", "03-15 12:00"), booked("begin", "03-15 12:00"), cancelled("begin", "03-16 09:00:00"),
    booked("after", "03-15 12:00"), cancelled("after", "03-16 09:00:01"), booked("off", "03-15 12:00", "SX"),
    booked("offc", "03-15 12:00", "SX"), cancelled("offc", "03-15 13:00", "SX"),
    # Cancelled before it was booked; more than once; on the day after.
    cancelled("early", "03-15 11:59"), booked("early", "03-15 12:00"), booked("twice", "03-15 12:00"),
    cancelled("twice", "03-15 15:00"), said("t2", "twice", "03-15 14:00", event="cancelled"), booked("late", "03-15 12:00"),
    cancelled("late", "03-17 00:00"), booked("same", "03-15 12:00"), cancelled("same", "03-15 12:00"),
    # Of 16 March 14 days before is the 2nd. Booked twice: for another day first, then for this one; the lesser number.
    booked("in", "03-02 00:00"), booked("out", "03-01 23:59:59"), said("m1", "moved", "03-10 12:00", "T1"),
    said("m2", "moved", "03-10 12:01", "S1"), said("n1", "tie", "03-10 12:00", "S1", channel="web"),
    said("n2", "tie", "03-10 12:00", "S1", channel="phone"), said("o1", "again", "03-01 12:00", "S1", channel="web"),
    said("o2", "again", "03-10 12:00", "S1", channel="phone"), 
    cancelled("nothing", "03-10 12:00"), booked("gone", "03-10 12:00", "S none"),
    # Chains: at the instant, after 24 h, and a second more; another hospital, specialty; nobody said who; not cancelled;
    # cancelled too late; a third; through another day.
    *[booked(f"{name}1", "03-10 12:00", patient=name) for name in ("c0", "c24", "c25", "ch", "cs", "cn", "cl")],
    *[cancelled(f"{name}1", "03-11 12:00", patient=name) for name in ("c0", "c24", "c25", "ch", "cs")],
    booked("c02", "03-11 12:00", patient="c0"), booked("c242", "03-12 12:00", patient="c24"),
    booked("c252", "03-12 12:00:01", patient="c25"), booked("ch2", "03-11 13:00", patient="ch", hospital="H2"),
    booked("cs2", "03-11 13:00", patient="cs", specialty="眼科"), booked("u1", "03-10 12:00"), cancelled("u1", "03-10 13:00"),
    booked("u2", "03-10 14:00"), booked("cn2", "03-11 13:00", patient="cn"), cancelled("cl1", "03-11 13:00:01", patient="cl"),
    booked("cl2", "03-11 13:00", patient="cl"),
    booked("d1", "03-10 12:00", "S none", patient="d"), cancelled("d1", "03-11 11:00", patient="d"),
    booked("d2", "03-11 12:00", "T1", patient="d"), cancelled("d2", "03-12 11:00", patient="d"),
    booked("d3", "03-12 12:00", patient="d"),
    # What happened before the 14 days is not known of this day, but of the next it would be less: from 3 March.
    booked("w1", "03-02 12:00", patient="w"), cancelled("w1", "03-03 00:00", patient="w"),
    booked("w2", "03-03 01:00", "S1", patient="w"), cancelled("w2", "03-03 02:00", patient="w"),
    booked("w3", "03-03 03:00", "T1", patient="w"),
    # Two at one instant: the lesser number is before.
    booked("e1", "03-10 12:00", patient="e"), cancelled("e1", "03-10 12:00", patient="e"),
    booked("e2", "03-10 12:00", patient="e"),
    # Two places: the first is cancelled in time, the fourth in order is one too many; a tie.
    booked("p1", "03-10 08:00", "S3"), cancelled("p1", "03-16 14:00", "S3"), booked("p4", "03-10 12:00", "S3"),
    booked("p3", "03-10 12:00", "S3"), booked("p2", "03-10 11:00", "S3"), cancelled("p2", "03-16 14:00:01", "S3"),
    *[booked(f"x{n}", "03-10 08:00", "SX") for n in range(2)],
    # Waiting.
    *[booked(f"g{n}", "03-10 08:00") for n in range(5)], booked("next", "03-16 20:00", "T1"),
]  # fmt: skip
ARRIVALS = [
    came("V1", "A2", "03-16 09:20", "03-16 09:50:30"), came("W1", None, "03-16 08:00", "03-16 08:10"),
    came("W2", "unknown", "03-16 08:00"),
    came("W3", "begin", "03-16 09:00"), came("W4", "off", "03-16 10:00", "03-16 10:05"), came("V5", "after", "03-16 09:05"),
    # Another day than the session's, and a day without sessions.
    came("W6", "none", "03-17 08:00"), came("W7", None, "03-18 08:00"), came("W8", "next", "03-16 23:00"),
    # The first counts, of two at one instant the lesser number.
    came("V20", "g0", "03-16 09:10", "03-16 09:20"), came("V21", "g0", "03-16 09:09", "03-16 09:30"),
    came("V22", "g0", "03-16 09:09", "03-16 09:31"), came("V23", "g1", "03-16 08:50", "03-16 09:00:30"),
    came("V24", "g2", "03-16 08:50", "03-16 08:59"), came("V25", "g3", "03-16 09:10", "03-16 09:10"),
    came("V26", "g4", "03-16 09:10"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[tuple, dict]:
    found = made([MARCH_16, MARCH_17, MARCH_18], sessions=SESSIONS, events=EVENTS, arrivals=ARRIVALS)
    by_number = {(row["visit_id"], row["_business_date"].day): row for row in found}
    assert len(by_number) == len(found), "one row per appointment and day"
    return by_number


def of(rows: dict[tuple, dict], name: str, *names: str) -> tuple:
    return tuple(rows[name, 16][each] for each in names)


def test_every_column_of_an_appointment_that_was_kept(rows):
    assert rows["A2", 16] == {
        "visit_id": "A2", "_business_date": MARCH_16, "state": "attended", "patient_id": "p1", "age_band": "18-59",
        "way": "general", "channel": "app", "hospital_id": "H1", "specialty": "internal", "session_id": "S2",
        "slot_start": utc("03-16 09:30"), "slot_end": utc("03-16 10:00"), "booked_at": utc("03-12 09:00"), "cancelled_at": None,
        "chain_booked_at": utc("03-10 12:00"), "chain_position": 2, "is_overbooked": False, "arrived_at": utc("03-16 09:20"),
        "seen_at": utc("03-16 09:50:30"), "wait_arrival_s": 1230.0,
    }  # fmt: skip


def test_every_column_of_one_who_came_without(rows):
    assert rows["W1", 16] == {
        **dict.fromkeys(rows["A2", 16]), "visit_id": "W1", "_business_date": MARCH_16, "state": "walk_in", "hospital_id": "H1",
        "arrived_at": utc("03-16 08:00"), "seen_at": utc("03-16 08:10"),
    }  # fmt: skip


def test_states_by_session_cancellation_and_arrival(rows):
    names = ("A1", "none", "begin", "after", "off", "offc", "late", "early", "same")
    assert {name: of(rows, name, "state")[0] for name in names} == {
        "A1": "cancelled", "none": "no_show", "begin": "cancelled", "after": "attended", "off": "closed", "offc": "closed",
        "late": "no_show", "early": "no_show", "same": "cancelled",
    }  # fmt: skip
    assert of(rows, "begin", "arrived_at", "seen_at") == (None, None)
    assert of(rows, "off", "arrived_at", "seen_at", "wait_arrival_s") == (None, None, None)
    assert of(rows, "off", "is_overbooked") == (False,)


def test_cancelled_is_the_first_time_not_before_booking_and_by_the_end_of_the_day(rows):
    names = ("early", "twice", "late", "same", "after")
    assert {name: of(rows, name, "cancelled_at")[0] for name in names} == {
        "early": None, "twice": utc("03-15 14:00"), "late": None, "same": utc("03-15 12:00"), "after": utc("03-16 09:00:01"),
    }  # fmt: skip


def test_bookings_count_from_fourteen_local_days_before_the_day_of_their_session(rows):
    assert of(rows, "in", "booked_at") == (utc("03-02 00:00"),)
    assert ("out", 16) not in rows
    assert of(rows, "again", "booked_at", "channel") == (utc("03-10 12:00"), "phone")
    assert rows["next", 17]["booked_at"] == utc("03-16 20:00")


def test_an_appointment_is_for_the_session_it_was_first_booked_for(rows):
    assert ("moved", 16) not in rows
    assert rows["moved", 17]["session_id"] == "T1"
    assert of(rows, "tie", "channel") == ("web",)
    assert not {("nothing", 16), ("gone", 16)} & set(rows)


def test_arrivals_belong_to_one_open_appointment_of_their_day_or_none(rows):
    walked_in = {key for key, row in rows.items() if row["state"] == "walk_in"}
    assert walked_in == {*((name, 16) for name in ("W1", "W2", "W3", "W4", "W8", "V20", "V22")), ("W6", 17)}
    assert of(rows, "g0", "seen_at") == (utc("03-16 09:30"),)
    assert of(rows, "after", "state", "arrived_at") == ("attended", utc("03-16 09:05"))


def test_bookings_within_a_day_after_cancelling_follow_each_other(rows):
    names = ("A1", "c01", "c02", "c242", "c252", "ch2", "cs2", "u2", "cn2", "cl2", "d3", "e2")
    assert {name: of(rows, name, "chain_position")[0] for name in names} == {
        "A1": 1, "c01": 1, "c02": 2, "c242": 2, "c252": 1, "ch2": 1, "cs2": 1, "u2": 1, "cn2": 1, "cl2": 1, "d3": 3, "e2": 2,
    }  # fmt: skip
    assert of(rows, "d3", "chain_booked_at") == (utc("03-10 12:00"),)
    assert of(rows, "c252", "chain_booked_at") == (utc("03-12 12:00:01"),)
    assert of(rows, "u2", "chain_booked_at") == (utc("03-10 14:00"),)
    assert rows["d2", 17]["chain_position"] == 2


def test_a_chain_begins_within_the_fourteen_days(rows):
    assert of(rows, "w2", "chain_position", "chain_booked_at") == (2, utc("03-02 12:00"))
    assert (rows["w3", 17]["chain_position"], rows["w3", 17]["chain_booked_at"]) == (2, utc("03-03 01:00"))


def test_those_beyond_the_places_are_overbooked_without_the_cancelled(rows):
    names = ("p1", "p2", "p3", "p4", "x0", "x1")
    assert [name for name in names if rows[name, 16]["is_overbooked"]] == ["p4"]


def test_waiting_begins_with_the_slot_and_is_never_less_than_nothing(rows):
    found = [rows[f"g{n}", 16]["wait_arrival_s"] for n in range(5)]
    assert found == [1260.0, 30.0, 0.0, 0.0, None]
    assert of(rows, "g4", "state") == ("attended",)
