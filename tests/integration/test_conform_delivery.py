"""conformed.health.delivery from rows typed by hand; every case is an order of its own in one run."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.pharmacy_rows import events, made, order, prescription, reading
from tests.integration.road_rows import utc

MARCH_1, MARCH_2, MARCH_3 = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)
EARLY, OUT, DOOR = "03-02 08:29:59", "03-02 08:30", "03-02 09:30"


def every(minutes: int, since: str, *celsius: float | None) -> list[tuple[str, float | None]]:
    """Instants of 2 March, so many minutes apart, with what was read at each."""
    hour, minute = map(int, since.split(":"))
    begin = 60 * hour + minute
    return [
        (f"03-02 {(begin + minutes * n) // 60:02}:{(begin + minutes * n) % 60:02}", each)
        for n, each in enumerate(celsius)
    ]


# The box of each, carried from 08:30 on, when it was delivered, and what was read.
COLD = {
    # Read five minutes before; 8.0 is cold, 9.0 for exactly ten minutes is not.
    "A": (DOOR, every(10, "08:25", 5.0, 2.0, 9.0, 8.0, 5.0, 5.0, 5.0, 5.0)),
    "frozen": (DOOR, [*every(10, "08:30", 5.0, 1.9), ("03-02 08:50:01", 5.0), *every(10, "09:00", 5.0, 5.0, 5.0)]),
    "held": ("03-02 08:48:45", every(10, "08:30", 5.0)), "short": ("03-02 08:48:46", every(10, "08:30", 5.0)),
    "silent": (DOOR, []), "dumb": ("03-02 08:45", every(5, "08:30", 5.0, None, 5.0)),
    "long before": (DOOR, every(1, "08:15", 9.0)), "just before": (DOOR, every(1, "08:16", 9.0)),
    "ended before": (DOOR, every(5, "08:20", 5.0, 9.0)), "after": (DOOR, every(1, "09:30", 9.0)),
    "at once": (OUT, every(10, "08:30", 5.0)),
}  # fmt: skip
ORDERS = [
    *[order(name, box=f"box {name}", prescription=f"R {name}") for name in COLD],
    # Events before the order, at its instant, at the end of its 72 hours and just after them, also over midnights.
    *[order(name) for name in ("before", "instant", "72 h", "later")], order("midnight", "03-02 23:59:59"),
    # Picked up twice, or not; delivered before that, or after it too.
    *[order(name) for name in ("twice", "unseen", "wrong", "early", "silence")],
    *[order(name) for name in ("failed", "failing", "returned", "returned early", "returned first")],
    order("two 1", box="box two"), order("two 2", box="box two"), order("warm but returned", box="box two"),
    *[order(f"issued {n}", "03-02 12:00", prescription=f"R{n}") for n in range(6)],
    order("yesterday", "03-02 00:00", box="box night"), order("days", "03-02 08:00", box="box days"),
    order("twice numbered", "03-02 08:00", prescription="R1"), order("twice numbered", "03-03 08:00", prescription="R1"),
]  # fmt: skip
EVENTS = [
    row
    for told in [
        *[events(name, picked_up=OUT, delivered=door) for name, (door, _) in COLD.items() if name != "A"],
        events("A", picked_up=OUT, failed="03-02 09:00", delivered=DOOR),
        events("before", picked_up="03-02 07:59:59", delivered=DOOR), events("instant", picked_up="03-02 08:00"),
        events("72 h", picked_up=OUT, delivered="03-05 08:00"), events("later", picked_up=OUT, delivered="03-05 08:00:01"),
        events("midnight", picked_up="03-03 00:10", delivered="03-05 23:59:59"),
        events("twice", picked_up=["03-02 08:50", "03-02 08:40"], delivered=[DOOR, "03-02 08:45"]),
        events("unseen", failed="03-02 09:00", delivered=DOOR, returned=DOOR),
        events("wrong", picked_up=OUT, delivered=EARLY), events("early", picked_up=OUT, delivered=[EARLY, DOOR]),
        events("failed", picked_up=OUT, delivered=DOOR, failed=[EARLY, OUT, "03-02 09:00", DOOR, "03-02 09:30:01"]),
        events("failing", picked_up=OUT, failed=[EARLY, "03-02 10:00", "03-03 10:00", "03-05 08:00", "03-05 08:00:01"]),
        events("returned", picked_up=OUT, returned=["03-03 09:00", "03-03 08:00"], failed="03-03 08:30"),
        events("returned early", picked_up=OUT, returned=EARLY),
        events("returned first", picked_up=OUT, returned="03-02 09:00", delivered=DOOR),
        events("two 1", picked_up=OUT, delivered=DOOR), events("two 2", picked_up="03-02 09:00", delivered=DOOR),
        events("warm but returned", picked_up=OUT, returned=DOOR),
        events("yesterday", picked_up="03-02 00:00", delivered="03-02 00:10"),
        events("days", picked_up="03-04 23:59", delivered="03-05 00:04"),
        events("nobody's", picked_up=OUT, delivered=DOOR),
        events("twice numbered", picked_up=["03-02 09:00", "03-03 09:00"]),
    ]
    for row in told
]  # fmt: skip
READINGS = [
    *[reading(f"box {name}", *each) for name, (_, read) in COLD.items() for each in read],
    *[reading("box two", *each) for each in every(15, "08:30", 9.0, 5.0, 5.0, 9.0)],
    reading("box night", "03-01 23:55", 9.0), reading("box night", "03-02 00:05", 5.0),
    reading("box days", "03-04 23:59", 5.0), reading("box days", "03-05 00:01", 9.0), reading("box days", "03-05 00:03", 5.0),
]  # fmt: skip
PRESCRIPTIONS = [
    prescription("R A", "03-02 07:00", "70-79", "somebody"),
    # Seven local days before, and just before that; after the order on its day, and just after that.
    prescription("R0", "02-23 00:00", "60-69"), prescription("R1", "02-22 23:59:59", "60-69"),
    prescription("R2", "03-02 23:59:59", "60-69"), prescription("R3", "03-03 00:00", "60-69"),
    prescription("R4", "03-01 08:00", "80+"), prescription("R4", "03-01 09:00", "<18"),
    prescription("R5", "03-01 08:00", None, None),
]  # fmt: skip


@pytest.fixture(scope="module")
def found() -> list[dict]:
    return made(
        [MARCH_1, MARCH_2, MARCH_3],
        orders=ORDERS,
        events=EVENTS,
        readings=READINGS,
        prescriptions=PRESCRIPTIONS,
    )


@pytest.fixture(scope="module")
def rows(found) -> dict[str, dict]:
    assert len(found) == len(ORDERS), "one row per order"
    return {row["order_id"]: row for row in found}


def of(rows: dict[str, dict], number: str, *names: str) -> tuple:
    return tuple(rows[number][name] for name in names)


def test_every_column_of_an_order_that_was_delivered_cold(rows):
    assert rows["A"] == {
        "order_id": "A", "_business_date": MARCH_2, "prescription_id": "R A", "hospital_id": "H1", "pharmacy_id": "Y1",
        "district_code": "330106", "patient_id": "somebody", "age_band": "70-79", "ordered_at": utc("03-02 08:00"),
        "promised_at": utc("03-02 10:00"), "picked_up_at": utc(OUT), "delivered_at": utc(DOOR), "returned_at": None,
        "failed_count": 1, "state": "delivered", "box_id": "box A", "measured_s": 3600, "excursion_s": 600,
        "is_cold_kept": True,
    }  # fmt: skip


def test_an_order_of_which_nothing_is_heard_is_open(rows):
    assert of(rows, "silence", "state", "picked_up_at", "failed_count", "measured_s") == (
        "open",
        None,
        0,
        None,
    )


def test_an_order_is_followed_from_its_instant_for_72_hours(rows):
    assert of(rows, "before", "picked_up_at", "delivered_at", "state") == (None, None, "open")
    assert of(rows, "instant", "picked_up_at") == (utc("03-02 08:00"),)
    assert of(rows, "72 h", "delivered_at", "state") == (utc("03-05 08:00"), "delivered")
    assert of(rows, "later", "delivered_at", "state") == (None, "open")
    assert of(rows, "midnight", "_business_date", "delivered_at") == (MARCH_2, utc("03-05 23:59:59"))


def test_the_first_delivery_after_the_first_time_it_was_picked_up(rows):
    assert of(rows, "twice", "picked_up_at", "delivered_at") == (utc("03-02 08:40"), utc("03-02 08:45"))
    assert of(rows, "early", "delivered_at") == (utc(DOOR),)
    assert of(rows, "wrong", "picked_up_at", "delivered_at", "state") == (utc(OUT), None, "open")
    assert of(rows, "at once", "picked_up_at", "delivered_at") == (utc(OUT), utc(OUT))


def test_nobody_knows_of_a_delivery_what_nobody_picked_up(rows):
    names = ("picked_up_at", "delivered_at", "returned_at", "failed_count", "state")
    assert of(rows, "unseen", *names) == (None, None, None, 0, "open")


def test_attempts_failed_from_being_picked_up_until_delivered(rows):
    assert rows["failed"]["failed_count"] == 3
    assert rows["failing"]["failed_count"] == 3


def test_returned_is_what_was_not_delivered(rows):
    names = ("returned_at", "state", "failed_count")
    assert of(rows, "returned", *names) == (utc("03-03 08:00"), "returned", 1)
    assert of(rows, "returned early", *names) == (None, "open", 0)
    assert of(rows, "returned first", *names) == (None, "delivered", 0)


def test_more_than_ten_minutes_too_cold_is_not_kept(rows):
    assert of(rows, "frozen", "measured_s", "excursion_s", "is_cold_kept") == (3600, 601, False)


def test_a_reading_holds_for_fifteen_minutes_and_four_fifths_must_be_known(rows):
    assert of(rows, "held", "measured_s", "excursion_s", "is_cold_kept") == (900, 0, True)
    assert of(rows, "short", "measured_s", "excursion_s", "is_cold_kept") == (900, 0, None)
    assert of(rows, "silent", "measured_s", "excursion_s", "is_cold_kept") == (0, 0, None)
    assert of(rows, "at once", "measured_s", "is_cold_kept") == (0, None)


def test_a_reading_without_a_temperature_ends_the_one_before(rows):
    assert of(rows, "dumb", "measured_s", "is_cold_kept") == (600, None)


def test_only_what_readings_hold_between_pharmacy_and_door_counts(rows):
    assert of(rows, "long before", "measured_s") == (0,)
    assert of(rows, "just before", "measured_s", "excursion_s") == (60, 60)
    # What the next one ended before it was picked up takes nothing away.
    assert of(rows, "ended before", "measured_s", "excursion_s") == (600, 600)
    assert of(rows, "after", "measured_s") == (0,)


def test_two_orders_that_claim_a_box_are_both_measured(rows):
    assert of(rows, "two 1", "measured_s", "excursion_s", "is_cold_kept") == (3600, 1800, False)
    assert of(rows, "two 2", "measured_s", "excursion_s", "is_cold_kept") == (1800, 900, False)
    assert of(rows, "warm but returned", "measured_s", "excursion_s", "is_cold_kept") == (None, None, None)


def test_readings_are_of_the_day_of_the_order_and_three_days_after_it(rows):
    # What was read the evening before holds no more.
    assert of(rows, "yesterday", "measured_s", "excursion_s", "is_cold_kept") == (300, 0, None)
    assert of(rows, "days", "measured_s", "excursion_s", "is_cold_kept") == (300, 120, True)


def test_a_prescription_is_issued_on_the_day_of_the_order_or_seven_days_before_it(rows):
    assert [rows[f"issued {n}"]["age_band"] for n in range(6)] == ["60-69", None, "60-69", None, "<18", None]
    assert of(rows, "issued 5", "hospital_id", "patient_id") == ("H1", None)
    assert of(rows, "issued 1", "hospital_id", "patient_id", "prescription_id") == (None, None, "R1")


def test_a_number_that_comes_again_on_another_day_is_another_order(found):
    picked = {
        row["_business_date"]: row["picked_up_at"] for row in found if row["order_id"] == "twice numbered"
    }
    assert picked == {MARCH_2: utc("03-02 09:00"), MARCH_3: utc("03-03 09:00")}
