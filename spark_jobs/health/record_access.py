"""Requests for the records of other hospitals, and which of them was the first for a patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per request; of one hospital and number the first of the day is the first."""
    asked = Window.partitionBy("_business_date", "hospital_id", "id_number").orderBy(
        "requested_at", "access_id"
    )
    is_first = F.col("id_number").isNull() | (F.row_number().over(asked) == 1)
    return inputs["accesses"].select(
        "access_id", "_business_date", "hospital_id", "age_band", "reason", "requested_at", "is_found",
        is_first.alias("is_first"),
    )  # fmt: skip
