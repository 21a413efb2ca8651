"""conformed.environment.air_quality_day from rows typed by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from citylake.table import job_module, load_tables
from tests.local_spark import session

TABLE = load_tables()["conformed.environment.air_quality_day"]
CHINA = timezone(timedelta(hours=8))
MARCH_1, MARCH_2, MARCH_3 = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)
POLLUTANTS = ("pm25", "pm10", "so2", "no2", "co", "o3")
READINGS = (
    "station_name string, measured_at timestamp, "
    + ", ".join(f"{name}_ugm3 double" for name in POLLUTANTS)
    + ", _delivery_id string, _source_row bigint, _business_date date, _known_at timestamp"
)
WEATHER = (
    "station_name string, measured_at timestamp, temperature_celsius double, wind_speed_mps double,"
    " rain_mm double, _delivery_id string, _source_row bigint, _business_date date, _known_at timestamp"
)
STATIONS = "station_id string, station_name string, district_code string, valid_from date, valid_to date"


def technical(at: datetime, delivery: str) -> tuple:
    return delivery, 1, at.date(), datetime(2026, 3, 9, tzinfo=CHINA)


def hour(text: str) -> datetime:
    """'03-01 23': local time in 2026."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H").replace(tzinfo=CHINA)


def reading(
    station: str, text: str, pm25: float | None = None, *, delivery: str = "D1", **others: float
) -> tuple:
    at = hour(text)
    return (station, at, pm25, *[others.get(name) for name in POLLUTANTS[1:]], *technical(at, delivery))


def weather(
    station: str, text: str, celsius: float | None, mps: float | None = None, mm: float | None = None
):
    at = hour(text)
    return (station, at, celsius, mps, mm, *technical(at, "D1"))


XIHU = ("S1", "Xihu", "330106", date(2020, 1, 1), None)


def made(readings=(), weathers=(), stations=(XIHU,), days=(MARCH_2,)) -> dict:
    """The job's rows of `days` by (station name, day), as dictionaries."""
    spark = session()
    inputs = {
        "readings": spark.createDataFrame(list(readings), READINGS),
        "weather": spark.createDataFrame(list(weathers), WEATHER),
        "stations": spark.createDataFrame(list(stations), STATIONS),
    }
    rows = [row.asDict() for row in job_module(TABLE).conform(inputs, list(days)).collect()]
    kept = [row for row in rows if row["_business_date"] in days]
    by_key = {(row["station_name"], row["_business_date"]): row for row in kept}
    assert len(by_key) == len(kept), "one row per station and day"
    return by_key


def test_every_column_of_a_station_day():
    """Four hours, two of them without PM2.5, weather of midnight carried for three hours."""
    rows = made(
        [
            reading("Xihu", "03-02 00", 10.0, pm10=30.0, so2=2.0, no2=40.0, co=500.0, o3=60.0),
            reading("Xihu", "03-02 01", 20.0, pm10=15.0, so2=4.0, co=700.0),  # PM2.5 above PM10
            reading("Xihu", "03-02 02", pm10=45.0),
            reading("Xihu", "03-02 04"),
        ],
        [weather("Xihu", "03-02 00", 5.0, 1.0, 0.4), weather("Xihu", "03-02 01", 8.0, 3.0, 0.2)],
    )
    assert rows == {
        ("Xihu", MARCH_2): {
            "station_id": "S1",
            "station_name": "Xihu",
            "district_code": "330106",
            "_business_date": MARCH_2,
            "hours_expected": 24,
            "pm25_hours": 2,
            "pm25_mean_ugm3": 15.0,
            "pm10_hours": 3,
            "pm10_mean_ugm3": 30.0,
            "so2_hours": 2,
            "so2_mean_ugm3": 3.0,
            "no2_hours": 1,
            "no2_mean_ugm3": 40.0,
            "co_hours": 2,
            "co_mean_ugm3": 600.0,
            "o3_hours": 1,
            "o3_mean_ugm3": 60.0,
            "stuck_hours": 0,
            "temperature_mean_celsius": 7.25,  # 5, then 8 at 01, 02 and 04 (three hours old)
            "wind_speed_mean_mps": 2.5,
            "rain_sum_mm": pytest.approx(0.6, abs=1e-12),
            "weather_hours": 4,
            "warning_pm25_above_pm10_hours": 1,
            "warning_orphan_station": False,
        }
    }


def test_pm25_equal_to_pm10_is_possible_and_no_warning():
    row = made([reading("Xihu", "03-02 00", 10.0, pm10=10.0)])["Xihu", MARCH_2]
    assert row["warning_pm25_above_pm10_hours"] == 0


def test_weather_older_than_three_hours_does_not_count():
    rows = made(
        [reading("Xihu", "03-02 05", 1.0), reading("Xihu", "03-02 04", 1.0)],
        [weather("Xihu", "03-02 01", 9.0)],
    )
    row = rows["Xihu", MARCH_2]
    assert (row["weather_hours"], row["temperature_mean_celsius"]) == (1, 9.0)


def test_weather_of_the_day_before_counts_after_midnight_and_later_weather_never():
    rows = made(
        [reading("Xihu", "03-02 00", 1.0)],
        [
            weather("Xihu", "03-01 22", -2.0),
            weather("Xihu", "03-02 01", 30.0),
            weather("Gongshu", "03-02 00", 40.0),
        ],
    )
    row = rows["Xihu", MARCH_2]
    assert (row["weather_hours"], row["temperature_mean_celsius"]) == (1, -2.0)


