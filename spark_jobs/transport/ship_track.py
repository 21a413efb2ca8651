"""Where ships went: their positions, each at most half an hour after the one before, as tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns

GAP = timedelta(minutes=30)
LONGEST = timedelta(days=2)
_EARTH_KM = 6371.0088  # mean radius (IUGG)


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
    stepped = stepped.withColumn("_step_km", _great_circle_km("_before", "latitude", "longitude"))
    return stepped.groupBy("track_key", "mmsi").agg(
        F.min("_business_date").alias("_business_date"),
        F.min("reported_at").alias("started_at"),
        F.max("reported_at").alias("ended_at"),
        F.count("*").alias("position_count"),
        F.coalesce(patterns.exact_sum("_step_km"), F.lit(0.0)).alias("distance_km"),
        F.max("speed_kn").alias("max_speed_kn"),
    )


def _great_circle_km(before: str, latitude: str, longitude: str) -> Column:
    """Kilometres on a sphere, by the haversine formula; null without a place before."""
    lat, lat0 = F.radians(latitude), F.radians(f"{before}.latitude")
    east = F.radians(longitude) - F.radians(f"{before}.longitude")
    half = F.pow(F.sin((lat - lat0) / 2), 2) + F.cos(lat) * F.cos(lat0) * F.pow(F.sin(east / 2), 2)
    # least takes no notice of a null: without a place before it would be half way around the world.
    distance = F.lit(2 * _EARTH_KM) * F.asin(F.least(F.lit(1.0), F.sqrt(half)))
    return F.when(half.isNotNull(), distance)
