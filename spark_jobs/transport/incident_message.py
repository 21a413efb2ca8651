"""What centres told each other about incidents: each message with its acknowledgement, if any came within a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

SENT, ACKNOWLEDGED = "发出", "签收"
WITHIN = timedelta(days=1)
LEVELS = {"一级": "I", "二级": "II", "三级": "III"}
LONGEST_S = {"I": 60, "II": 120, "III": 300}  # to acknowledge in time, by the level of who receives


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per message that was sent, and per acknowledgement that belongs to none."""
    # Who acknowledges within the second in which it was sent acknowledges what was sent.
    paired = patterns.pair(
        inputs["messages"], by=("message_id",), at="acted_at", kind="action", opens=SENT, closes=ACKNOWLEDGED,
        within=WITHIN, order=("event_no",), closes_first=False,
    )  # fmt: skip
    # Centres are a key: nothing is multiplied.
    standing = inputs["centres"].select(F.col("centre_id").alias("_centre"), "district_code")
    said = paired.withColumn("_said", F.coalesce("opened", "closed"))
    placed = said.join(standing, on=F.col("_said.to_centre") == F.col("_centre"), how="left")
    wait_s = patterns.seconds_between("opened.acted_at", "closed.acted_at")
    known = placed.withColumn("level", patterns.translated(LEVELS, F.col("_said.level"))).withColumn(
        "acknowledge_s", wait_s
    )
    is_in_time = F.coalesce(
        F.col("acknowledge_s") <= patterns.translated(LONGEST_S, F.col("level")), F.lit(False)
    )
    return known.select(
        F.col("_said.event_no").alias("event_no"), F.col("_said.message_id").alias("message_id"), "_business_date",
        F.col("_said.incident_id").alias("incident_id"), "level", F.col("_said.from_centre").alias("from_centre"),
        F.col("_said.to_centre").alias("to_centre"), "district_code", F.col("opened.acted_at").alias("sent_at"),
        F.col("closed.acted_at").alias("acknowledged_at"), "acknowledge_s",
        F.when(F.col("opened").isNotNull(), is_in_time).alias("is_in_time"), "paired_as",
    )  # fmt: skip
