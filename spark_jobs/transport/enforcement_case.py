"""Cases of law enforcement by one list of codes, with who it was, whether again, and whether agencies acted together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns
from spark_jobs.transport.enforcement import AGENCIES, cases

REPEATED_DAYS = 30
UNKNOWN = "unknown"


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per case."""
    found = _categorised(cases(inputs), inputs["violations"])
    known = _repeated(_linked(found, inputs["links"]))
    # An operation is given once for a case, so this multiplies nothing.
    joined = known.join(_operations(found, inputs["operations"]), on="case_no", how="left")
    return joined.select(
        "case_no", "agency", "_business_date", "found_at", "closed_at",
        F.datediff("_business_date", patterns.local_day("found_at")).alias("close_days"), "violation_code",
        F.coalesce("category", F.lit(UNKNOWN)).alias("category"), "found_by", "district_code", "offender_kind",
        "offender_id", "linked_as", "link_score", "is_repeat",
        F.col("operation_no").isNotNull().alias("is_coordinated"), "operation_no", "fine_cny", "paid_cny",
        F.col("category").isNull().alias("warning_unlisted_violation"),
        F.coalesce("_is_doubtful", F.lit(False)).alias("warning_doubtful_offender"),
    )  # fmt: skip


def _categorised(found: DataFrame, violations: DataFrame) -> DataFrame:
    """`found` with `_agency`, the agency's name in the lists, and category; a violation is listed once an agency."""
    listed = violations.select(
        F.col("agency").alias("_agency"), F.col("code").alias("violation_code"), "category"
    )
    named = found.withColumn("_agency", patterns.translated(AGENCIES, F.col("agency")))
    return named.join(F.broadcast(listed), on=["_agency", "violation_code"], how="left")


def _linked(found: DataFrame, links: DataFrame) -> DataFrame:
    """`found` with offender_id, linked_as, link_score and `_is_doubtful`; of a case one link at most is no doubtful one."""
    is_linked = F.col("decision") == "linked"
    of_case = links.groupBy("case_no").agg(
        F.max(F.when(is_linked, F.struct("candidate_id", "linked_as", "score"))).alias("_link"),
        F.bool_or(~is_linked).alias("_is_doubtful"),
    )
    return found.join(of_case, on="case_no", how="left").select(
        *found.columns, F.col("_link.candidate_id").alias("offender_id"), F.col("_link.linked_as").alias("linked_as"),
        F.col("_link.score").alias("link_score"), "_is_doubtful",
    )  # fmt: skip


def _repeated(found: DataFrame) -> DataFrame:
    """`found` with is_repeat: whether the case before of the same offender was closed at most 30 local days before."""
    in_time = Window.partitionBy("offender_id").orderBy("closed_at", "agency", "case_no")
    before = F.lag("_business_date").over(in_time)
    again = F.coalesce(before >= F.date_sub("_business_date", REPEATED_DAYS), F.lit(False))
    # Cases of nobody known are one part of the window, and mean nothing there.
    return found.withColumn("is_repeat", F.when(F.col("offender_id").isNotNull(), again))


def _operations(found: DataFrame, operations: DataFrame) -> DataFrame:
    """case_no and operation_no: the least of the operations of several agencies, one of them the case's, in the district where
    and when it was found."""
    of_several = (
        operations.groupBy("operation_no")
        .agg(F.count_distinct("agency").alias("_agencies"))
        .filter("_agencies > 1")
    )
    planned = operations.join(of_several, on="operation_no", how="left_semi").select(
        "operation_no", F.col("agency").alias("_agency"), "district_code", "started_at", "ended_at"
    )
    met = found.select("case_no", "_agency", "district_code", "found_at").join(
        F.broadcast(planned), on=["_agency", "district_code"], how="inner"
    )
    at = F.col("found_at").between(F.col("started_at"), F.col("ended_at"))
    return met.filter(at).groupBy("case_no").agg(F.min("operation_no").alias("operation_no"))
