"""Epidemic cases by place and day: daily numbers from cumulative ones, falls kept as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

LOOK_BACK_DAYS = 7  # as in the declaration's window
_COUNTS = ("confirmed", "suspected", "cured", "dead")
_CUMULATIVE = ("confirmed", "cured", "dead")  # the suspected come and go


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per place and day; rows of earlier days come out too and are the caller's to drop."""
    reports = _places(inputs["reports"])
    # A place whose code is missing on some days is still the same place by its name, so the latest
    # earlier report is sought by both. Both are structs that begin with the day: the greatest is the latest.
    totals = [f"{name}_total" for name in _CUMULATIVE]
    by_key, by_name = (
        patterns.previous(totals, by=("area_type", *place), day="_business_date", within=LOOK_BACK_DAYS)
        for place in (("area_key",), ("_parent", "area_name"))
    )
    compared = reports.withColumn("_previous", F.greatest(by_key, by_name))
    new = [
        (F.col(f"{name}_total") - F.col(f"_previous.{name}_total")).alias(f"{name}_new")
        for name in _CUMULATIVE
    ]
    counted = compared.select("*", *new)
    return counted.select(
        "area_type",
        "area_code",
        "area_key",
        "area_name",
        "parent_code",
        "_business_date",
        *[f"{name}_total" for name in _COUNTS],
        *[f"{name}_new" for name in _CUMULATIVE],
        F.col("_previous._business_date").alias("previous_date"),
        (F.least(*[f"{name}_new" for name in _CUMULATIVE]) < 0).alias("is_corrected"),
        F.col("area_code").isNull().alias("warning_missing_code"),
    )


def _places(reports: DataFrame) -> DataFrame:
    """Reports with their place: which of the three levels a row is of shows in what is null."""

    def by_level(city: Column, province: Column, country: Column) -> Column:
        is_city, is_province = F.col("city_name").isNotNull(), F.col("province_name").isNotNull()
        return F.when(is_city, city).when(is_province, province).otherwise(country)

    nothing = F.lit(None).cast("string")
    placed = reports.select(
        "_business_date",
        by_level(F.lit("city"), F.lit("province"), F.lit("country")).alias("area_type"),
        by_level(F.col("city_code"), F.col("province_code"), F.col("country_code")).alias("area_code"),
        by_level(F.col("city_name"), F.col("province_name"), F.col("country_name")).alias("area_name"),
        by_level(F.col("province_code"), F.col("country_code"), nothing).alias("parent_code"),
        by_level(F.col("province_name"), F.col("country_name"), nothing).alias("_parent_name"),
        *[F.col(f"{name}_count").alias(f"{name}_total") for name in _COUNTS],
    )
    parent = F.coalesce("parent_code", "_parent_name")
    return placed.withColumn("_parent", parent).withColumn(
        "area_key", F.coalesce("area_code", F.concat_ws("/", "_parent", "area_name"))
    )
