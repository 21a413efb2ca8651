"""How many motor vehicles are registered on a day, by district."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:
    """One row per district with vehicles, and day on which any parking lot was open."""
    vehicles = inputs["vehicles"]
    changes = _changes(vehicles, "registered_on", 1, days).unionByName(
        _changes(vehicles, "deregistered_on", -1, days)
    )
    existing = inputs["lot_days"].select("_business_date").distinct()
    # Repeats a change on purpose, for every day from then on: it is one of a district's day, not of a vehicle.
    counting = changes.crossJoin(existing).filter("_changed_on <= _business_date")
    counted = counting.groupBy("district_code", "_business_date").agg(F.sum("_more").alias("vehicle_count"))
    return counted.filter("vehicle_count > 0")


def _changes(vehicles: DataFrame, on: str, sign: int, days: Sequence[date]) -> DataFrame:
    """district_code, _changed_on, _more: how many came or went by each of the days; of before them on the first."""
    until = vehicles.filter(F.col(on) <= F.lit(max(days)))
    by_day = until.groupBy("district_code", F.greatest(F.col(on), F.lit(min(days))).alias("_changed_on"))
    return by_day.agg((F.count("*") * sign).alias("_more"))
