"""The indicators of services, computed by hand; `golden` in their declarations names the tests."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.marts_city import DISTRICTS, build, published, shown
from tests.unit.service_city import item, journey, machine, machine_day, site, unlisted, use

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
XIHU, BINJIANG, CITY, ELSEWHERE = "330106", "330108", "330100", "339999"
JOURNEYS = [
    # In Xihu two online, once without a visit; one by window with three visits and a late decision. In Binjiang one by window.
    journey("A1", XIHU, FIRST, visit_count=0), journey("A2", XIHU, FIRST, visit_count=2, channel_count=2),
    journey("A3", XIHU, FIRST, "one_window", visit_count=3, is_promise_kept=False, worked_days=6, age_band="80+"),
    journey("B1", BINJIANG, FIRST, "one_window"),
    # For an item that nobody knows, through a machine; an enterprise's in a district that no list knows, for the city alone.
    unlisted("A4", XIHU, FIRST, "self_service"), journey("C1", ELSEWHERE, FIRST, "mobile", channel_count=3, age_band=None),
    # Another day: nothing is promised.
    unlisted("N", XIHU, SECOND, "light"),
]  # fmt: skip
MACHINE_DAYS = [
    machine_day("M1", XIHU, FIRST, 18, 6), machine_day("M2", XIHU, FIRST, 0, 6), machine_day("M3", BINJIANG, FIRST, 10),
    machine_day("M4", BINJIANG, SECOND, 0), machine_day("M5", ELSEWHERE, FIRST, 5, 5),
    # At a place that no list knows.
    machine_day("M6", None, FIRST, 0, 24),
]  # fmt: skip
SESSIONS = [
    use("T1", XIHU, FIRST), use("T2", XIHU, FIRST, "abandoned"), use("T3", XIHU, FIRST, "timed_out"),
    use("T4", BINJIANG, FIRST), use("T5", ELSEWHERE, FIRST),
    # At a machine that no list knows, another day.
    use("T6", None, FIRST, "abandoned"), use("T7", XIHU, SECOND, "abandoned"),
]  # fmt: skip


@pytest.fixture(scope="module")
def services(module_home):
    city = build(
        "governance", "golden services", [FIRST, SECOND],
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.governance.service_item": [item("S0001")],
            "conformed.governance.service_site": [site("H1", XIHU)],
            "conformed.governance.self_service_machine": [machine(f"M{n}", "H1") for n in range(1, 7)],
            "conformed.governance.service_journey": JOURNEYS,
            "conformed.governance.machine_day": MACHINE_DAYS,
            "conformed.governance.machine_session": SESSIONS,
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


def test_at_most_once_is_one_visit_or_none(services):
    code, day = "t4_at_most_once_pct", "2026-03-01"
    assert services.value(code, day, XIHU) == shown(50.0, 2.0, 4.0)
    assert services.value(code, day, CITY, "online") == shown(50.0, 1.0, 2.0)
    assert services.value(code, day, CITY, "18-59") == shown(75.0, 3.0, 4.0)
    assert services.value(code, day, CITY, "80+") == shown(0.0, 0.0, 1.0)
    assert services.value(code, day, BINJIANG) == shown(100.0, 1.0, 1.0)
    assert services.value(code, day, CITY) == shown(66.666667, 4.0, 6.0)
    assert services.value(code, day, CITY, "one_window") == shown(50.0, 1.0, 2.0)
    # Groups are told of the whole city.
    assert published(services, code, day) == {
        *((area, "all") for area in (XIHU, BINJIANG, CITY)),
        *((CITY, group) for group in ("one_window", "online", "self_service", "mobile", "18-59", "80+")),
    }  # fmt: skip


def test_visits_are_those_of_all_applications(services):
    code, day = "t4_visits_per_case", "2026-03-01"
    assert services.value(code, day, XIHU) == shown(1.5, 6.0, 4.0)
    assert services.value(code, day, CITY) == shown(1.333333, 8.0, 6.0)
    assert services.value(code, day, CITY, "one_window") == shown(2.0, 4.0, 2.0)
    assert services.value(code, "2026-03-02", CITY) == shown(1.0, 1.0, 1.0)


def test_handlings_are_shares_of_all_applications_also_where_nobody_used_one(services):
    code, day = "t4_channel_pct", "2026-03-01"
    six = ("online", "one_card", "one_window", "mobile", "self_service", "light")
    found = {way: services.value(code, day, CITY, way) for way in six}
    assert found == {
        "online": shown(33.333333, 2.0, 6.0), "one_card": shown(0.0, 0.0, 6.0), "one_window": shown(33.333333, 2.0, 6.0),
        "mobile": shown(16.666667, 1.0, 6.0), "self_service": shown(16.666667, 1.0, 6.0), "light": shown(0.0, 0.0, 6.0),
    }  # fmt: skip
    # No value for all of them, which would be 100.
    assert published(services, code, day) == {(CITY, way) for way in six}
    assert published(services, code, "2026-03-02") == {(CITY, way) for way in six}


def test_assisted_are_persons_at_a_window(services):
    code, day = "s2_assisted_pct", "2026-03-01"
    assert services.value(code, day, CITY) == shown(40.0, 2.0, 5.0)
    assert services.value(code, day, CITY, "80+") == shown(100.0, 1.0, 1.0)
    assert services.value(code, day, CITY, "18-59") == shown(25.0, 1.0, 4.0)
    assert published(services, code, day) == {(CITY, "all"), (CITY, "80+"), (CITY, "18-59")}


def test_switched_are_applications_of_more_than_one_handling(services):
    code, day = "t4_channel_switch_pct", "2026-03-01"
    assert services.value(code, day, XIHU) == shown(25.0, 1.0, 4.0)
    assert services.value(code, day, BINJIANG) == shown(0.0, 0.0, 1.0)
    assert services.value(code, day, CITY) == shown(33.333333, 2.0, 6.0)
    assert services.value(code, day, CITY, "mobile") == shown(100.0, 1.0, 1.0)


def test_promises_are_those_of_listed_items(services):
    code, day = "t4_promise_kept_pct", "2026-03-01"
    assert services.value(code, day, XIHU) == shown(66.666667, 2.0, 3.0)
    assert services.value(code, day, CITY) == shown(80.0, 4.0, 5.0)
    assert services.value(code, day, CITY, "one_window") == shown(50.0, 1.0, 2.0)
    assert services.value(code, day, CITY, "self_service") == shown(None, 0.0, 0.0)
    assert services.value(code, "2026-03-02", CITY) == shown(None, 0.0, 0.0)


def test_machines_are_available_of_the_time_that_is_known(services):
    code, day = "t4_machine_available_pct", "2026-03-01"
    assert services.value(code, day, XIHU) == shown(60.0, 64_800.0, 108_000.0)
    assert services.value(code, day, BINJIANG) == shown(100.0, 36_000.0, 36_000.0)
    assert services.value(code, day, CITY) == shown(66.0, 118_800.0, 180_000.0)
    assert services.value(code, "2026-03-02", BINJIANG) == shown(None, 0.0, 0.0)
    assert published(services, code, day) == {(area, "all") for area in (XIHU, BINJIANG, CITY)}


def test_abandoned_are_sessions_at_listed_machines(services):
    code, day = "t4_session_abandoned_pct", "2026-03-01"
    assert services.value(code, day, XIHU) == shown(66.666667, 2.0, 3.0)
    assert services.value(code, day, BINJIANG) == shown(0.0, 0.0, 1.0)
    assert services.value(code, day, CITY) == shown(40.0, 2.0, 5.0)
    assert published(services, code, day) == {(area, "all") for area in (XIHU, BINJIANG, CITY)}
    assert published(services, code, "2026-03-02") == {(XIHU, "all"), (CITY, "all")}


def test_what_a_rare_service_took_is_hidden(services):
    from citylake.publish.publication import protect_marts

    services.connection.execute("begin")
    services.connection.execute("update marts.fct_service_item_day set journey_count = 2 * journey_count")
    services.connection.execute("delete from marts.fct_indicator_value")  # which has other numbers
    protect_marts(services.connection, "governance", services.marts)
    rows = services.connection.execute(
        "select item_code, journey_count, visit_count, promise_kept_count from marts.fct_service_item_day"
        " where _business_date = '2026-03-01' order by item_code"
    ).fetchall()
    services.connection.execute("rollback")
    # Five for the one, with 0, 2, 3, 1 and 1 visits, and one for the other: as if there had been twice as many.
    assert rows == [("S0001", 10, 7, 4), ("S9999", None, None, None)]
