"""What cameras took of ships, by the day it was taken: the passage it belongs to may be of the day before or after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per capture."""
    taken = inputs["passages"].filter("capture_id is not null")
    is_matched = F.col("matched_as") != "capture_only"
    return taken.select(
        "capture_id", "fairway_id", F.col("captured_on").alias("_business_date"), "captured_at",
        F.when(is_matched, F.col("passage_id")).alias("passage_id"), "matched_as", "judgement_no", "judged_at",
        "judgement_wait_s", "judged_by", "judged_rule", "is_judged_seaworthy", "warning_misread_hull",
        "warning_unread_hull",
    )  # fmt: skip
