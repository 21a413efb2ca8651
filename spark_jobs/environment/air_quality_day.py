"""Air quality by station and day: hourly readings x stations in force x weather as of the hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns

POLLUTANTS = ("pm25", "pm10", "so2", "no2", "co", "o3")
HOURS_A_DAY = 24  # Asia/Shanghai has had no clock change since 1991
STUCK_HOURS = 6
WEATHER_AGE = timedelta(hours=3)
_STATION_DAY = ("station_name", "_business_date")


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:
    """One row per station and day, stations in operation without any reading included (0 hours)."""
    hours = _with_weather(_with_stuck(_one_per_hour(inputs["readings"])), _one_per_hour(inputs["weather"]))
    measured = hours.groupBy(*_STATION_DAY).agg(
        *[summary for name in POLLUTANTS for summary in _pollutant(name)],
        F.count_if("is_stuck").alias("stuck_hours"),
        patterns.exact_mean("temperature_celsius").alias("temperature_mean_celsius"),
        patterns.exact_mean("wind_speed_mps").alias("wind_speed_mean_mps"),
        patterns.exact_sum(F.when(F.col("observed_at") == F.col("measured_at"), F.col("rain_mm"))).alias(
            "rain_sum_mm"
        ),
        F.count("observed_at").alias("weather_hours"),
        F.count_if(F.col("pm25_ugm3") > F.col("pm10_ugm3")).alias("warning_pm25_above_pm10_hours"),
    )
    stations = patterns.in_force(
        inputs["stations"], days, by=("station_name",), since="valid_from", until="valid_to",
        order=("station_id",),
    ).select(*_STATION_DAY, "station_id", "district_code")  # fmt: skip
    # Both sides hold one row per station name and day, so the join cannot multiply rows.
    joined = stations.join(measured, on=list(_STATION_DAY), how="full_outer")
    return joined.select(
        "station_id",
        "station_name",
        "district_code",
        "_business_date",
        F.lit(HOURS_A_DAY).alias("hours_expected"),
        *[column for name in POLLUTANTS for column in (_hours(f"{name}_hours"), F.col(f"{name}_mean_ugm3"))],
        _hours("stuck_hours"),
        "temperature_mean_celsius",
        "wind_speed_mean_mps",
        "rain_sum_mm",
        _hours("weather_hours"),
        _hours("warning_pm25_above_pm10_hours"),
        F.col("station_id").isNull().alias("warning_orphan_station"),
    )


def _one_per_hour(rows: DataFrame) -> DataFrame:
    """Two senders may both claim a station's hour: the later delivery counts, or hours would exceed 24."""
    # By station once, which every window below can use; a quarter less work than one shuffle for each.
    # No station is larger than another: 24 hours a day.
    by_station = rows.repartition("station_name")
    return patterns.latest(
        by_station, by=("station_name", "measured_at"), order=("_delivery_id", "_source_row")
    )


def _with_stuck(readings: DataFrame) -> DataFrame:
    """Readings with `is_stuck`: the run it stands in reaches the threshold by the end of its day.

    By the end of the day and not of the run: tomorrow's hours must not change today's row.
    """
    placed = patterns.with_equal_run(
        readings, "pm25_ugm3", by=("station_name",), at="measured_at", step=timedelta(hours=1), name="place"
    )
    # The run an hour stands in is known by the hour it began.
    began = F.col("measured_at") - F.make_dt_interval(hours=F.col("place") - 1)
    of_the_day = Window.partitionBy("station_name", "began_at", "_business_date")
    return placed.withColumn("began_at", began).withColumn(
        "is_stuck", F.col("place").isNotNull() & (F.max("place").over(of_the_day) >= STUCK_HOURS)
    )


def _with_weather(readings: DataFrame, weather: DataFrame) -> DataFrame:
    measures = ("temperature_celsius", "wind_speed_mps", "rain_mm")
    observed = weather.filter(F.coalesce(*measures).isNotNull()).select(
        "station_name", F.col("measured_at").alias("observed_at"), *measures
    )
    return patterns.as_of(
        readings, observed, by=("station_name",), at="measured_at", since="observed_at", within=WEATHER_AGE,
        columns=("observed_at", *measures),
    )  # fmt: skip


def _pollutant(name: str) -> tuple[Column, Column]:
    value = f"{name}_ugm3"
    return F.count(value).alias(f"{name}_hours"), patterns.exact_mean(value).alias(f"{name}_mean_ugm3")


def _hours(name: str) -> Column:
    """A count of a station-day that had no reading is 0, not unknown."""
    return F.coalesce(F.col(name), F.lit(0)).alias(name)
