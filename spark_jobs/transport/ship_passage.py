"""Which ship passed which fairway when, which capture shows it, and whether it was seaworthy.

The rules are those of the port and shipping bureau: of the latest certificate issued by the day, its last day, its
suspension and its draught are looked at in this order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from spark_jobs import patterns

GAP = timedelta(minutes=30)
LONGEST = timedelta(days=2)
CAPTURED_WITHIN = timedelta(minutes=5)
JUDGED_WITHIN = timedelta(hours=48)
SURVEYED_WITHIN = timedelta(days=30)


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per passage, and per capture that belongs to none."""
    passages = patterns.once(_passages(inputs["positions"], inputs["fairways"]))
    judged = _judged(_tracked(passages, inputs["tracks"]), inputs["certificates"], inputs["surveys"])
    captured = patterns.once(_captured(inputs["captures"], _with_hull(passages, inputs["ships"])))
    captures = _with_judgement(captured, inputs["judgements"])
    # A capture is given to one passage at most, and a passage has one at most: nothing is multiplied.
    return (
        judged.withColumn("_is_passage", F.lit(True))
        .join(captures, on=F.col("passage_key") == F.col("_of_passage"), how="full")
        .select(*_columns())
    )


def _passages(positions: DataFrame, fairways: DataFrame) -> DataFrame:
    """passage_key, mmsi, fairway_id, entered_at, left_at, position_count, entered_on."""
    places = positions.select("mmsi", "reported_at", "latitude", "longitude")
    here = patterns.inside(
        places, fairways, longitude="longitude", latitude="latitude", outline="outline", columns=("fairway_id",)
    )  # fmt: skip
    by = ("mmsi", "fairway_id")
    passing = patterns.sessions(here, by=by, at="reported_at", gap=GAP, longest=LONGEST, name="passage")
    found = passing.groupBy("passage_key", *by).agg(
        F.min("reported_at").alias("entered_at"), F.max("reported_at").alias("left_at"),
        F.count("*").alias("position_count"),
    )  # fmt: skip
    return found.withColumn("entered_on", patterns.local_day("entered_at"))


def _with_hull(passages: DataFrame, ships: DataFrame) -> DataFrame:
    """Passages of listed ships with what cameras read on them; ships are listed once, so this multiplies nothing."""
    return passages.join(ships.select("mmsi", "hull", "hull_match"), on="mmsi", how="inner")


def _captured(captures: DataFrame, passages: DataFrame) -> DataFrame:
    """All captures, with `_of_passage` and `_is_exact` where a passage and they are each other's first choice."""
    # The greatest in order is preferred: the earlier, then the ship of the lesser number.
    known = passages.select(
        "fairway_id", "hull", "hull_match", "entered_at", F.col("passage_key").alias("_of_passage"),
        (-F.unix_micros("entered_at")).alias("_earlier"), (-F.col("mmsi").cast("bigint")).alias("_lesser"),
    )  # fmt: skip
    taken = captures.select("capture_id", "fairway_id", "captured_at", "hull", "hull_match")
    matched = patterns.match_wildcards(
        taken, known, by=("fairway_id",), key="hull", at="captured_at", other_at="entered_at", back=CAPTURED_WITHIN,
        ahead=CAPTURED_WITHIN, columns=("_of_passage",), row_key=("captured_at", "capture_id"),
        order=("_earlier", "_lesser", "_of_passage"), once=True,
    )  # fmt: skip
    return matched.select(
        "capture_id", F.col("fairway_id").alias("_captured_in"), "captured_at", F.col("hull").isNull().alias("_unread"),
        "_of_passage", F.col("is_exact").alias("_is_exact"),
    )  # fmt: skip


def _with_judgement(captures: DataFrame, judgements: DataFrame) -> DataFrame:
    """`captures` with the earliest judgement of each that came within two days, of several at once the least number."""
    named = judgements.select(
        F.col("capture_id").alias("_judges"),
        F.struct("judged_at", "judgement_no", "judged_by", "verdict", "rule").alias("_judgement"),
    )
    at = F.col("_judgement.judged_at")
    in_time = at.between(F.col("captured_at"), F.col("captured_at") + F.lit(JUDGED_WITHIN))
    both = captures.select("capture_id", "captured_at").join(
        named, on=F.col("capture_id") == F.col("_judges"), how="inner"
    )
    first = both.filter(in_time).groupBy("_judges").agg(F.min("_judgement").alias("_judgement"))
    return captures.join(first, on=F.col("capture_id") == F.col("_judges"), how="left")


