"""Which gantries a car passed when on its way along a motorway: those that read its tag, and those that missed it.

A trip is of one tag, road and direction: each reading at most 45 minutes after the one before, and farther along the road. A
car that turns round, or comes again, begins another one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns

GAP = timedelta(minutes=45)
LONGEST = timedelta(hours=6)  # the longest road takes less
REPEATED_WITHIN = timedelta(seconds=60)  # readings of a tag at a gantry that are one passage
_ROAD = ("road_no", "direction")
_PLACE = (*_ROAD, "sequence_no", "position_km")
_OF_TRIP = ("trip_id", "tag_id", "_business_date")


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per gantry of a trip, seen or not, and per reading that belongs to no trip."""
    # Of two gantries at one place the list is wrong: that of the greater number counts.
    listed = patterns.latest(inputs["gantries"], by=(*_ROAD, "sequence_no"), order=("gantry_id",))
    listed = listed.select("gantry_id", *_PLACE)
    readings = inputs["passages"].select(
        "passage_id", "gantry_id", "tag_id", "passed_at", "fee_cny", "speed_kmh", "_business_date"
    )
    placed = readings.join(listed, on="gantry_id", how="left")  # gantries are a key: nothing is multiplied
    is_placed = F.col("tag_id").isNotNull() & F.col("sequence_no").isNotNull()
    seen = patterns.once(_in_trips(placed.filter(is_placed)))
    missed = patterns.left_out(
        seen, listed, series=_OF_TRIP, by=_ROAD, number="sequence_no", along="position_km", at="passed_at"
    )
    whole = seen.unionByName(missed, allowMissingColumns=True)
    whole = whole.unionByName(placed.filter(~is_placed), allowMissingColumns=True)
    return whole.select(
        F.coalesce("passage_id", F.concat_ws(":", "trip_id", "gantry_id")).alias("passage_key"),
        "_business_date", "trip_id", "passage_id", "tag_id", "gantry_id", *_PLACE, "passed_at",
        F.col("passage_id").isNull().alias("is_imputed"), "fee_cny", "speed_kmh",
        F.col("sequence_no").isNull().alias("warning_orphan_gantry"),
    )  # fmt: skip


def _in_trips(placed: DataFrame) -> DataFrame:
    """The first reading of each passage, with `trip_id`, the number of the trip's first, and the day of that."""
    passages = patterns.without_repeats(
        placed, by=("tag_id", "gantry_id"), at="passed_at", within=REPEATED_WITHIN, order=("passage_id",)
    )
    trips = patterns.sessions(
        passages, by=("tag_id", *_ROAD), at="passed_at", gap=GAP, longest=LONGEST, rising="sequence_no",
        name="trip",
    )  # fmt: skip
    in_order = F.struct("passed_at", "sequence_no", "passage_id", "_business_date")
    first = F.min(in_order).over(Window.partitionBy("trip_key"))
    return trips.withColumn("_first", first).select(
        *placed.drop("_business_date").columns, F.col("_first.passage_id").alias("trip_id"),
        F.col("_first._business_date").alias("_business_date"),
    )  # fmt: skip
