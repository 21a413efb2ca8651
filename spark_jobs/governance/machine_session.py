"""Sessions at self-service machines, with where the machine stands and whether somebody came to the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

NOT_FINISHED = ("abandoned", "timed_out")


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per session."""
    machines = inputs["machines"].select("machine_id", "site_id")
    places = inputs["sites"].select("site_id", "district_code")
    # Machines and places are keys: nothing is multiplied.
    standing = machines.join(places, on="site_id", how="left")
    joined = inputs["sessions"].join(standing, on="machine_id", how="left")
    return joined.select(
        "session_no", "_business_date", "machine_id", "site_id", "district_code", "started_at", "ended_at",
        patterns.seconds_between("started_at", "ended_at").alias("duration_s"), "age_band", "item_code", "steps",
        "ended_as", F.col("ended_as").isin(*NOT_FINISHED).alias("is_abandoned"),
    )  # fmt: skip
