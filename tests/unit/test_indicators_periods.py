"""Months, years, vintages and the boundary of 75 %: what counts where, typed by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.unit.marts_city import DISTRICTS, build, station, station_day

FEBRUARY = [date(2024, 2, 1) + timedelta(days=number) for number in range(29)]
APRIL = [date(2021, 4, 1) + timedelta(days=number) for number in range(30)]


def _city(run_id, days, stations, readings):
    return build(
        "environment", run_id, days,
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.environment.air_station": stations,
            "conformed.environment.air_quality_day": readings,
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def february(module_home):
    """A all month at 10; B at 20 until the 15th, then nothing; C at 40, in operation from the 15th."""
    stations = [station("A", "330106", date(2020, 1, 1)), station("B", "330106", date(2020, 1, 1)),
                station("C", "330108", date(2024, 2, 15))]  # fmt: skip
    readings = [station_day("A", "330106", day, pm25=10.0) for day in FEBRUARY]
    readings += [station_day("B", "330106", day, pm25=20.0) for day in FEBRUARY[:15]]
    readings += [station_day("C", "330108", day, pm25=40.0) for day in FEBRUARY[14:]]
    city = _city("february", FEBRUARY, stations, readings)
    yield city
    city.scratch.__exit__(None, None, None)


@pytest.fixture(scope="module")
def april(module_home):
    """The reform of 9 April 2021: a station of Yuhang stands in two vintages, another moves to Xihu on the 11th."""
    stations = [station("A", "330110", date(2020, 1, 1)), station("B", "330110", date(2020, 1, 1), date(2021, 4, 11)),
                station("B", "330106", date(2021, 4, 11))]  # fmt: skip
    readings = [station_day("A", "330110", day, pm25=10.0) for day in APRIL]
    readings += [
        station_day("B", "330110" if day < date(2021, 4, 11) else "330106", day, pm25=30.0) for day in APRIL
    ]
    # A station that the list does not know.
    readings += [station_day(None, None, APRIL[0], pm25=500.0)]
    city = _city("april", APRIL, stations, readings)
    yield city
    city.scratch.__exit__(None, None, None)


def test_a_month_is_the_mean_of_its_station_days_not_of_its_days(february):
    # 29 x 10 + 15 x 20 + 15 x 40 = 1190 over 59 station-days; expected 29 + 29 + 15 = 73.
    assert february.value("e1_pm25_ugm3", "2024-02", "330100") == (20.169492, 1190.0, 59.0, 80.82, "shown")


def test_a_station_is_expected_from_its_first_day_on(february):
    assert february.value("e1_pm25_ugm3", "2024-02", "330108") == (40.0, 600.0, 15.0, 100.0, "shown")


def test_a_district_below_75_percent_shows_no_month(february):
    # 29 + 15 of 58: 75.86 %, just enough; a day less would not be.
    assert february.value("e1_pm25_ugm3", "2024-02", "330106")[3:] == (75.86, "shown")


def test_a_year_with_one_month_is_incomplete(february):
    # 366 + 366 + 321 station-days expected.
    assert february.value("e1_pm25_ugm3", "2024", "330100") == (None, 1190.0, 59.0, 5.6, "incomplete")


def test_a_day_counts_where_its_partition_was_never_made_as_expected(february):
    # B has no row at all on the 29th: 2 of 3 stations.
    assert february.value("e1_pm25_ugm3", "2024-02-29", "330100") == (25.0, 50.0, 2.0, 66.67, "shown")


def test_a_month_over_a_reform_has_a_value_for_each_vintage(april):
    found = april.connection.execute(
        "select vintage, value, numerator, denominator from marts.fct_indicator_value"
        " where code = 'e1_pm25_ugm3' and period = '2021-04' and area = '330110' order by vintage"
    ).fetchall()
    # Until the 8th A and B; on the 9th and 10th A and B in the new boundary, then A alone.
    assert found == [("2001-02-02", 20.0, 320.0, 16.0), ("2021-04-09", 11.666667, 280.0, 24.0)]


def test_a_station_counts_in_the_district_it_stood_in(april):
    # B in Xihu from the 11th to the 30th: 20 of 20 days.
    assert april.value("e1_pm25_ugm3", "2021-04", "330106") == (30.0, 600.0, 20.0, 100.0, "shown")


def test_the_city_is_one_whatever_its_districts(april):
    assert april.value("e1_pm25_ugm3", "2021-04", "330100") == (20.0, 1200.0, 60.0, 100.0, "shown")


def test_a_station_that_is_not_in_the_list_is_published_but_counts_nowhere(april):
    rows = april.connection.execute(
        "select station_name, air_station_key, warning_orphan_station from marts.fct_air_quality_day"
        " where station_id is null"
    ).fetchall()
    assert rows == [("station None", None, True)]
    assert april.value("e1_pm25_ugm3", "2021-04-01", "330100") == (20.0, 40.0, 2.0, 100.0, "shown")


def test_facts_join_the_district_of_their_date(april):
    keys = april.connection.execute(
        "select distinct district_key from marts.fct_air_quality_day where station_id = 'A' order by 1"
    ).fetchall()
    assert keys == [("330110@2001-02-02",), ("330110@2021-04-09",)]


def test_only_declared_periods_and_areas_are_there(april):
    kinds = april.connection.execute(
        "select distinct period_type, area_type from marts.fct_indicator_value order by 1, 2"
    ).fetchall()
    assert kinds == [(period, area) for period in ("day", "month", "year") for area in ("city", "district")]
