"""Trips on motorways, made of the gantries that were passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per trip."""
    passed = inputs["gantries"].filter("trip_id is not null")
    # A trip is of one day, tag, road and direction.
    trips = passed.groupBy("trip_id", "_business_date", "tag_id", "road_no", "direction")
    first, last = F.min_by("position_km", "sequence_no"), F.max_by("position_km", "sequence_no")
    return trips.agg(
        F.min("passed_at").alias("entered_at"),
        F.max("passed_at").alias("left_at"),
        F.min_by("gantry_id", "sequence_no").alias("first_gantry_id"),
        F.max_by("gantry_id", "sequence_no").alias("last_gantry_id"),
        F.count_if(~F.col("is_imputed")).alias("seen_count"),
        F.count_if("is_imputed").alias("imputed_count"),
        F.round(last - first, 3).alias("distance_km"),
        patterns.exact_sum("fee_cny").alias("fee_cny"),
    )
