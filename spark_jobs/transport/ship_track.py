"""Where ships went: their positions, each at most half an hour after the one before, as tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns

GAP = timedelta(minutes=30)
LONGEST = timedelta(days=2)
_M_PER_KM = 1000


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per track."""
    positions = inputs["positions"].select(
        "mmsi", "reported_at", "latitude", "longitude", "speed_kn", "_business_date"
    )
    tracked = patterns.sessions(
        positions, by=("mmsi",), at="reported_at", gap=GAP, longest=LONGEST, name="track"
    )
    in_time = Window.partitionBy("track_key").orderBy("reported_at")
    before = F.lag(F.struct("latitude", "longitude")).over(in_time)
    stepped = tracked.withColumn("_before", before)
    step = patterns.great_circle_m("longitude", "latitude", "_before.longitude", "_before.latitude")
    stepped = stepped.withColumn("_step_km", step / F.lit(_M_PER_KM))
    return stepped.groupBy("track_key", "mmsi").agg(
        F.min("_business_date").alias("_business_date"),
        F.min("reported_at").alias("started_at"),
        F.max("reported_at").alias("ended_at"),
        F.count("*").alias("position_count"),
        F.coalesce(patterns.exact_sum("_step_km"), F.lit(0.0)).alias("distance_km"),
        F.max("speed_kn").alias("max_speed_kn"),
    )
