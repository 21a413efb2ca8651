"""The conformed parking tables from rows typed by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from citylake.table import load_tables
from tests.integration.parking_rows import at, event, made, payment

MARCH_1, MARCH_2, MARCH_3, MARCH_4 = (date(2026, 3, day) for day in range(1, 5))
DAYS = [MARCH_1, MARCH_2, MARCH_3, MARCH_4]
PLATE = "浙A12345"


def sessions(*events: tuple, days=DAYS) -> dict[str, dict]:
    rows = made("parking_session", list(days), events=list(events))
    by_key = {row["session_id"]: row for row in rows}
    assert len(by_key) == len(rows), "one row per session_id"
    return by_key


def matches(*events: tuple) -> dict[str, str]:
    """How each session came about, by session_id."""
    return {key: row["matched_as"] for key, row in sessions(*events).items()}


def test_every_column_of_a_stay():
    rows = sessions(
        event("I1", "in", PLATE, "03-02 08:00:01.6", wait_s=1.4, state="落"),
        event("O1", "out", PLATE, "03-02 10:00", bill="T1", due=16.0),
    )
    assert rows == {
        "I1": {
            "session_id": "I1",
            "lot_id": "P1",
            "_business_date": MARCH_2,
            "entered_at": at("03-02 08:00:01.6").replace(tzinfo=None) - timedelta(hours=8),
            "left_at": at("03-02 10:00").replace(tzinfo=None) - timedelta(hours=8),
            "entry_wait_s": 1.4,
            "entry_mode": "barrier",
            "bill_id": "T1",
            "due_cny": 16.0,
            "matched_as": "plate",
            "warning_misread_plate": False,
            "warning_unread_plate": False,
        }
    }


def test_a_stay_over_midnight_is_of_the_day_of_the_way_in():
    events = (event("I1", "in", PLATE, "03-01 23:50"), event("O1", "out", PLATE, "03-02 00:10"))
    assert sessions(*events)["I1"]["_business_date"] == MARCH_1
    assert sessions(*events, days=[MARCH_2]) == {}


def test_a_way_in_without_a_way_out_is_no_stay():
    rows = sessions(
        event("I1", "in", PLATE, "03-01 08:00", bill=None),
        event("I2", "in", PLATE, "03-01 12:00"),
        event("O2", "out", PLATE, "03-01 13:00", bill="T2", due=5.0),
    )
    assert {key: row["matched_as"] for key, row in rows.items()} == {"I1": "entry_only", "I2": "plate"}
    assert (rows["I1"]["left_at"], rows["I1"]["bill_id"], rows["I1"]["due_cny"]) == (None, None, None)
    assert rows["I2"]["bill_id"] == "T2"


def test_a_way_out_without_a_way_in_keeps_its_bill():
    rows = sessions(event("O1", "out", PLATE, "03-02 10:00", bill="T1", due=5.0))
    assert {name: rows["O1"][name] for name in (
        "_business_date", "entered_at", "entry_wait_s", "entry_mode", "bill_id", "due_cny", "matched_as",
        "warning_misread_plate", "warning_unread_plate",
    )} == {
        "_business_date": MARCH_2, "entered_at": None, "entry_wait_s": None, "entry_mode": None, "bill_id": "T1",
        "due_cny": 5.0, "matched_as": "exit_only", "warning_misread_plate": False, "warning_unread_plate": False,
    }  # fmt: skip


def test_a_plate_misread_by_one_character_is_forgiven_and_two_are_not():
    entered = event("I1", "in", PLATE, "03-01 08:00")
    rows = sessions(entered, event("O1", "out", "浙A1234S", "03-01 10:00", bill="T1", due=9.0))
    assert set(rows) == {"I1"}
    found = rows["I1"]
    assert (found["matched_as"], found["warning_misread_plate"], found["bill_id"]) == (
        "one_character",
        True,
        "T1",
    )
    assert found["left_at"] is not None
    two = matches(entered, event("O1", "out", "浙A123SS", "03-01 10:00"))
    assert two == {"I1": "entry_only", "O1": "exit_only"}


def test_a_misread_way_out_before_the_way_in_is_not_its():
    assert matches(
        event("O1", "out", "浙A1234S", "03-01 07:00"), event("I1", "in", PLATE, "03-01 08:00")
    ) == {"I1": "entry_only", "O1": "exit_only"}  # fmt: skip


def test_where_two_could_be_meant_none_is():
    first, second = event("I1", "in", PLATE, "03-01 08:00"), event("I2", "in", "浙A1234Z", "03-01 09:00")
    out = event("O1", "out", "浙A1234S", "03-01 10:00")
    assert matches(first, second, out) == {"I1": "entry_only", "I2": "entry_only", "O1": "exit_only"}
    # One way in, two ways out.
    assert matches(first, out, event("O2", "out", "浙A1234B", "03-01 11:00")) == {
        "I1": "entry_only", "O1": "exit_only", "O2": "exit_only",
    }  # fmt: skip
    # The other is accounted for by its own way out.
    theirs = event("O2", "out", "浙A1234Z", "03-01 09:30")
    assert matches(first, second, out, theirs) == {"I1": "one_character", "I2": "plate"}


def test_a_chain_of_likenesses_gives_no_event_twice():
    # O1 may be I1 or I2, I2 may be O1 or O2: only I1 and O2 have one choice each, which is not mutual.
    assert matches(
        event("I1", "in", "浙A00000", "03-01 08:00"), event("I2", "in", "浙A00011", "03-01 08:30"),
        event("O1", "out", "浙A00001", "03-01 09:00"), event("O2", "out", "浙A00111", "03-01 09:30"),
    ) == {"I1": "entry_only", "I2": "entry_only", "O1": "exit_only", "O2": "exit_only"}  # fmt: skip


def test_an_unread_plate_belongs_to_nothing():
    rows = sessions(event("I1", "in", None, "03-01 08:00"), event("O1", "out", None, "03-01 10:00"))
    assert {key: (row["matched_as"], row["warning_unread_plate"]) for key, row in rows.items()} == {
        "I1": ("entry_only", True), "O1": ("exit_only", True),
    }  # fmt: skip


@pytest.mark.parametrize(("seen", "matched"), [(PLATE, "plate"), ("浙A1234S", "one_character")])
def test_a_stay_lasts_48_hours_at_most(seen, matched):
    entered = event("I1", "in", PLATE, "03-01 08:00")
    assert matches(entered, event("O1", "out", seen, "03-03 08:00")) == {"I1": matched}
    later = event("O1", "out", seen, "03-03 08:00:00.1")
    assert matches(entered, later) == {"I1": "entry_only", "O1": "exit_only"}


@pytest.mark.parametrize("seen", [PLATE, "浙A1234S"])
def test_who_leaves_another_lot_did_not_stay_in_this_one(seen):
    assert matches(
        event("I1", "in", PLATE, "03-01 08:00"), event("O1", "out", seen, "03-01 10:00", lot="P2")
    ) == {"I1": "entry_only", "O1": "exit_only"}  # fmt: skip


def test_only_a_barrier_that_was_down_is_one_and_who_was_not_captured_did_not_wait():
    rows = sessions(*[
        event(f"I{state}", "in", f"浙B{number}{number}{number}00", "03-01 08:00", state=state, wait_s=None)
        for number, state in enumerate(("落", "起", "无", None))
    ])  # fmt: skip
    assert {key: row["entry_mode"] for key, row in rows.items()} == {
        "I落": "barrier", "I起": "free_flow", "I无": "free_flow", "INone": "free_flow",
    }  # fmt: skip
    assert {row["entry_wait_s"] for row in rows.values()} == {None}


OUT = event("O1", "out", PLATE, "03-03 00:10", bill="T1", due=10.0)


def account(events, payments=(), days=DAYS) -> dict[tuple[str, str], float]:
    """CNY by (bill, booking)."""
    rows = made("parking_account", list(days), events=list(events), payments=list(payments))
    by_key = {(row["bill_id"], row["booking_id"]): row["amount_cny"] for row in rows}
    assert len(by_key) == len(rows), "one row per bill and booking"
    return by_key


def test_every_column_of_a_bill_paid_before_midnight():
    rows = made("parking_account", DAYS, events=[OUT], payments=[payment("A", "T1", "03-02 23:50", 10.0)])
    left = at("03-03 00:10").replace(tzinfo=None) - timedelta(hours=8)
    same = {"bill_id": "T1", "lot_id": "P1", "left_at": left, "_business_date": MARCH_3}
    assert sorted(rows, key=lambda row: row["booking_id"]) == [
        same | {"booking_id": "A", "booking_type": "payment", "booked_at": left - timedelta(minutes=20), "amount_cny": -10.0},
        same | {"booking_id": "charge", "booking_type": "charge", "booked_at": left, "amount_cny": 10.0},
    ]  # fmt: skip


def test_a_bill_is_paid_in_parts_and_a_refund_is_owed_again():
    paid = [payment("A", "T1", "03-03 09:00", 4.0), payment("B", "T1", "03-04 09:00", 6.0),
            payment("C", "T1", "03-05 09:00", 1.5, "refund")]  # fmt: skip
    found = account([OUT], paid)
    assert found == {("T1", "charge"): 10.0, ("T1", "A"): -4.0, ("T1", "B"): -6.0, ("T1", "C"): 1.5}
    assert sum(found.values()) == 1.5


def test_one_payment_pays_two_bills():
    other = event("O2", "out", "浙B00000", "03-02 12:00", bill="T2", due=7.0, lot="P2")
    paid = [payment("A", "T1", "03-03 09:00", 10.0), payment("A", "T2", "03-03 09:00", 7.0)]
    assert account([OUT, other], paid) == {
        ("T1", "charge"): 10.0, ("T2", "charge"): 7.0, ("T1", "A"): -10.0, ("T2", "A"): -7.0,
    }  # fmt: skip
    assert set(account([OUT, other], paid, [MARCH_2])) == {("T2", "charge"), ("T2", "A")}


def test_what_is_paid_counts_from_a_day_before_leaving_until_30_days_after():
    times = {
        "early": "03-02 00:09:59",
        "first": "03-02 00:10",
        "last": "04-02 00:10",
        "late": "04-02 00:10:01",
    }
    assert set(account([OUT], [payment(name, "T1", when, 1.0) for name, when in times.items()])) == {
        ("T1", "charge"), ("T1", "first"), ("T1", "last"),
    }  # fmt: skip


def test_only_ways_out_with_a_bill_are_accounts():
    events = [
        event("I1", "in", PLATE, "03-02 08:00", bill="T3", due=1.0),
        event("O2", "out", PLATE, "03-02 09:00"),
    ]
    paid = [payment("A", "T3", "03-02 09:00", 1.0), payment("B", "T9", "03-02 09:00", 1.0)]
    assert account(events, paid) == {}


def test_the_windows_declared_are_those_the_jobs_need():
    tables = {
        name: load_tables()[f"conformed.transport.parking_{name}"]
        for name in ("session", "account", "lot_day")
    }
    days = {
        (table, name): (item.before.days, item.after.days, item.drives, item.as_of)
        for table, declared in tables.items() for name, item in declared.inputs.items()
    }  # fmt: skip
    assert days == {
        ("session", "events"): (4, 4, True, False),
        ("account", "events"): (0, 0, True, False), ("account", "payments"): (1, 30, False, False),
        ("lot_day", "sessions"): (2, 0, True, False), ("lot_day", "counts"): (0, 0, False, False),
        ("lot_day", "lots"): (0, 0, False, True), ("lot_day", "barriers"): (0, 0, False, True),
    }  # fmt: skip
