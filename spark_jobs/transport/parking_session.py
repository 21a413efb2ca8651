"""Who stayed in which lot from when till when: ways in paired with ways out, plates misread by one character too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

IN, OUT, BARRIER_DOWN = "进", "出", "落"
LONGEST_STAY = timedelta(hours=48)


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per stay, and per way in or out that belongs to none."""
    paired = patterns.once(patterns.pair(
        inputs["events"], by=("lot_id", "plate"), at="crossed_at", kind="direction", opens=IN, closes=OUT,
        within=LONGEST_STAY, order=("event_id",),
    ))  # fmt: skip
    entries = paired.filter("paired_as = 'open_only'").select("opened")
    exits = paired.filter("paired_as = 'close_only'").select("closed")
    misread = patterns.once(_misread(entries, exits))
    stays = paired.filter("paired_as = 'pair'").select("opened", "closed", F.lit("plate").alias("matched_as"))
    alone = entries.join(
        misread.select("opened.event_id"), on=F.col("opened.event_id") == F.col("event_id"), how="left_anti"
    )
    gone = exits.join(
        misread.select("closed.event_id"), on=F.col("closed.event_id") == F.col("event_id"), how="left_anti"
    )
    whole = (
        stays.unionByName(misread)
        .unionByName(alone.withColumn("matched_as", F.lit("entry_only")), allowMissingColumns=True)
        .unionByName(gone.withColumn("matched_as", F.lit("exit_only")), allowMissingColumns=True)
    )
    return whole.select(*_columns())


def _misread(entries: DataFrame, exits: DataFrame) -> DataFrame:
    """Of what is left over, a way in and a way out one character apart where neither could belong to another."""
    ins = entries.select("opened.*").select(
        "lot_id", "plate", "plate_match", "crossed_at", "event_id", F.struct("*").alias("opened")
    )
    outs = exits.select("closed.*").select(
        "lot_id", "plate", "plate_match", F.col("crossed_at").alias("left_at"), F.col("event_id").alias("exit_id"),
        F.struct("*").alias("closed"),
    )  # fmt: skip
    none, longest = timedelta(0), LONGEST_STAY
    forth = patterns.match_wildcards(
        ins, outs, by=("lot_id",), key="plate", at="crossed_at", other_at="left_at", back=none, ahead=longest,
        columns=("exit_id", "closed"), row_key=("event_id",), order=("exit_id",),
    )  # fmt: skip
    back = patterns.match_wildcards(
        outs, ins, by=("lot_id",), key="plate", at="left_at", other_at="crossed_at", back=longest, ahead=none,
        columns=("event_id",), row_key=("exit_id",), order=("event_id",),
    )  # fmt: skip
    sure = ~F.col("is_exact") & (F.col("alike_count") == 1)
    only = back.filter(sure).select("exit_id", "event_id")
    both = forth.filter(sure).join(only, on=["exit_id", "event_id"], how="left_semi")
    return both.select("opened", "closed", F.lit("one_character").alias("matched_as"))


def _columns() -> list[Column]:
    first = F.coalesce("opened", "closed")
    return [
        first["event_id"].alias("session_id"),
        first["lot_id"].alias("lot_id"),
        first["_business_date"].alias("_business_date"),
        F.col("opened.crossed_at").alias("entered_at"),
        F.col("closed.crossed_at").alias("left_at"),
        patterns.seconds_between("opened.captured_at", "opened.crossed_at").alias("entry_wait_s"),
        F.when(F.col("opened").isNotNull(), F.when(F.col("opened.barrier_state") == BARRIER_DOWN, "barrier")
               .otherwise("free_flow")).alias("entry_mode"),
        F.col("closed.bill_id").alias("bill_id"),
        F.col("closed.due_cny").alias("due_cny"),
        "matched_as",
        (F.col("matched_as") == "one_character").alias("warning_misread_plate"),
        first["plate"].isNull().alias("warning_unread_plate"),
    ]  # fmt: skip
