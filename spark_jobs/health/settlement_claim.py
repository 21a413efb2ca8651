"""Claims for settlement with what became of them, and whether they pay for exams that another hospital made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns
from spark_jobs.health import persons

KINDS = {"申请": "requested", "结算": "settled", "拒付": "rejected", "冲正": "reversed"}
DECIDED_WITHIN = timedelta(hours=24)
_CLAIM = ["_business_date", "claim_id"]


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per claim and day on which it was requested."""
    events = inputs["events"].withColumn("_kind", patterns.translated(KINDS, F.col("kind")))
    claims = patterns.once(_requested(events))
    encounters = persons.known_by(
        inputs["encounters"].select("encounter_id", "age_band", "_business_date"), "encounter_id"
    )
    exams = persons.known_by(
        inputs["exams"].select("exam_id", F.col("hospital_id").alias("_made_at"), "_business_date"), "exam_id"
    )
    aged = persons.looked_up(claims, encounters, "encounter_id", ["age_band"])
    # A claim has one row a day in each of the others: nothing is multiplied.
    whole = aged.join(_decided(claims, events), on=_CLAIM, how="left").join(
        _lines(claims, inputs["lines"], exams), on=_CLAIM, how="left"
    )
    return whole.select(
        *_CLAIM, "encounter_id", "hospital_id", "age_band", "requested_at", "settled_at", "rejected_at", "reversed_at",
        "amount_cny", *[F.coalesce(name, F.lit(0)).alias(name) for name in ("lines", "lines_known", "lines_elsewhere")],
    )  # fmt: skip


def _requested(events: DataFrame) -> DataFrame:
    """Each claim of a day as it was first requested on it."""
    first = F.min(
        F.struct(
            F.col("event_at").alias("requested_at"), "event_id", "encounter_id", "hospital_id", "amount_cny"
        )
    )
    asked = events.filter("_kind = 'requested'").groupBy(*_CLAIM).agg(first.alias("_first"))
    return asked.select(*_CLAIM, "_first.*").drop("event_id")


def _decided(claims: DataFrame, events: DataFrame) -> DataFrame:
    """settled_at, rejected_at and reversed_at of claims, from the events of their day and the next."""
    at, asked = F.col("event_at"), F.col("requested_at")
    said = events.select("claim_id", "event_at", "_kind", F.col("_business_date").alias("_said_on"))
    day = F.col("_business_date")
    followed = claims.select(*_CLAIM, "requested_at").join(said, on="claim_id", how="inner").filter(
        (at >= asked) & F.col("_said_on").between(day, F.date_add(day, 1))
    )  # fmt: skip
    in_time = at <= asked + F.lit(DECIDED_WITHIN)

    def first(kind: str, when: Column) -> Column:
        return F.min(F.when((F.col("_kind") == kind) & when, at))

    reversals = F.collect_list(F.when(F.col("_kind") == "reversed", at))
    known = followed.groupBy(*_CLAIM).agg(
        first("settled", in_time).alias("settled_at"), first("rejected", in_time).alias("rejected_at"),
        reversals.alias("_reversals"),
    )  # fmt: skip
    after = F.filter("_reversals", lambda each: each >= F.col("settled_at"))
    return known.withColumn("reversed_at", F.array_min(after)).drop("_reversals")


def _lines(claims: DataFrame, lines: DataFrame, exams: DataFrame) -> DataFrame:
    """lines, lines_known and lines_elsewhere of claims that have any on their day."""
    of_claim = claims.select(*_CLAIM, "hospital_id").join(
        lines.select(*_CLAIM, "exam_id"), on=_CLAIM, how="inner"
    )
    told = persons.looked_up(of_claim, exams, "exam_id", ["_made_at"])
    return told.groupBy(*_CLAIM).agg(
        F.count("*").alias("lines"),
        F.count_if(F.col("exam_id").isNull() | F.col("_made_at").isNotNull()).alias("lines_known"),
        F.count_if(F.col("_made_at") != F.col("hospital_id")).alias("lines_elsewhere"),
    )
