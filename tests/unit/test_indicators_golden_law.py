"""The indicators of law enforcement, computed by hand; `golden` in their declarations names the tests."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.law_city import case, violation
from tests.unit.market_city import vehicles
from tests.unit.marts_city import DISTRICTS, build, published, shown

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
XIHU, BINJIANG, CITY, ELSEWHERE = "330106", "330108", "330100", "339999"
CASES = [
    # In Xihu three on the roads and one on the water; in Binjiang one on a highway; one in a district that no list knows.
    case("R1", XIHU, FIRST, found_by="monitoring", is_coordinated=True, close_days=0, fine_cny=1000.0, paid_cny=100.0),
    case("R2", XIHU, FIRST, is_repeat=True, close_days=9, category="overloading"),
    case("R3", XIHU, FIRST, offender_id=None, is_repeat=None, linked_as=None, warning_doubtful_offender=True,
         fine_cny=0.0, paid_cny=0.0),
    case("W1", XIHU, FIRST, "waterway", found_by="monitoring", is_repeat=True, close_days=3, category="unknown"),
    case("H1", BINJIANG, FIRST, "highway", is_coordinated=True, close_days=4, fine_cny=0.0, paid_cny=0.0),
    case("H2", ELSEWHERE, FIRST, "highway", close_days=1),
    # Another day: on the water alone.
    case("W2", XIHU, SECOND, "waterway", offender_id=None, is_repeat=None, fine_cny=0.0, paid_cny=0.0),
]  # fmt: skip


@pytest.fixture(scope="module")
def law(module_home):
    city = build(
        "transport", "golden law", [FIRST, SECOND],
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.transport.enforcement_case": CASES,
            "conformed.transport.violation": [violation("道路", "D-01", "documents")],
            "conformed.transport.vehicle_day": [
                vehicles(XIHU, FIRST, 500), vehicles(BINJIANG, FIRST, 200), vehicles("330110", FIRST, 100),
                vehicles(XIHU, SECOND, 400),
            ],
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


def test_cases_count_on_the_day_they_were_closed(law):
    code, day = "t2_case_count", "2026-03-01"
    assert law.value(code, day, XIHU) == shown(4.0, 4.0, 1.0)
    assert law.value(code, day, BINJIANG) == shown(1.0, 1.0, 1.0)
    assert law.value(code, day, CITY) == shown(6.0, 6.0, 1.0)
    assert law.value(code, day, CITY, "documents") == shown(4.0, 4.0, 1.0)
    assert law.value(code, day, XIHU, "unknown") == shown(1.0, 1.0, 1.0)
    assert law.value(code, "2026-03-02", CITY) == shown(1.0, 1.0, 1.0)
    assert published(law, code, day) == {
        *((area, "all") for area in (XIHU, BINJIANG, CITY)), *((area, "documents") for area in (XIHU, BINJIANG, CITY)),
        *((area, each) for area in (XIHU, CITY) for each in ("overloading", "unknown")),
    }  # fmt: skip


def test_coordinated_is_by_place_time_and_agency(law):
    code, day = "t2_coordinated_pct", "2026-03-01"
    assert law.value(code, day, XIHU) == shown(25.0, 1.0, 4.0)
    assert law.value(code, day, BINJIANG) == shown(100.0, 1.0, 1.0)
    assert law.value(code, day, CITY) == shown(33.333333, 2.0, 6.0)


def test_monitoring_is_cameras_and_transponders(law):
    code, day = "t2_found_by_monitoring_pct", "2026-03-01"
    assert law.value(code, day, XIHU) == shown(50.0, 2.0, 4.0)
    assert law.value(code, day, CITY) == shown(33.333333, 2.0, 6.0)


def test_repeated_is_within_thirty_days_of_any_agency(law):
    code, day = "t2_repeat_offender_pct", "2026-03-01"
    # Of one of the four in Xihu nobody knows who it was.
    assert law.value(code, day, XIHU) == shown(66.666667, 2.0, 3.0)
    assert law.value(code, day, CITY) == shown(40.0, 2.0, 5.0)
    assert law.value(code, "2026-03-02", CITY) == shown(None, 0.0, 0.0)


def test_days_are_from_finding_to_closing(law):
    code, day = "t2_close_p50_day", "2026-03-01"
    # 0, 2, 3, 9 in Xihu; 0, 1, 2, 3, 4, 9 in the city: the lesser of the two in the middle.
    assert law.value(code, day, XIHU) == shown(2.0, 2.0, 1.0)
    assert law.value(code, day, CITY) == shown(2.0, 2.0, 1.0)
    assert law.value(code, day, BINJIANG) == shown(4.0, 4.0, 1.0)


def test_fines_are_weighed_by_money(law):
    code, day = "t2_fines_collected_pct", "2026-03-01"
    assert law.value(code, day, XIHU) == shown(35.714286, 500.0, 1400.0)
    assert law.value(code, day, CITY) == shown(43.75, 700.0, 1600.0)
    # Nobody in Binjiang was fined.
    assert law.value(code, day, BINJIANG)[0] is None


def test_cases_are_divided_by_the_vehicles_of_the_day(law):
    code, day = "t2_cases_per_10k_vehicle", "2026-03-01"
    assert law.value(code, day, XIHU) == shown(60.0, 3.0, 500.0)
    assert law.value(code, day, BINJIANG) == shown(50.0, 1.0, 200.0)
    # Vehicles and no case, which is none; and the city, with the district that no list knows.
    assert law.value(code, day, "330110") == shown(0.0, 0.0, 100.0)
    assert law.value(code, day, CITY) == shown(62.5, 5.0, 800.0)
    # A case of a ship is none of a vehicle.
    assert law.value(code, "2026-03-02", CITY) == shown(0.0, 0.0, 400.0)


def test_nobody_is_published(law):
    tables = law.connection.execute(
        "select table_name, column_name from information_schema.columns where table_schema = 'marts'"
        " and table_name in ('fct_enforcement_day', 'dim_violation')"
        " and (column_name like '%_id' or column_name like '%plate%' or column_name like '%hull%' or column_name like '%name%')"
    ).fetchall()
    assert tables == []
