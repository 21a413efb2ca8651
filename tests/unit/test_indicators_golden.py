"""Every indicator has a value computed by hand; `golden` in its declaration names the test."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from citylake.indicator import all_indicators
from tests.unit.marts_city import DISTRICTS, build, case_day, station, station_day
from tests.unit.parking_city import bill, entry, lot, lot_day, way_out
from tests.unit.ship_city import alone, capture, fairway, passage

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

PASSAGES = [
    # Three of four in Xihu are not seaworthy, none of two in Binjiang.
    passage("A1", "F01", FIRST), passage("A2", "F01", FIRST, "no_certificate"), passage("A3", "F01", FIRST, "overdraught"),
    passage("A4", "F01", FIRST, "certificate_expired"), passage("B1", "F02", FIRST), passage("B2", "F02", FIRST),
    # None of these counts: only captured, in a fairway that no list knows, another day.
    alone("X1", "F01", FIRST), passage("X2", "F99", FIRST, "certificate_suspended"),
    passage("X3", "F01", SECOND, "certificate_suspended"),
]  # fmt: skip
CAPTURES = [
    # Of twenty that are judged in Xihu, in 1 to 20 seconds, two are judged by officers, four are misread.
    *[capture(f"C{n}", "F01", FIRST, "one_character" if n > 16 else "exact", "officer" if n > 18 else "auto", float(n))
      for n in range(1, 21)],
    # In Binjiang two of three belong to no passage, and one of them is judged, after a day.
    capture("D1", "F02", FIRST), capture("D2", "F02", FIRST, "capture_only"),
    capture("D3", "F02", FIRST, "capture_only", "officer", 86_400.0),
    # Another day: nothing is judged, nothing matched. And a fairway that no list knows.
    capture("E1", "F02", SECOND, "capture_only"), capture("X1", "F99", FIRST, "capture_only", "auto", 0.1),
]  # fmt: skip


@pytest.fixture(scope="module")
def ships(module_home):
    city = build(
        "transport", "golden ships", [FIRST, SECOND],
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.transport.fairway": [fairway("F01", XIHU), fairway("F02", BINJIANG)],
            "conformed.transport.ship_passage": PASSAGES,
            "conformed.transport.ship_capture": CAPTURES,
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


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


def test_judged_automatically_are_those_whose_first_judgement_is(ships):
    # 18 of 20 in Xihu; D3 by an officer makes 18 of 21. What was never judged is in neither number.
    assert ships.value("t3_auto_judged_pct", "2026-03-01", XIHU) == (90.0, 18.0, 20.0, 100.0, "shown")
    assert ships.value("t3_auto_judged_pct", "2026-03-01", "330100") == (
        85.714286,
        18.0,
        21.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_auto_judged_pct", "2026-03-02", "330100") == (
        None,
        0.0,
        0.0,
        100.0,
        "not_reported",
    )


def test_unseaworthy_passages_are_those_that_are_not_in_force(ships):
    assert ships.value("t3_unseaworthy_passage_pct", "2026-03-01", XIHU) == (75.0, 3.0, 4.0, 100.0, "shown")
    assert ships.value("t3_unseaworthy_passage_pct", "2026-03-01", BINJIANG) == (
        0.0,
        0.0,
        2.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_unseaworthy_passage_pct", "2026-03-01", "330100") == (
        50.0,
        3.0,
        6.0,
        100.0,
        "shown",
    )


def test_capture_to_judgement_p95_is_of_captures_that_were_judged(ships):
    # Of twenty the nineteenth; of twenty-one the twentieth, for 95 % of them are 19.95.
    assert ships.value("t3_capture_to_judgement_p95_s", "2026-03-01", XIHU) == (
        19.0,
        19.0,
        1.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_capture_to_judgement_p95_s", "2026-03-01", "330100") == (
        20.0,
        20.0,
        1.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_capture_to_judgement_p95_s", "2026-03-02", "330100") == (
        None, None, None, 100.0, "not_reported",
    )  # fmt: skip


def test_recognition_errors_are_matches_one_character_apart(ships):
    # Four of twenty in Xihu; with D1, and without what belongs to no passage, of 21.
    assert ships.value("t3_recognition_error_pct", "2026-03-01", XIHU) == (20.0, 4.0, 20.0, 100.0, "shown")
    assert ships.value("t3_recognition_error_pct", "2026-03-01", "330100") == (
        19.047619,
        4.0,
        21.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_recognition_error_pct", "2026-03-02", "330100") == (
        None,
        0.0,
        0.0,
        100.0,
        "not_reported",
    )


def test_unmatched_captures_belong_to_no_passage(ships):
    assert ships.value("t3_unmatched_capture_pct", "2026-03-01", BINJIANG) == (
        66.666667,
        2.0,
        3.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_unmatched_capture_pct", "2026-03-01", "330100") == (
        8.695652,
        2.0,
        23.0,
        100.0,
        "shown",
    )
    assert ships.value("t3_unmatched_capture_pct", "2026-03-02", "330100") == (
        100.0,
        1.0,
        1.0,
        100.0,
        "shown",
    )


@pytest.mark.parametrize("code", sorted(all_indicators()))
def test_every_declared_indicator_has_its_golden_test(code):
    assert callable(globals().get(f"test_{all_indicators()[code].golden}"))
