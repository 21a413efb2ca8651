"""conformed.health.face_transaction from rows typed by hand; every case is a transaction and a patient of its own in one run."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.process_rows import event, made, match
from tests.integration.road_rows import utc

MARCH_2, MARCH_3 = date(2026, 3, 2), date(2026, 3, 3)


def rejected(name: str, when: str = "08:00", **more) -> tuple:
    """The one attempt of a transaction and patient of that name, not accepted."""
    return match(f"{name} 1", name, when, patient=name, **more)


def shown(name: str, when: str, step: str = "register", means: str = "card", **more) -> tuple:
    """What a patient of that name showed then."""
    return event(f"{name} shown {when}", step, when, name, means=means, **more)


MATCHES = [
    # Three attempts, of which the second is the last that says who it is; in any order.
    match("A3", "A", "08:00:40", step="pay"), match("A2", "A", "08:00:20", patient="A", step="pay"),
    match("A1", "A", "08:00", patient="somebody else", step="pay"),
    # Two at one instant: the greater number says who, the lesser where.
    match("t1", "tie", "08:00", patient="t1", hospital="H1", step="see"),
    match("t2", "tie", "08:00", patient="tie", hospital="H2", step="see"),
    # Accepted by any attempt, also of nobody known.
    match("c1", "accepted", "08:00", patient="accepted"), match("c2", "accepted", "08:01", accepted=True),
    match("c3", "accepted", "08:02", patient="accepted"), match("u1", "accepted unknown", "08:00", accepted=True),
    *[rejected(name) for name in ("at once", "too early", "in time", "too late", "face", "cash", "plastic", "silent")],
    *[rejected(name) for name in ("other step", "other hospital", "other day", "twice", "same instant")],
    match("n1", "nobody", "08:00"), rejected("midnight", "23:55"), rejected("clock", "08:00", hospital="H3"),
    match("l1", "last", "08:00", patient="last"), match("l2", "last", "08:05", patient="last"),
    # One number on two days.
    match("d1", "days", "08:00", patient="days"), match("d2", "days", "03-03 08:00", patient="days", accepted=True),
]  # fmt: skip
EVENTS = [
    event("A card", "pay", "08:01", "A", means="plastic"), event("s", "pay", "08:01", "somebody else"),
    event("tie 1", "see", "08:01", "tie", hospital="H1"), event("tie 2", "see", "08:01", "tie", hospital="H2"),
    event("t1 1", "see", "08:01", "t1", hospital="H1"), shown("accepted", "08:03"), shown("accepted unknown", "08:03"),
    shown("at once", "08:00"), shown("too early", "07:59:59"), shown("in time", "08:10"), shown("too late", "08:10:01"),
    shown("face", "08:01", means="face"), shown("cash", "08:01", means="cash"), shown("plastic", "08:01", means="plastic"),
    shown("other step", "08:01", "see"), shown("other hospital", "08:01", hospital="H2"), shown("other day", "03-03 08:01"),
    event("a", "register", "08:02", "twice"), event("b", "register", "08:01", "twice"),
    event("i2", "register", "08:01", "same instant"),
    event("i1", "register", "08:01", "same instant"), event("nobody", "register", "08:01", None),
    shown("midnight", "03-03 00:01"),
    shown("last", "08:04"), shown("last", "08:14"), shown("days", "08:01"), shown("days", "03-03 08:01"),
    # The clock of registering in H3 is an hour behind.
    *[event(f"k{n}", "register", "07:00", None, hospital="H3", sent_s=3600 + n) for n in range(20)],
    shown("clock", "07:05", hospital="H3"), shown("clock", "08:05", hospital="H3"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[tuple, dict]:
    found = made("face_transaction", [MARCH_2, MARCH_3], matches=MATCHES, events=EVENTS)
    by_number = {(row["transaction_id"], row["_business_date"].day): row for row in found}
    assert len(by_number) == len(found), "one row per transaction"
    return by_number


def matched(rows: dict[tuple, dict], name: str) -> str | None:
    row = rows[name, 2]
    assert row["is_falsely_rejected"] == (row["matched_event_id"] is not None)
    return row["matched_event_id"]


def test_every_column_of_somebody_who_was_rejected_and_showed_a_card(rows):
    assert rows["A", 2] == {
        "transaction_id": "A", "_business_date": MARCH_2, "hospital_id": "H1", "step": "pay", "patient_id": "A",
        "first_at": utc("03-02 08:00"), "last_at": utc("03-02 08:00:40"), "attempt_count": 3, "is_accepted": False,
        "is_falsely_rejected": True, "matched_event_id": "A card",
    }  # fmt: skip


def test_who_is_what_the_last_says_and_where_what_the_first_says(rows):
    names = ("hospital_id", "patient_id", "matched_event_id")
    assert [rows["tie", 2][name] for name in names] == ["H1", "tie", "tie 1"]


def test_a_transaction_is_accepted_if_any_attempt_is_and_then_not_rejected(rows):
    names = ("is_accepted", "is_falsely_rejected", "patient_id", "matched_event_id", "attempt_count")
    assert [rows["accepted", 2][name] for name in names] == [True, False, "accepted", None, 3]
    assert [rows["accepted unknown", 2][name] for name in names] == [True, False, None, None, 1]


def test_a_card_counts_from_the_last_attempt_for_ten_minutes(rows):
    names = ("at once", "too early", "in time", "too late")
    assert [matched(rows, name) is not None for name in names] == [True, False, True, False]
    assert matched(rows, "last") == "last shown 08:14"


def test_only_a_card_of_the_same_patient_step_hospital_and_day_counts(rows):
    names = (
        "plastic",
        "face",
        "cash",
        "silent",
        "other step",
        "other hospital",
        "other day",
        "nobody",
        "midnight",
    )
    assert [matched(rows, name) is not None for name in names] == [True, *[False] * 8]


def test_of_several_cards_the_first_is_it(rows):
    assert [matched(rows, name) for name in ("twice", "same instant")] == ["b", "i1"]


def test_cards_are_shown_by_the_clock_that_was_put_right(rows):
    assert matched(rows, "clock") == "clock shown 07:05"


def test_a_number_that_comes_again_on_another_day_is_another_transaction(rows):
    assert [rows["days", day]["is_accepted"] for day in (2, 3)] == [False, True]
    assert [rows["days", day]["matched_event_id"] for day in (2, 3)] == ["days shown 08:01", None]


def test_without_cards_nobody_is_falsely_rejected():
    found = made("face_transaction", [MARCH_2], matches=MATCHES[:3])
    assert [(row["transaction_id"], row["is_falsely_rejected"]) for row in found] == [("A", False)]