def test_carried_rain_is_not_counted_again():
    rows = made(
        [reading("Xihu", f"03-02 0{n}", 1.0) for n in range(4)],
        [weather("Xihu", "03-01 23", 1.0, mm=7.0), weather("Xihu", "03-02 01", 1.0, mm=0.5)],
    )
    assert rows["Xihu", MARCH_2]["rain_sum_mm"] == 0.5
    dry = made([reading("Xihu", "03-02 00", 1.0)], [weather("Xihu", "03-01 23", 1.0, mm=7.0)])
    assert dry["Xihu", MARCH_2]["rain_sum_mm"] is None


def test_a_weather_row_without_any_value_does_not_hide_the_one_before():
    rows = made(
        [reading("Xihu", "03-02 03", 1.0)],
        [weather("Xihu", "03-02 02", 4.0), weather("Xihu", "03-02 03", None)],
    )
    assert rows["Xihu", MARCH_2]["temperature_mean_celsius"] == 4.0


def stuck_hours(values: dict[str, float | None], day: date = MARCH_2, days=(MARCH_2,)) -> int:
    rows = made([reading("Xihu", text, value) for text, value in values.items()], days=days)
    return rows["Xihu", day]["stuck_hours"]


def test_six_equal_hours_are_stuck_and_five_are_not():
    assert stuck_hours({f"03-02 {n:02}": 35.0 for n in range(6)}) == 6
    assert stuck_hours({f"03-02 {n:02}": 35.0 for n in range(5)}) == 0


def test_a_gap_a_null_or_another_value_ends_a_run():
    steady = {f"03-02 {n:02}": 35.0 for n in range(10)}
    assert stuck_hours(steady) == 10
    assert stuck_hours(steady | {"03-02 05": None}) == 0
    assert stuck_hours(steady | {"03-02 05": 36.0}) == 0
    assert stuck_hours({at: value for at, value in steady.items() if at != "03-02 05"}) == 0
    assert stuck_hours({f"03-02 {n:02}": None for n in range(10)}) == 0


def test_two_runs_of_the_same_value_are_two_runs():
    assert stuck_hours({f"03-02 {n:02}": 35.0 for n in (*range(6), *range(8, 12))}) == 6


def test_a_run_that_began_the_day_before_counts_today_and_tomorrow_never_counts():
    night = {f"03-01 {n}": 35.0 for n in (20, 21, 22, 23)} | {f"03-02 0{n}": 35.0 for n in range(3)}
    days = (MARCH_1, MARCH_2)
    assert stuck_hours(night, MARCH_2, days) == 3  # 7 hours long by the end of March 2
    assert stuck_hours(night, MARCH_1, days) == 0  # 4 hours long by the end of March 1
    assert stuck_hours(night, MARCH_2) == 3  # and the same when March 2 is made alone


def test_a_station_that_moved_is_in_the_district_of_the_day():
    moved = [
        ("S1", "Xihu", "330106", date(2020, 1, 1), MARCH_2),
        ("S1", "Xihu", "330113", MARCH_2, None),
    ]
    rows = made(
        [reading("Xihu", "03-01 12", 1.0), reading("Xihu", "03-02 12", 1.0)], (), moved, (MARCH_1, MARCH_2)
    )
    assert {key: row["district_code"] for key, row in rows.items()} == {
        ("Xihu", MARCH_1): "330106",
        ("Xihu", MARCH_2): "330113",
    }


def test_where_intervals_of_a_station_overlap_the_later_begun_counts():
    overlapping = [("S1", "Xihu", "330106", date(2020, 1, 1), None), ("S1", "Xihu", "330113", MARCH_1, None)]
    assert (
        made([reading("Xihu", "03-02 12", 1.0)], (), overlapping)["Xihu", MARCH_2]["district_code"]
        == "330113"
    )


def test_a_station_in_operation_without_a_row_is_a_day_with_0_hours():
    row = made([])["Xihu", MARCH_2]
    assert {name: value for name, value in row.items() if value not in (0, None)} == {
        "station_id": "S1",
        "station_name": "Xihu",
        "district_code": "330106",
        "_business_date": MARCH_2,
        "hours_expected": 24,
    }
    assert row["pm25_hours"] == row["stuck_hours"] == row["weather_hours"] == 0
    assert row["pm25_mean_ugm3"] is None
    assert row["warning_orphan_station"] is False


def test_a_closed_or_not_yet_open_station_has_no_day():
    stations = [
        ("S1", "Closed", "330106", date(2020, 1, 1), MARCH_2),  # the last day is March 1
        ("S2", "Opening", "330106", MARCH_3, None),
        ("S3", "First", "330106", MARCH_2, None),
    ]
    assert set(made([], (), stations)) == {("First", MARCH_2)}


def test_an_unknown_station_is_kept_with_a_warning():
    row = made([reading("Nowhere", "03-02 12", 8.0)], (), ())["Nowhere", MARCH_2]
    assert (row["warning_orphan_station"], row["station_id"], row["district_code"]) == (True, None, None)
    assert (row["pm25_hours"], row["pm25_mean_ugm3"]) == (1, 8.0)


def test_an_hour_claimed_by_two_deliveries_counts_once_as_the_later_says():
    rows = made(
        [reading("Xihu", "03-02 12", 8.0, delivery="D1"), reading("Xihu", "03-02 12", 9.0, delivery="D2")]
    )
    row = rows["Xihu", MARCH_2]
    assert (row["pm25_hours"], row["pm25_mean_ugm3"]) == (1, 9.0)


def test_the_windows_declared_are_those_the_job_needs():
    inputs = TABLE.inputs
    assert inputs["readings"].before == inputs["weather"].before == timedelta(days=1)
    assert inputs["readings"].drives
    assert inputs["stations"].as_of
