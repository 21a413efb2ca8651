"""Every indicator has a value computed by hand; `golden` in its declaration names the test."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from citylake.indicator import all_indicators
from tests.unit.marts_city import DISTRICTS, build, case_day, station, station_day

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
STATIONS = [
    station("A", "330106", date(2020, 1, 1)),
    station("B", "330106", date(2020, 1, 1)),
    station("C", "330108", date(2020, 1, 1)),
]
# A and B are valid on the first day (24 and 18 hours), C is not (17). On the second day B sent nothing.
READINGS = [
    station_day("A", "330106", FIRST, 24, pm25=20.0, pm10=50.0, no2=30.0, so2=5.0, o3=80.0, co=900.0),
    station_day("B", "330106", FIRST, 18, pm25=40.0, pm10=70.0, no2=50.0, so2=8.0, o3=100.0, co=1100.0),
    station_day("C", "330108", FIRST, 17, pm25=90.0, pm10=99.0, no2=99.0, so2=99.0, o3=99.0, co=999.0),
    station_day("A", "330106", SECOND, 24, pm25=30.0, pm10=60.0, no2=40.0, so2=6.0, o3=90.0, co=900.0),
    station_day("B", "330106", SECOND, 0),
    station_day("C", "330108", SECOND, 24, pm25=60.0, pm10=80.0, no2=20.0, so2=9.0, o3=70.0, co=800.0),
]


@pytest.fixture(scope="module")
def air(module_home):
    city = build(
        "environment", "golden", [FIRST, SECOND],
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.environment.air_station": STATIONS,
            "conformed.environment.air_quality_day": READINGS,
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


@pytest.fixture(scope="module")
def cases(module_home):
    days = [date(2020, 2, 1) + timedelta(days=number) for number in range(3)]
    typed = [("country", "CN", None, (1000, 1200, 1300)), ("province", "330000", "CN", (100, 110, 121)),
             ("city", "330100", "330000", (10, 13, 12)), ("city", "330200", "330000", (5, 6, 7))]  # fmt: skip
    rows = [
        case_day(
            kind, code, parent, day, totals[number], totals[number] - totals[number - 1] if number else None
        )
        for kind, code, parent, totals in typed
        for number, day in enumerate(days)
    ]
    city = build(
        "health",
        "golden",
        days,
        {"conformed.governance.district": DISTRICTS, "conformed.health.case_day": rows},
    )
    yield city
    city.scratch.__exit__(None, None, None)


def test_pm25_is_the_mean_of_valid_station_days(air):
    # City, day 1: (20 + 40) / 2; C has 17 of 24 hours and does not count: 2 of 3 station-days.
    assert air.value("e1_pm25_ugm3", "2026-03-01", "330100") == (30.0, 60.0, 2.0, 66.67, "shown")
    # City, day 2: (30 + 60) / 2; B sent nothing.
    assert air.value("e1_pm25_ugm3", "2026-03-02", "330100") == (45.0, 90.0, 2.0, 66.67, "shown")
    assert air.value("e1_pm25_ugm3", "2026-03-02", "330106") == (30.0, 30.0, 1.0, 50.0, "shown")


def test_pm10_is_the_mean_of_valid_station_days(air):
    assert air.value("e1_pm10_ugm3", "2026-03-01", "330100") == (60.0, 120.0, 2.0, 66.67, "shown")


def test_no2_is_the_mean_of_valid_station_days(air):
    assert air.value("e1_no2_ugm3", "2026-03-01", "330100") == (40.0, 80.0, 2.0, 66.67, "shown")


def test_so2_is_the_mean_of_valid_station_days(air):
    assert air.value("e1_so2_ugm3", "2026-03-01", "330100") == (6.5, 13.0, 2.0, 66.67, "shown")


def test_o3_is_the_mean_of_valid_station_days(air):
    assert air.value("e1_o3_ugm3", "2026-03-01", "330100") == (90.0, 180.0, 2.0, 66.67, "shown")


def test_valid_data_counts_the_hours_of_six_pollutants(air):
    # (24 + 18 + 17) hours x 6 pollutants = 354, of 3 stations x 24 hours x 6 pollutants = 432.
    assert air.value("e1_valid_data_pct", "2026-03-01", "330100") == (81.944444, 354.0, 432.0, 100.0, "shown")
    # Station C alone: 17 of 24.
    assert air.value("e1_valid_data_pct", "2026-03-01", "330108") == (70.833333, 102.0, 144.0, 100.0, "shown")


def test_new_cases_are_the_difference_of_totals(cases):
    assert cases.value("h5_new_case_count", "2020-02-02", "330100") == (3.0, 3.0, 1.0, 100.0, "shown")
    assert cases.value("h5_new_case_count", "2020-02-03", "330100") == (-1.0, -1.0, 1.0, 100.0, "shown")
    assert cases.value("h5_new_case_count", "2020-02-03", "330000") == (11.0, 11.0, 1.0, 100.0, "shown")
    assert cases.value("h5_new_case_count", "2020-02-02", "CN") == (200.0, 200.0, 1.0, 100.0, "shown")


def test_a_first_report_has_no_new_cases_to_report(cases):
    assert cases.value("h5_new_case_count", "2020-02-01", "330100") == (None, None, 0.0, 0.0, "not_reported")


def test_only_the_lakes_own_areas_have_new_cases(cases):
    areas = cases.connection.execute(
        "select distinct area from marts.fct_indicator_value order by 1"
    ).fetchall()
    assert areas == [("330000",), ("330100",), ("CN",)]


def test_a_district_without_a_valid_station_is_not_reported(air):
    assert air.value("e1_pm25_ugm3", "2026-03-01", "330108") == (None, None, 0.0, 0.0, "not_reported")


def test_a_month_with_two_days_is_incomplete_and_shows_no_value(air):
    # 4 valid of 3 stations x 31 days.
    assert air.value("e1_pm25_ugm3", "2026-03", "330100") == (None, 150.0, 4.0, 4.3, "incomplete")


@pytest.mark.parametrize("code", sorted(all_indicators()))
def test_every_declared_indicator_has_its_golden_test(code):
    assert callable(globals().get(f"test_{all_indicators()[code].golden}"))