def _tracked(passages: DataFrame, tracks: DataFrame) -> DataFrame:
    """The track that a passage is a part of: the latest of its ship that had begun."""
    begun = tracks.select("mmsi", "started_at", "track_key")
    return patterns.as_of(
        passages,
        begun,
        by=("mmsi",),
        at="entered_at",
        since="started_at",
        within=LONGEST,
        columns=("track_key",),
    )


def _judged(passages: DataFrame, certificates: DataFrame, surveys: DataFrame) -> DataFrame:
    """`passages` with certificate_no, surveyed_draught_m, max_draught_m and the rule that decides."""
    known = certificates.select(
        F.col("mmsi").alias("_of"), "certificate_no", "issued_on", "expires_on", "suspended_from", "suspended_until",
        "max_draught_m",
    )  # fmt: skip
    # A ship has a few certificates in succession: a row for each, of which the latest stays.
    issued = (F.col("mmsi") == F.col("_of")) & (F.col("issued_on") <= F.col("entered_on"))
    latest = patterns.latest(
        passages.join(known, on=issued, how="left"),
        by=("passage_key",),
        order=("issued_on", "certificate_no"),
    )
    measured = patterns.latest(surveys, by=("mmsi", "surveyed_at"), order=("survey_no",)).select(
        "mmsi", "surveyed_at", F.col("draught_m").alias("surveyed_draught_m")
    )
    known_draught = patterns.as_of(
        latest, measured, by=("mmsi",), at="entered_at", since="surveyed_at", within=SURVEYED_WITHIN,
        columns=("surveyed_draught_m",),
    )  # fmt: skip
    return known_draught.withColumn("_rule", _rule())


def _rule() -> Column:
    day = F.col("entered_on")
    is_suspended = (F.col("suspended_from") <= day) & F.coalesce(F.col("suspended_until") >= day, F.lit(True))
    return (
        F.when(F.col("certificate_no").isNull(), "no_certificate")
        .when(day > F.col("expires_on"), "certificate_expired")
        .when(is_suspended, "certificate_suspended")
        .when(F.col("surveyed_draught_m") > F.col("max_draught_m"), "overdraught")
        .otherwise("in_force")
    )


def _columns() -> list[Column]:
    is_passage = F.col("_is_passage").isNotNull()
    matched_as = (
        F.when(~is_passage, "capture_only").when(F.col("capture_id").isNull(), "ais_only")
        .when(F.col("_is_exact"), "exact").otherwise("one_character")
    )  # fmt: skip
    return [
        F.coalesce("passage_key", "capture_id").alias("passage_id"),
        F.coalesce("fairway_id", "_captured_in").alias("fairway_id"),
        F.coalesce(F.col("entered_on"), patterns.local_day("captured_at")).alias("_business_date"),
        "mmsi", "track_key", "entered_at", "left_at", "position_count", matched_as.alias("matched_as"),
        "capture_id", "captured_at", patterns.local_day("captured_at").alias("captured_on"),
        F.col("_judgement.judgement_no").alias("judgement_no"), F.col("_judgement.judged_at").alias("judged_at"),
        patterns.seconds_between("captured_at", "_judgement.judged_at").alias("judgement_wait_s"),
        F.col("_judgement.judged_by").alias("judged_by"), F.col("_judgement.rule").alias("judged_rule"),
        (F.col("_judgement.verdict") == "seaworthy").alias("is_judged_seaworthy"),
        F.when(is_passage, F.col("_rule")).alias("rule"),
        F.when(is_passage, F.col("_rule") == "in_force").alias("is_seaworthy"),
        "certificate_no", "surveyed_draught_m", "max_draught_m",
        F.coalesce(matched_as == "one_character", F.lit(False)).alias("warning_misread_hull"),
        F.coalesce("_unread", F.lit(False)).alias("warning_unread_hull"),
    ]  # fmt: skip
