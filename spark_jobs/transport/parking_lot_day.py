"""Parking lots by day: how long their spaces were taken by stays and by their own counters, barriers, how one pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

_MICROS = 1e6


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:
    """One row per lot that was open, and day."""
    on = ["lot_id", "_business_date"]
    always = inputs["lots"].withColumn("closed_on", F.lit(None).cast("date"))
    lots = patterns.in_force(always, days, by=("lot_id",), since="opened_on", until="closed_on")
    counted = (
        inputs["counts"]
        .groupBy(*on)
        .agg(
            F.count("car_count").alias("counted_hours"),
            patterns.exact_mean(F.col("car_count").cast("double")).alias("counted_mean"),
        )
    )
    barriers = inputs["barriers"].withColumn("never", F.lit(None).cast("date"))
    ever = patterns.in_force(barriers, days, by=("barrier_id",), since="installed_on", until="never")
    standing = (F.col("removed_on").isNull()) | (F.col("removed_on") > F.col("_business_date"))
    of_lot = ever.groupBy(*on).agg(F.count("*").alias("registered"), F.count_if(standing).alias("standing"))
    # Every side holds one row per lot and day, so no join can multiply rows.
    joined = lots
    for side in (_parked(inputs["sessions"]), _events(inputs["sessions"]), counted, of_lot):
        joined = joined.join(side, on=on, how="left")
    return joined.select(
        "lot_id", "_business_date", "district_code", "is_scenic", "space_count",
        (F.coalesce(F.col("adopted_on") <= F.col("_business_date"), F.lit(False))).alias("is_adopted"),
        *[_count(name) for name in ("entry_count", "exit_count", "stay_count")],
        F.coalesce("parked_s", F.lit(0.0)).alias("parked_s"),
        _count("counted_hours"), F.col("counted_mean").alias("counted_mean_cars"),
        F.coalesce("registered", F.lit(0)).alias("barrier_registered_count"),
        F.coalesce("standing", F.lit(0)).alias("barrier_standing_count"),
    )  # fmt: skip


def _count(name: str) -> Column:
    """What was not seen is none."""
    return F.coalesce(F.col(name), F.lit(0)).alias(name)


def _parked(sessions: DataFrame) -> DataFrame:
    """Seconds that stays lasted within each local day they touch, and how many did."""
    stays = sessions.filter("entered_at is not null and left_at is not null")
    of_day = patterns.by_local_day(stays, "entered_at", "left_at")
    return of_day.groupBy("lot_id", "_business_date").agg(
        (F.sum("within_us") / F.lit(_MICROS)).alias("parked_s"), F.count("*").alias("stay_count")
    )


def _events(sessions: DataFrame) -> DataFrame:
    """Ways in and out that were seen, by the local day they were on."""
    ways = sessions.select("lot_id", F.explode(F.array(
        F.struct(patterns.local_day("entered_at").alias("day"), F.lit(1).alias("entries"), F.lit(0).alias("exits")),
        F.struct(patterns.local_day("left_at").alias("day"), F.lit(0).alias("entries"), F.lit(1).alias("exits")),
    )).alias("way"))  # fmt: skip
    seen = ways.filter("way.day is not null").groupBy("lot_id", F.col("way.day").alias("_business_date"))
    return seen.agg(F.sum("way.entries").alias("entry_count"), F.sum("way.exits").alias("exit_count"))
