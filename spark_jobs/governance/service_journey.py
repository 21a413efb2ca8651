"""What an application took: visits, handlings, and working days against those that were promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

DAYS_BEFORE, DAYS_AFTER = 30, 7  # of a contact, from the day of the decision
SUBMITTED = "提交"
HANDLINGS = {
    "网上": "online", "一证": "one_card", "一窗": "one_window", "掌上": "mobile", "自助": "self_service", "简易": "light",
}  # fmt: skip


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per application that was decided."""
    applications = inputs["applications"]
    promised = inputs["items"].select("item_code", "promised_working_days")
    # Items are a key, and contacts were counted by application and day: nothing is multiplied.
    joined = applications.join(
        _contacts(inputs["contacts"], applications), on=["application_no", "_business_date"], how="left"
    ).join(promised, on="item_code", how="left")
    known = _worked(joined, inputs["calendar"])
    own = F.array("channel")
    handlings = F.array_union(own, F.coalesce("_handlings", own))
    return known.select(
        "application_no", "_business_date", "item_code", "applicant_type", "age_band", "district_code", "channel",
        "submitted_at", "accepted_at", "decided_at", "outcome",
        *[F.coalesce(name, F.lit(0)).alias(name) for name in ("contact_count", "visit_count")],
        F.size(handlings).alias("channel_count"),
        F.coalesce("is_submission_recorded", F.lit(False)).alias("is_submission_recorded"),
        "worked_days", "promised_working_days",
        (F.col("worked_days") <= F.col("promised_working_days")).alias("is_promise_kept"),
    )  # fmt: skip


def _contacts(contacts: DataFrame, applications: DataFrame) -> DataFrame:
    """application_no, _business_date (of the decision) and what its contacts near that day say."""
    said = contacts.select(
        "application_no", "step", "site_id", F.col("_business_date").alias("_contacted_on"),
        patterns.translated(HANDLINGS, F.col("channel")).alias("_handling"),
    )  # fmt: skip
    near = applications.select("application_no", "_business_date").join(
        said, on="application_no", how="inner"
    )
    decided_on = F.col("_business_date")
    in_time = F.col("_contacted_on").between(
        F.date_sub(decided_on, DAYS_BEFORE), F.date_add(decided_on, DAYS_AFTER)
    )
    visit = F.when(F.col("site_id").isNotNull(), F.struct("_contacted_on", "site_id"))
    return near.filter(in_time).groupBy("application_no", "_business_date").agg(
        F.count("*").alias("contact_count"), F.size(F.collect_set(visit)).alias("visit_count"),
        F.collect_set("_handling").alias("_handlings"),
        F.bool_or(F.col("step") == SUBMITTED).alias("is_submission_recorded"),
    )  # fmt: skip


def _worked(rows: DataFrame, calendar: DataFrame) -> DataFrame:
    """`rows` with `worked_days`, the working days after that of acceptance up to that of the decision."""
    for name in ("accepted", "decided"):
        # A calendar holds a day once.
        numbered = calendar.select(
            F.col("calendar_date").alias(f"_{name}_on"), F.col("working_day_number").alias(f"_{name}_number")
        )
        on_day = rows.withColumn(f"_{name}_on", patterns.local_day(f"{name}_at"))
        rows = on_day.join(F.broadcast(numbered), on=f"_{name}_on", how="left")
    return rows.withColumn("worked_days", F.col("_decided_number") - F.col("_accepted_number"))
