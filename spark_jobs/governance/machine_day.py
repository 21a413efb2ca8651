"""Self-service machines by day: how long they were known to be up, and what kept them from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns

HOLDS = timedelta(hours=2)  # of a report that none follows
STATES = {"up": "available_s", "no_paper": "no_paper_s", "fault": "fault_s", "closed": "closed_s"}
_COUNTS = ("report_count", "known_s", *STATES.values())


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:
    """One row per machine that stood somewhere, and day on which any machine reported."""
    statuses = inputs["statuses"]
    on = ["machine_id", "_business_date"]
    listed = patterns.in_force(
        inputs["machines"], days, by=("machine_id",), since="installed_on", until="removed_on"
    )
    heard = listed.join(statuses.select("_business_date"), on="_business_date", how="left_semi")
    reports = statuses.groupBy(*on).agg(
        F.count("*").alias("report_count"), F.max("temperature_celsius").alias("max_temperature_celsius")
    )
    places = inputs["sites"].select("site_id", "district_code")
    # Places are a key, and every other side holds a row per machine and day: nothing is multiplied.
    joined = heard.join(places, on="site_id", how="left")
    for side in (reports, _held(statuses)):
        joined = joined.join(side, on=on, how="left")
    return joined.select(
        *on, "site_id", "district_code", *[F.coalesce(name, F.lit(0)).alias(name) for name in _COUNTS],
        "max_temperature_celsius",
    )  # fmt: skip


def _held(statuses: DataFrame) -> DataFrame:
    """Seconds of a machine and local day in which a report holds, in all and by what it says."""
    of_machine = Window.partitionBy("machine_id").orderBy("reported_at")
    # least takes no notice of a null: the last report has none after it.
    until = F.least(F.lead("reported_at").over(of_machine), F.col("reported_at") + F.lit(HOLDS))
    holding = statuses.select("machine_id", "state", "reported_at", until.alias("_until"))
    of_day = patterns.by_local_day(holding, "reported_at", "_until")
    says = {name: F.when(F.col("state") == state, F.col("within_us")) for state, name in STATES.items()}
    return of_day.groupBy("machine_id", "_business_date").agg(
        _seconds(F.col("within_us")).alias("known_s"),
        *[_seconds(F.coalesce(each, F.lit(0))).alias(name) for name, each in says.items()],
    )


def _seconds(microseconds):
    return (F.sum(microseconds) / F.lit(1_000_000)).cast("bigint")
