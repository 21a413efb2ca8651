"""Who runs which parking lot on a day, at which price, and who stands behind the operator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

MAJORITY_PCT = 50


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:
    """One row per listed lot that somebody runs, and day on which any lot was open."""
    spans = patterns.in_force(
        inputs["operators"], days, by=("lot_id",), since="started_on", until="stopped_on", order=("record_no",),
    )  # fmt: skip
    lots = inputs["lots"].select("lot_id", "district_code", F.col("space_count").alias("listed_space_count"))
    existing = inputs["lot_days"].select("_business_date").distinct()
    # Lots and days are keys: the first join keeps rows, the second adds columns.
    run = spans.join(existing, on="_business_date", how="left_semi").join(lots, on="lot_id", how="inner")
    groups = _groups(inputs["holdings"], days)
    is_of_day = (F.col("_business_date") >= F.col("_since")) & (F.col("_business_date") < F.col("_until"))
    # On a day an enterprise stands in one group, so no row comes out twice.
    grouped = run.join(groups, on=(F.col("operator_code") == F.col("_member")) & is_of_day, how="left")
    return grouped.select(
        "lot_id", "_business_date", "record_no", "operator_code", "operator_name",
        F.coalesce("_group", "operator_code").alias("group_code"),
        "district_code", "space_count", "listed_space_count", "price_cny", "started_on",
    )  # fmt: skip


def _groups(holdings: DataFrame, days: Sequence[date]) -> DataFrame:
    """_member, _group, _since, _until: who stands in which group; who neither holds nor is held is in its own, and missing."""
    majorities = patterns.majority(
        holdings, holder="holder_code", held="held_code", share="share_pct", since="held_from", until="held_until",
        above=MAJORITY_PCT,
    )  # fmt: skip
    tops = patterns.tops(
        majorities, min(days), max(days), below="held_code", above="holder_code", since="held_from", until="held_until"
    )  # fmt: skip
    return tops.select(
        F.col("held_code").alias("_member"), F.col("holder_code").alias("_group"),
        F.col("held_from").alias("_since"), F.col("held_until").alias("_until"),
    )  # fmt: skip
