"""Every indicator has a value computed by hand; `golden` in its declaration names the test."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

import pytest

from citylake.indicator import all_indicators
from tests.unit.marts_city import DISTRICTS, build, case_day, station, station_day
from tests.unit.parking_city import bill, entry, lot, lot_day, way_out

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

XIHU, BINJIANG = "330106", "330108"
LOTS = [lot("S1", XIHU, is_scenic=True), lot("S2", XIHU, is_scenic=True), lot("S3", XIHU, is_scenic=True),
        lot("P1", BINJIANG), lot("P2", BINJIANG, spaces=20)]  # fmt: skip
# Ten cars wait 10, 12 … 28 seconds at the barrier of S1, ten drive into P2 in 1.0, 1.1 … 1.9.
ENTRIES = [
    *[entry(f"B{n}", "S1", FIRST, 10.0 + 2 * n, "barrier") for n in range(10)],
    *[entry(f"F{n}", "P2", FIRST, 1.0 + n / 10) for n in range(10)],
    # None of these counts: not captured before the line, only seen driving out, a lot that no list knows, another day.
    entry("X1", "P2", FIRST, None), way_out("X2", "P2", FIRST), entry("X3", "P9", FIRST, 500.0),
    entry("X4", "P2", SECOND, 7.0),
]  # fmt: skip
BILLS = [
    # Four yuan before leaving, the other six after it.
    *bill("A", "S1", "03-01 10:00", 10.0, ("payment", "03-01 09:50", 4.0), ("payment", "03-05 08:00", 6.0)),
    # Twelve of twenty after leaving, of which two were paid back.
    *bill("B", "S1", "03-01 11:00", 20.0, ("payment", "03-02 08:00", 12.0), ("refund", "03-03 08:00", 2.0)),
    *bill("C", "P1", "03-01 12:00", 5.0),
    *bill("D", "P1", "03-01 13:00", 8.0, ("payment", "03-01 13:00", 8.0)),
    # Two yuan too many after leaving.
    *bill("E", "P1", "03-01 14:00", 3.0, ("payment", "03-01 14:01", 5.0)),
    *bill("X", "P9", "03-01 15:00", 99.0, ("payment", "03-01 16:00", 99.0)),
    *bill("Y", "P1", "03-02 09:00", 7.0, ("payment", "03-02 10:00", 7.0)),
]
LOT_DAYS = [
    # Two spaces of ten were taken all day; it has lost both of its barriers.
    lot_day("S1", XIHU, FIRST, is_scenic=True, entry_count=3, stay_count=3, parked_s=172_800.0,
            barrier_registered_count=2),
    # A car that came the day before stands there; nothing was heard of the day. One of two barriers is left.
    lot_day("S2", XIHU, FIRST, is_scenic=True, stay_count=1, parked_s=86_400.0, barrier_registered_count=2,
            barrier_standing_count=1),
    lot_day("S3", XIHU, FIRST, is_scenic=True, is_adopted=True),
    lot_day("P1", BINJIANG, FIRST, barrier_registered_count=1),
    # Heard of, though nobody is known to have stayed.
    lot_day("P2", BINJIANG, FIRST, space_count=20, exit_count=1),
    *[lot_day(each, XIHU, SECOND, is_scenic=True, is_adopted=True) for each in ("S1", "S2", "S3")],
    lot_day("P1", BINJIANG, SECOND),
]  # fmt: skip


@pytest.fixture(scope="module")
def parking(module_home):
    city = build(
        "transport", "golden", [FIRST, SECOND],
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.transport.parking_lot": LOTS,
            "conformed.transport.parking_session": ENTRIES,
            "conformed.transport.parking_account": BILLS,
            "conformed.transport.parking_lot_day": LOT_DAYS,
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


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


def test_entry_p50_is_the_time_from_captured_to_crossed(parking):
    # Of twenty the tenth: ten cars waited 1.9 s or less.
    assert parking.value("t6_entry_p50_s", "2026-03-01", "330100") == (1.9, 1.9, 1.0, 100.0, "shown")
    # Of ten the fifth.
    assert parking.value("t6_entry_p50_s", "2026-03-01", "330100", "barrier") == (
        18.0,
        18.0,
        1.0,
        100.0,
        "shown",
    )
    assert parking.value("t6_entry_p50_s", "2026-03-01", BINJIANG) == (1.4, 1.4, 1.0, 100.0, "shown")


def test_entry_p95_is_the_time_from_captured_to_crossed(parking):
    # Of twenty the nineteenth, of ten the tenth.
    assert parking.value("t6_entry_p95_s", "2026-03-01", "330100") == (26.0, 26.0, 1.0, 100.0, "shown")
    assert parking.value("t6_entry_p95_s", "2026-03-01", XIHU) == (28.0, 28.0, 1.0, 100.0, "shown")
    assert parking.value("t6_entry_p95_s", "2026-03-01", "330100", "free_flow") == (
        1.9,
        1.9,
        1.0,
        100.0,
        "shown",
    )


def test_scenic_lots_count_when_no_barrier_stands(parking):
    # S1 lost all of its barriers, S2 one of two; S3 never had one, P1 is no scenic lot.
    assert parking.value("t6_scenic_barrier_removed_pct", "2026-03-01", "330100") == (
        50.0,
        1.0,
        2.0,
        100.0,
        "shown",
    )
    assert parking.value("t6_scenic_barrier_removed_pct", "2026-03-01", BINJIANG) == (
        None, 0.0, 0.0, 100.0, "not_reported",
    )  # fmt: skip


def test_adopted_lots_are_those_by_the_day(parking):
    assert parking.value("t6_lot_adopted_pct", "2026-03-01", "330100") == (20.0, 1.0, 5.0, 100.0, "shown")
    assert parking.value("t6_lot_adopted_pct", "2026-03-02", "330100") == (75.0, 3.0, 4.0, 100.0, "shown")
    assert parking.value("t6_lot_adopted_pct", "2026-03-01", BINJIANG) == (0.0, 0.0, 2.0, 100.0, "shown")


def test_bills_paid_after_leaving(parking):
    # B and E; A and D were first paid before and on leaving, C never.
    assert parking.value("t6_paid_after_leaving_pct", "2026-03-01", "330100") == (
        50.0,
        2.0,
        4.0,
        100.0,
        "shown",
    )
    assert parking.value("t6_paid_after_leaving_pct", "2026-03-02", "330100") == (
        100.0,
        1.0,
        1.0,
        100.0,
        "shown",
    )


def test_arrears_recovered_are_net_of_refunds(parking):
    # Owed on leaving: A 6, B 20, C 5, D 0, E 3. Recovered: A 6, B 12 - 2, E 3 of the 5 it paid.
    assert parking.value("t6_arrears_recovered_30d_pct", "2026-03-01", "330100") == (
        55.882353, 19.0, 34.0, 100.0, "shown",
    )  # fmt: skip
    assert parking.value("t6_arrears_recovered_30d_pct", "2026-03-01", BINJIANG) == (
        37.5,
        3.0,
        8.0,
        100.0,
        "shown",
    )


def test_occupancy_counts_lots_that_were_heard(parking):
    # S1 (10 spaces, two of them all day) and P2 (20 spaces): 2 of 30; of S2, S3 and P1 nothing was heard.
    assert parking.value("t6_occupancy_pct", "2026-03-01", "330100") == (
        6.666667, 172_800.0, 2_592_000.0, 40.0, "shown",
    )  # fmt: skip
    # No lot was heard on the second day.
    assert parking.value("t6_occupancy_pct", "2026-03-02", "330100") == (
        None,
        None,
        None,
        0.0,
        "not_reported",
    )


@pytest.mark.parametrize("code", sorted(all_indicators()))
def test_every_declared_indicator_has_its_golden_test(code):
    name = f"test_{all_indicators()[code].golden}"
    apart = [
        import_module(f"tests.unit.{path.stem}")
        for path in Path(__file__).parent.glob("test_indicators_golden_*.py")
    ]
    assert callable(
        globals().get(name) or next((vars(each)[name] for each in apart if name in vars(each)), None)
    )
