"""What was due for parking and what was paid for it: a charge per bill, and every payment and refund of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

EARLIEST, LATEST = timedelta(days=1), timedelta(days=30)


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per bill and booking; the sum of amounts up to an instant is what was owed then."""
    bills = (
        inputs["events"]
        .filter("bill_id is not null and direction = '出'")
        .select("bill_id", "lot_id", F.col("crossed_at").alias("left_at"), "due_cny", "_business_date")
    )
    charges = bills.select(
        "bill_id", F.lit("charge").alias("booking_id"), F.lit("charge").alias("booking_type"), "lot_id", "left_at",
        F.col("left_at").alias("booked_at"), F.col("due_cny").alias("amount_cny"), "_business_date",
    )  # fmt: skip
    paid = inputs["payments"].select(
        "bill_id", "payment_id", "paid_at", "kind", F.col("amount_cny").alias("paid_cny")
    )
    in_time = F.col("paid_at").between(F.col("left_at") - F.lit(EARLIEST), F.col("left_at") + F.lit(LATEST))
    bookings = bills.join(paid, on="bill_id").filter(in_time).select(
        "bill_id", F.col("payment_id").alias("booking_id"), F.col("kind").alias("booking_type"), "lot_id", "left_at",
        F.col("paid_at").alias("booked_at"),
        F.when(F.col("kind") == "refund", F.col("paid_cny")).otherwise(-F.col("paid_cny")).alias("amount_cny"),
        "_business_date",
    )  # fmt: skip
    return charges.unionByName(bookings)
