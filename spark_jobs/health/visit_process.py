"""The steps of visits at hospitals in one row: when, by which means and where, and which step was the first not to be done.

Steps are recorded by systems whose clocks differ, so they are put right first: else one would pay before being seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns
from spark_jobs.health.card_event import STEPS, recorded

REGISTERED_AGAIN = timedelta(minutes=10)  # before that it is a repetition
BEFORE_REGISTERING = timedelta(seconds=60)  # what a clock put right may still be off
DONE_AT = {"see": "seen_at", "examine": "examined_at", "pay": "paid_at", "collect": "collected_at"}
_OF_PATIENT = ["_business_date", "hospital_id", "patient_id"]
_VISIT = [
    "_business_date",
    "visit_id",
    "hospital_id",
    "patient_id",
    "age_band",
    "registered_at",
    "_next_at",
    "_register",
]


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per visit."""
    events = recorded(inputs["events"])
    visits = _begun(events)
    done = visits.join(_done(visits, events), on=["_business_date", "visit_id"], how="left")
    steps = done.withColumns(
        {at: F.col(f"_{step}.at") for step, at in DONE_AT.items()} | {"ordered": F.col("_see.ordered")}
    )
    judged = steps.withColumn("dropped_step", _dropped())
    ended_at = F.greatest("registered_at", *[F.when(_due(step), F.col(at)) for step, at in DONE_AT.items()])
    whole_s = patterns.seconds_between("registered_at", "ended_at")
    return judged.withColumn("ended_at", ended_at).select(
        "visit_id", "_business_date", "hospital_id", "patient_id", "age_band", "registered_at", *DONE_AT.values(), "ordered",
        *[F.col(f"_{step}.{name}").alias(f"{step}_{name}") for name in ("means", "place") for step in STEPS.values()],
        "dropped_step", "ended_at", F.when(F.col("dropped_step").isNull(), whole_s).alias("process_s"),
    )  # fmt: skip


def _begun(events: DataFrame) -> DataFrame:
    """Visits as far as registering tells, with `_next_at`, when the next one of the same patient and hospital began."""
    registered = events.filter(F.col("step") == "register").groupBy(*_OF_PATIENT).agg(
        F.array_sort(F.collect_list(F.struct("at", "event_id", "age_band", "means", "place"))).alias("_all")
    )  # fmt: skip

    def begins(begun: Column, each: Column) -> Column:
        # Not by the one just before it: whoever registers every nine minutes would begin nothing for the rest of the day.
        last = F.element_at(begun, -1)["at"]
        is_new = (F.size(begun) == 0) | (each["at"] - last >= F.lit(REGISTERED_AGAIN))
        return F.when(is_new, F.concat(begun, F.array(each))).otherwise(begun)

    begun = F.aggregate("_all", F.slice("_all", 1, 0), begins)
    each = registered.withColumn("_begun", begun).select(
        *_OF_PATIENT, "_begun", F.posexplode("_begun").alias("_place", "_register")
    )
    following = F.get("_begun", F.col("_place") + 1)["at"]
    return each.withColumns({
        "visit_id": F.col("_register.event_id"), "age_band": F.col("_register.age_band"),
        "registered_at": F.col("_register.at"), "_next_at": following,
    }).select(_VISIT)  # fmt: skip


def _done(visits: DataFrame, events: DataFrame) -> DataFrame:
    """Of visits with any other step than registering: the first of each."""
    later = events.filter(F.col("step") != "register").select(
        *_OF_PATIENT, "step", "at", "event_id", "means", "place", "ordered"
    )
    latest = F.col("at") + F.lit(BEFORE_REGISTERING)
    is_of_visit = (F.col("registered_at") <= latest) & (
        F.col("_next_at").isNull() | (F.col("_next_at") > latest)
    )
    # Visits of a patient at a hospital follow each other, so an event is of one at most.
    of_visit = visits.select(*_OF_PATIENT, "visit_id", "registered_at", "_next_at").join(
        later, on=_OF_PATIENT, how="inner"
    )
    told = F.struct("at", "event_id", "means", "place", "ordered")
    first = [F.min(F.when(F.col("step") == step, told)).alias(f"_{step}") for step in DONE_AT]
    return of_visit.filter(is_of_visit).groupBy("_business_date", "visit_id").agg(*first)


def _due(step: str) -> Column:
    """Whether a step is due of whoever registered; false where nothing is known that says so."""
    orders = {
        "examine": ("examination", "both"),
        "pay": ("examination", "medicine", "both"),
        "collect": ("medicine", "both"),
    }
    return F.lit(True) if step == "see" else F.coalesce(F.col("ordered").isin(*orders[step]), F.lit(False))


def _dropped() -> Column:
    """The first step that is due and was not done."""
    not_done = [F.when(_due(step) & F.col(at).isNull(), step) for step, at in DONE_AT.items()]
    return F.coalesce(*not_done)
