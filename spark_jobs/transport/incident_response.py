"""How soon somebody came to an incident, and how long traffic around it was delayed.

A segment is within reach where its middle is within two kilometres of that of the incident's segment, an interval from half
an hour before the report until two hours after it. What is within reach of several incidents belongs to the nearest, then to the
one that was reported first, then to the least number; so each delayed vehicle counts once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

REACH_M = 2000
BEFORE, AFTER = timedelta(minutes=30), timedelta(minutes=120)


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:
    """One row per incident."""
    incidents, segments = inputs["incidents"], inputs["segments"]
    # Two incidents compete for an interval where less than both reaches lies between them.
    competing = _around(incidents, "reported_at", days, BEFORE + AFTER, BEFORE + AFTER)
    reach = patterns.once(_reach(competing, segments))
    delays = _delays(_around(inputs["speeds"], "interval_start", days, BEFORE, AFTER), reach)
    counts = reach.groupBy("incident_id").agg(F.count("*").alias("segment_count"))
    listed = segments.select("segment_id", "district_code", F.lit(True).alias("_is_listed"))
    own = incidents.filter(F.col("_business_date").isin(*days))
    # Segments are a key, counts and delays hold a row per incident: nothing is multiplied.
    joined = _escalated(own, incidents).join(listed, on="segment_id", how="left")
    for side in (counts, delays):
        joined = joined.join(side, on="incident_id", how="left")
    return joined.select(*_columns())


def _around(
    rows: DataFrame, at: str, days: Sequence[date], earlier: timedelta, later: timedelta
) -> DataFrame:
    """Rows of `days`, of as much as `earlier` before them and `later` after them; both together are less than a day."""
    return rows.filter(
        patterns.local_day(F.col(at) + F.lit(earlier)).isin(*days)
        | patterns.local_day(F.col(at) - F.lit(later)).isin(*days)
    )


def _reach(incidents: DataFrame, segments: DataFrame) -> DataFrame:
    """incident_id, reported_at, segment_id, length_m, distance_m: a row for each segment within reach of an incident."""
    middles = segments.select("segment_id", "length_m", "longitude", "latitude")
    # Distances between segments, not from each incident: many stand on the same one.
    struck = middles.join(incidents, on="segment_id", how="left_semi").select(
        F.col("segment_id").alias("_struck"), "longitude", "latitude"
    )
    pairs = patterns.near(
        struck, middles, longitude="longitude", latitude="latitude", reach_m=REACH_M, columns=("segment_id", "length_m")
    )  # fmt: skip
    of_incident = incidents.select("incident_id", "reported_at", F.col("segment_id").alias("_struck"))
    return of_incident.join(pairs, on="_struck", how="inner").select(
        "incident_id", "reported_at", "segment_id", "length_m", "distance_m"
    )


def _delays(speeds: DataFrame, reach: DataFrame) -> DataFrame:
    """incident_id, touched_interval_count, delay_vehicle_ms: of incidents to which any interval with a speed belongs."""
    driven = speeds.filter("speed_kmh is not null").select(
        "segment_id", "interval_start", "speed_kmh", "free_flow_kmh", "vehicle_count"
    )
    near = driven.join(reach, on="segment_id", how="left_semi")  # before bins of time are made of them
    spans = reach.select(
        "segment_id", (F.col("reported_at") - F.lit(BEFORE)).alias("_since"),
        (F.col("reported_at") + F.lit(AFTER)).alias("_until"), F.col("length_m").alias("_length_m"),
        F.struct("distance_m", "reported_at", "incident_id").alias("_claim"),
    )  # fmt: skip
    claimed = patterns.intervals(
        near, spans, by=("segment_id",), at="interval_start", since="_since", until="_until", longest=BEFORE + AFTER,
        columns=("_length_m", "_claim"),
    ).filter("_claim is not null")  # fmt: skip
    slower_ms = patterns.travel_ms("_length_m", "speed_kmh") - patterns.travel_ms(
        "_length_m", "free_flow_kmh"
    )
    delay_ms = F.greatest(slower_ms, F.lit(0)) * F.col("vehicle_count")
    # A segment has one speed in an interval, so its delay is one of the keys without making more of them.
    belongs = claimed.groupBy("segment_id", "interval_start", delay_ms.alias("_delay_ms")).agg(
        F.min("_claim").alias("_claim")
    )
    return belongs.groupBy(F.col("_claim.incident_id").alias("incident_id")).agg(
        F.count("*").alias("touched_interval_count"), F.sum("_delay_ms").alias("delay_vehicle_ms")
    )


def _escalated(incidents: DataFrame, all_incidents: DataFrame) -> DataFrame:
    """`incidents` with when and how grave the record was that each grew out of: of the day before or the same."""
    first = all_incidents.select(
        F.col("incident_id").alias("_first"), F.col("reported_at").alias("_first_at"),
        F.col("level").alias("escalated_from_level"), F.col("_business_date").alias("_first_on"),
    )  # fmt: skip
    day = F.col("_business_date")
    is_it = (F.col("escalated_from") == F.col("_first")) & F.col("_first_on").between(F.date_sub(day, 1), day)
    return incidents.join(first, on=is_it, how="left")


def _columns() -> list[Column]:
    return [
        "incident_id", "_business_date", "kind", "level", "segment_id", "district_code", "centre_id", "reported_at",
        "dispatched_at", "arrived_at", "cleared_at", patterns.seconds_between("reported_at", "arrived_at").alias("response_s"),
        "escalated_from", "escalated_from_level", patterns.seconds_between("_first_at", "reported_at").alias("escalation_s"),
        *[F.coalesce(name, F.lit(0)).alias(name)
          for name in ("delay_vehicle_ms", "touched_interval_count", "segment_count")],
        F.col("_is_listed").isNull().alias("warning_unknown_segment"),
    ]  # fmt: skip
