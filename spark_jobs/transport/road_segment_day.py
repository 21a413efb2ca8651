"""Road segments by day: how long their vehicles took, and how long they would have taken on an empty road."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

INTERVAL = timedelta(minutes=5)
DAYTIME_H = (6, 22)  # at night few drive, at the speed they like: one speed for hours is no wonder
_SUMS = ("interval_count", "vehicle_count", "travel_vehicle_ms", "free_vehicle_ms", "equal_speed_count")


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:
    """One row per segment of the list and day, those without any speed included."""
    segments = inputs["segments"].select(
        "segment_id", "district_code", "length_m", "is_major", "monitored_from"
    )
    of_days = segments.withColumn("_business_date", F.explode(F.array(*[F.lit(day) for day in days])))
    # Both sides hold one row per segment and day, so the join cannot multiply rows.
    joined = of_days.join(
        _driven(inputs["speeds"], segments), on=["segment_id", "_business_date"], how="left"
    )
    is_monitored = F.coalesce(F.col("monitored_from") <= F.col("_business_date"), F.lit(False))
    return joined.select(
        "segment_id", "_business_date", "district_code", "length_m", "is_major", is_monitored.alias("is_monitored"),
        *[F.coalesce(name, F.lit(0)).alias(name) for name in _SUMS],
    )  # fmt: skip


def _driven(speeds: DataFrame, segments: DataFrame) -> DataFrame:
    """The sums of a segment and day; a row without a speed counts for nothing."""
    by = ("segment_id", "_business_date")
    hour = F.hour(F.from_utc_timestamp("interval_start", patterns.ZONE))
    is_daytime = (hour >= DAYTIME_H[0]) & (hour < DAYTIME_H[1])
    by_day = patterns.with_equal_run(
        speeds.withColumn("_daytime_kmh", F.when(is_daytime, F.col("speed_kmh"))), "_daytime_kmh", by=by,
        at="interval_start", step=INTERVAL, name="_place",
    ).filter("speed_kmh is not null")  # fmt: skip
    long = by_day.join(segments.select("segment_id", "length_m"), on="segment_id", how="inner")
    travel_ms, free_ms = (patterns.travel_ms("length_m", name) for name in ("speed_kmh", "free_flow_kmh"))
    vehicles = F.col("vehicle_count")
    return long.groupBy(*by).agg(
        F.count("*").alias("interval_count"), F.sum(vehicles).alias("vehicle_count"),
        F.sum(travel_ms * vehicles).alias("travel_vehicle_ms"), F.sum(free_ms * vehicles).alias("free_vehicle_ms"),
        F.max("_place").alias("equal_speed_count"),
    )  # fmt: skip
