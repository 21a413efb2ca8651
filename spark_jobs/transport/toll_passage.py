"""Cars that passed a lane of a toll plaza, with how long that took and where the plaza lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

LANE_KINDS = {"ETC": "etc", "人工": "manual"}
WAYS = {"入": "entry", "出": "exit"}


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per car and lane."""
    places = inputs["plazas"].select("plaza_id", "district_code")
    # Plazas are a key: nothing is multiplied.
    return inputs["passages"].join(places, on="plaza_id", how="left").select(
        "passage_id", "_business_date", "plaza_id", "district_code", "lane_no",
        patterns.translated(LANE_KINDS, F.col("lane_kind")).alias("lane_kind"),
        patterns.translated(WAYS, F.col("way")).alias("way"), "arrived_at", "left_at",
        patterns.seconds_between("arrived_at", "left_at").alias("gate_s"), "vehicle_class",
    )  # fmt: skip
