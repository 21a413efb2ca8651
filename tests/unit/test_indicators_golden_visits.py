"""The indicators of registration by time slot, computed by hand; `golden` in their declarations names the tests."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.unit.clinic_city import appointment, hospital, missed, walk_in
from tests.unit.marts_city import DISTRICTS, build, published, shown
from tests.unit.parking_city import local

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
XIHU, BINJIANG, CITY = "330106", "330108", "330100"
LATE = {"arrived_at": local("03-01 09:31"), "seen_at": local("03-01 09:41"), "wait_arrival_s": 600.0}
VISITS = [
    # In Xihu six came: four for themselves by app, one elder by phone and one child on the web whose year of birth nobody said.
    appointment("A1", "H1", FIRST, ahead=0, waited_min=5), appointment("A2", "H1", FIRST, ahead=1, waited_min=30),
    appointment("A3", "H1", FIRST, ahead=2, waited_min=31, chain_position=2),
    appointment("A4", "H1", FIRST, ahead=7, waited_min=None),
    appointment("A5", "H1", FIRST, ahead=1, age_band="60-69", way="older", channel="phone", **LATE),
    appointment("A6", "H1", FIRST, ahead=3, waited_min=12, age_band=None, way="child", channel="web", chain_position=3),
    # Two did not, one cancelled, one was called off; two came without an appointment.
    missed("N1", "H1", FIRST, ahead=5), missed("N2", "H1", FIRST, way="older", channel="phone", age_band="60-69"),
    missed("C1", "H1", FIRST, "cancelled"), missed("X1", "H1", FIRST, "closed", chain_position=2),
    walk_in("W1", "H1", FIRST), walk_in("W2", "H3", FIRST),
    # In Binjiang one came a second too late for the end of the slot; nobody kept the other; a hospital that no list knows.
    appointment("B1", "H2", FIRST, ahead=4, arrived_at=local("03-01 09:30") + timedelta(seconds=1), seen_at=local("03-01 09:40"),
                wait_arrival_s=599.0),
    missed("B2", "H2", FIRST), appointment("D1", "H9", FIRST, ahead=6, waited_min=20),
    # In a district to which nobody else came, one without an appointment.
    walk_in("W3", "H4", FIRST),
    # Another day: in Xihu only cancelled; in Binjiang two at a machine, of whom the lesser is the median.
    missed("E1", "H1", SECOND, "cancelled"), appointment("E2", "H2", SECOND, ahead=1, waited_min=10, channel="machine"),
    appointment("E3", "H2", SECOND, ahead=2, waited_min=21, channel="machine"),
]  # fmt: skip


@pytest.fixture(scope="module")
def visits(module_home):
    city = build(
        "health", "golden visits", [FIRST, SECOND],
        {
            "conformed.governance.district": DISTRICTS,
            # The third lies in a district that no list knows.
            "conformed.health.hospital": [hospital("H1", XIHU), hospital("H2", BINJIANG), hospital("H3", "339999"),
                                        hospital("H4", "330110")],
            "conformed.health.appointment_visit": VISITS,
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


def test_wait_booking_p50_is_from_the_first_booking(visits):
    code, day = "h1_wait_booking_p50_day", "2026-03-01"
    # 0, 1, 1, 2, 3 and 7 days; with 4 and 6 of the others.
    assert visits.value(code, day, XIHU) == shown(1.0, 6.0, 6.0)
    assert visits.value(code, day, BINJIANG) == shown(4.0, 4.0, 1.0)
    assert visits.value(code, day, CITY) == shown(2.0, 16.0, 8.0)
    assert visits.value(code, day, CITY, "app") == shown(2.0, 12.0, 6.0)
    assert visits.value(code, day, CITY, "60-69") == shown(1.0, 1.0, 1.0)
    assert visits.value(code, "2026-03-02", BINJIANG) == shown(1.0, 2.0, 2.0)
    assert visits.value(code, "2026-03-02", XIHU) == shown(None, None, 0.0)


def test_wait_arrival_p50_is_of_those_who_were_seen(visits):
    code, day = "h1_wait_arrival_p50_min", "2026-03-01"
    # 5, 10, 12, 30 and 31 minutes; with 599 seconds and 20 minutes.
    assert visits.value(code, day, XIHU) == shown(12.0, 60.0, 5.0)
    assert visits.value(code, day, BINJIANG) == shown(9.983333, 599 / 60, 1.0)
    assert visits.value(code, day, CITY) == shown(12.0, 84.0, 7.0)
    assert visits.value(code, "2026-03-02", CITY, "machine") == shown(10.0, 20.0, 2.0)


def test_no_shows_are_of_those_who_could_have_come(visits):
    code, day = "h1_no_show_pct", "2026-03-01"
    assert visits.value(code, day, XIHU) == shown(25.0, 2.0, 8.0)
    assert visits.value(code, day, BINJIANG) == shown(50.0, 1.0, 2.0)
    assert visits.value(code, day, CITY) == shown(27.272727, 3.0, 11.0)
    assert visits.value(code, day, CITY, "older") == shown(50.0, 1.0, 2.0)
    assert visits.value(code, day, CITY, "child") == shown(0.0, 0.0, 1.0)
    assert visits.value(code, "2026-03-02", XIHU) == shown(None, 0.0, 0.0)
    # Of those who came without an appointment nobody is in it, and no age band stands for one that is not known.
    groups = ("all", "general", "older", "child", "app", "phone", "web", "18-59", "60-69")
    # Groups are told for the city only: of a district's few of one age too much would have to be hidden.
    assert published(visits, code, day) == {
        (XIHU, "all"), (BINJIANG, "all"), *((CITY, group) for group in groups),
    }  # fmt: skip


def test_slots_are_kept_for_those_who_came_in_time(visits):
    code, day = "h1_slot_kept_pct", "2026-03-01"
    # One was seen as the slot ended, one a minute later, one never.
    assert visits.value(code, day, XIHU) == shown(60.0, 3.0, 5.0)
    assert visits.value(code, day, BINJIANG) == shown(None, 0.0, 0.0)
    assert visits.value(code, day, CITY) == shown(66.666667, 4.0, 6.0)
    assert visits.value(code, day, CITY, "phone") == shown(None, 0.0, 0.0)


def test_first_tries_follow_no_cancelled_booking(visits):
    code, day = "h1_booked_first_try_pct", "2026-03-01"
    assert visits.value(code, day, XIHU) == shown(66.666667, 4.0, 6.0)
    assert visits.value(code, day, BINJIANG) == shown(100.0, 1.0, 1.0)
    assert visits.value(code, day, CITY) == shown(75.0, 6.0, 8.0)
    assert visits.value(code, day, CITY, "web") == shown(0.0, 0.0, 1.0)


def test_counts_of_few_persons_are_hidden(module_home):
    from citylake.publish.publication import protect_marts

    # Ten came to H1 and nine to H2, all by app; to H1 twelve more by phone. Of ten by app at H1, one was seen late.
    rows = [appointment(f"A{n}", "H1", FIRST, waited_min=31 if n == 0 else 10) for n in range(10)]
    rows += [appointment(f"P{n}", "H1", FIRST, channel="phone") for n in range(12)]
    rows += [appointment(f"B{n}", "H2", SECOND) for n in range(9)]
    city = build(
        "health", "few visits", [FIRST, SECOND],
        {"conformed.governance.district": DISTRICTS, "conformed.health.appointment_visit": rows,
         "conformed.health.hospital": [hospital("H1", XIHU), hospital("H2", BINJIANG)]},
    )  # fmt: skip
    try:
        protect_marts(city.connection, "health", city.marts)
        found = city.connection.execute(
            "select district_code, attended_count from marts.fct_appointment_day order by all"
        ).fetchall()
        assert found == [(XIHU, 22), (BINJIANG, None)]
        code = "h1_wait_booking_p50_day"
        assert city.value(code, "2026-03-01", CITY, "app") == shown(1.0, 10.0, 10.0)
        assert city.value(code, "2026-03-02", BINJIANG) == (None, None, None, 100.0, "hidden")
        assert city.value(code, "2026-03-02", CITY) == (None, None, None, 100.0, "hidden")
        # Nine of ten by app were seen in time.
        found = city.value("h1_slot_kept_pct", "2026-03-01", CITY, "app")
        assert found == (None, None, None, 100.0, "hidden")
    finally:
        city.scratch.__exit__(None, None, None)
