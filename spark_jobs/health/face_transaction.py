"""Attempts to be recognised by one's face, one row for each person at a device: accepted, or rejected though it was them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.health.card_event import recorded

SHOWN_WITHIN = timedelta(minutes=10)  # after the last attempt
_TRANSACTION = ["_business_date", "transaction_id"]


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per transaction."""
    transactions = _transactions(inputs["matches"])
    shown = _shown(transactions.filter(~F.col("is_accepted")), inputs["events"])
    return transactions.join(shown, on=_TRANSACTION, how="left").select(
        "transaction_id", "_business_date", "hospital_id", "step", "patient_id", "first_at", "last_at", "attempt_count",
        "is_accepted", F.col("matched_event_id").isNotNull().alias("is_falsely_rejected"), "matched_event_id",
    )  # fmt: skip


def _transactions(matches: DataFrame) -> DataFrame:
    """Attempts by transaction and day."""
    attempt = F.struct("matched_at", "match_id", "hospital_id", "step", "patient_id")
    told = F.when(F.col("patient_id").isNotNull(), attempt)
    of_one = matches.groupBy(*_TRANSACTION).agg(
        F.min(attempt).alias("_first"), F.max(told).alias("_told"), F.max("matched_at").alias("last_at"),
        F.count("*").alias("attempt_count"), F.max("is_accepted").alias("is_accepted"),
    )  # fmt: skip
    return of_one.select(
        *_TRANSACTION, "_first.hospital_id", "_first.step", "_told.patient_id", F.col("_first.matched_at").alias("first_at"),
        "last_at", "attempt_count", "is_accepted",
    )  # fmt: skip


def _shown(rejected: DataFrame, events: DataFrame) -> DataFrame:
    """`matched_event_id` of each rejected transaction after which its patient showed a card."""
    cards = recorded(events).filter(F.col("means").isin("card", "plastic"))
    same = ["_business_date", "hospital_id", "patient_id", "step"]
    # A patient has few records a day: what is multiplied is counted together again.
    met = rejected.select(*same, "transaction_id", "last_at").join(
        cards.select(*same, "at", "event_id"), on=same, how="inner"
    )
    after = met.filter(F.col("at").between(F.col("last_at"), F.col("last_at") + F.lit(SHOWN_WITHIN)))
    first = after.groupBy(*_TRANSACTION).agg(F.min(F.struct("at", "event_id")).alias("_first"))
    return first.select(*_TRANSACTION, F.col("_first.event_id").alias("matched_event_id"))
