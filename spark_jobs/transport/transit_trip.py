"""Journeys by metro and bus: ways in and out as pairs, where buses were boarded and left, and who changed.

One code may open a gate for several: taps that follow each other at one place are a party. Nobody taps when leaving a bus; where
it was left is told by where the passenger boards next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs import patterns

PARTY = timedelta(minutes=2)
LONGEST_PARTY = timedelta(hours=1)
PAIRED_WITHIN = timedelta(hours=4)
NEIGHBOUR_WITHIN = timedelta(minutes=1)
LATE_AT_MOST = timedelta(minutes=20)
NEXT_WITHIN = timedelta(hours=18)
WALKED_M = 800.0
CHANGED_WITHIN_S = 30 * 60
PAYS = {"卡": "card", "码": "code"}
_RUN = ("run_id", "service_date")


def conform(inputs: Mapping[str, DataFrame], days: Sequence[date]) -> DataFrame:  # noqa: ARG001
    """One row per journey, and per party that left the metro and belongs to none."""
    timetable = patterns.once(_timetable(inputs["stop_times"]))
    metro = patterns.once(_metro(inputs["metro"]))
    boarded = patterns.once(_boarded(inputs["bus"], timetable))
    following = patterns.once(_following(metro, boarded, inputs["stations"], inputs["stops"]))
    whole = patterns.once(
        metro.unionByName(_alighted(boarded, following, timetable, inputs["stops"]), allowMissingColumns=True)
    )
    return whole.join(_changes(whole, following), on="trip_id", how="left").select(
        "trip_id", "mode", patterns.local_day(F.coalesce("boarded_at", "alighted_at")).alias("_business_date"), "pay_type",
        "user_id", "route_id", "boarded_at", "board_place", "boarded_as", "alighted_at", "alight_place", "paired_as",
        "boarding_count", "person_count", "tap_count", "unpaired_tap_count", "transfer_from", "transfer_from_mode",
        "transfer_s",
    )  # fmt: skip


def _parties(taps: DataFrame, by: Sequence[str], *carried: str, told: str | None = None) -> DataFrame:
    """One row per party: `by`, trip_id and at of its first tap with `carried`, tap_count; `told` of its first tap that has one.

    Of several taps at one instant the least number is first; taps without a user are parties of their own.
    """
    followed = patterns.sessions(taps, by=by, at="tapped_at", gap=PARTY, longest=LONGEST_PARTY, name="party")
    first = F.min(F.struct("tapped_at", "tap_id", *carried)).alias("_first")
    counted = [first, F.count("*").cast("int").alias("tap_count")]
    if told:
        known = F.when(F.col(told).isNotNull(), F.struct("tapped_at", "tap_id", told))
        counted.append(F.min(known)[told].alias(told))
    made = followed.groupBy(*by, F.coalesce("party_key", "tap_id").alias("_party")).agg(*counted)
    return made.select(
        *by, F.col("_first.tap_id").alias("trip_id"), F.col("_first.tapped_at").alias("at"),
        *[F.col(f"_first.{name}").alias(name) for name in carried], "tap_count", *([told] if told else []),
    )  # fmt: skip


def _metro(taps: DataFrame) -> DataFrame:
    """Pairs of parties in and out, and those that are alone."""
    parties = _parties(taps, ("user_id", "station_id", "direction"), "pay_type")
    paired = patterns.pair(
        parties.withColumn("_business_date", patterns.local_day("at")), by=("user_id",), at="at", kind="direction",
        opens="in", closes="out", within=PAIRED_WITHIN, order=("trip_id",),
    )  # fmt: skip
    first, both = F.coalesce("opened", "closed"), F.col("paired_as") == "pair"
    went_in, came_out = (F.coalesce(f"{side}.tap_count", F.lit(0)) for side in ("opened", "closed"))
    is_seen = F.col("opened").isNotNull()
    return paired.select(
        first["trip_id"].alias("trip_id"), F.lit("metro").alias("mode"), first["pay_type"].alias("pay_type"),
        first["user_id"].alias("user_id"), F.col("opened.at").alias("boarded_at"),
        F.col("opened.station_id").alias("board_place"), F.when(is_seen, "given").otherwise("none").alias("boarded_as"),
        F.col("closed.at").alias("alighted_at"), F.col("closed.station_id").alias("alight_place"),
        F.when(both, "pair").when(is_seen, "entry_only").otherwise("exit_only").alias("paired_as"),
        went_in.alias("boarding_count"), F.when(both, F.least(went_in, came_out)).otherwise(went_in).alias("person_count"),
        (went_in + came_out).alias("tap_count"),
        F.when(both, F.abs(went_in - came_out)).otherwise(went_in + came_out).alias("unpaired_tap_count"),
    )  # fmt: skip


def _timetable(stop_times: DataFrame) -> DataFrame:
    """run_id, stop_sequence, stop_id, arrives_s and departs_s: seconds of the service day, also beyond its midnight."""
    return stop_times.select(
        F.col("trip_id").alias("run_id"), "stop_sequence", "stop_id", _seconds("arrival_time").alias("arrives_s"),
        _seconds("departure_time").alias("departs_s"),
    )  # fmt: skip


def _seconds(column: str) -> Column:
    hours, minutes, seconds = (F.element_at(F.split(column, ":"), n).cast("int") for n in (1, 2, 3))
    return hours * 3600 + minutes * 60 + seconds


def _boarded(taps: DataFrame, timetable: DataFrame) -> DataFrame:
    """Parties that boarded buses, with stop_id, boarded_as, `board_sequence` and `board_departs_s` (null: not of the run)."""
    read = taps.withColumn("pay_type", patterns.translated(PAYS, F.col("pay_type"))).withColumnRenamed(
        "trip_id", "run_id"
    )
    parties = _parties(read, ("user_id", *_RUN), "pay_type", "route_id", told="stop_id")
    # One stop an instant, so that nothing is tied.
    beside = (
        read.filter("stop_id is not null").groupBy(*_RUN, "tapped_at").agg(F.min("stop_id").alias("_beside"))
    )
    near = patterns.nearest(
        parties, beside, by=_RUN, at="at", other_at="tapped_at", within=NEIGHBOUR_WITHIN, columns=("_beside",),
        order=("_beside",),
    )  # fmt: skip
    how = (
        F.when(F.col("stop_id").isNotNull(), "given").when(F.col("_beside").isNotNull(), "neighbour")
        .when(F.col("_scheduled").isNotNull(), "timetable").otherwise("none")
    )  # fmt: skip
    placed = _scheduled(near, timetable).select(
        "user_id", *_RUN, "trip_id", "at", "pay_type", "route_id", "tap_count", how.alias("boarded_as"),
        F.coalesce("stop_id", "_beside", "_scheduled").alias("stop_id"),
    )  # fmt: skip
    # A stop that a run serves twice is the first of the two.
    place = F.min(F.struct("stop_sequence", "departs_s")).alias("_place")
    served = timetable.groupBy("run_id", "stop_id").agg(place)
    return placed.join(served, on=["run_id", "stop_id"], how="left").select(
        *placed.columns, F.col("_place.stop_sequence").alias("board_sequence"),
        F.col("_place.departs_s").alias("board_departs_s"),
    )  # fmt: skip


def _scheduled(rows: DataFrame, timetable: DataFrame) -> DataFrame:
    """`rows` with `_scheduled`: the stop that the bus should have left last, if not more than twenty minutes before."""
    midnight = F.to_utc_timestamp(F.col("service_date").cast("timestamp"), patterns.ZONE)
    on_clock = rows.withColumn("_clock", F.timestamp_seconds(F.unix_seconds("at") - F.unix_seconds(midnight)))
    # The clock of the timetable begins at the midnight of the service day and does not end at the next.
    left = timetable.groupBy("run_id", F.timestamp_seconds("departs_s").alias("_left")).agg(
        F.max_by("stop_id", "stop_sequence").alias("_scheduled")
    )
    return patterns.as_of(
        on_clock,
        left,
        by=("run_id",),
        at="_clock",
        since="_left",
        within=LATE_AT_MOST,
        columns=("_scheduled",),
    ).drop("_clock")


def _following(metro: DataFrame, boarded: DataFrame, stations: DataFrame, stops: DataFrame) -> DataFrame:
    """user_id and boarded_at of every boarding, with the user's next one after it: next_trip, next_at, and where it was."""
    seen = metro.filter("boarded_at is not null").select(
        "user_id", "boarded_at", "trip_id", F.col("board_place").alias("_place")
    )
    by_bus = boarded.select(
        "user_id", F.col("at").alias("boarded_at"), "trip_id", F.col("stop_id").alias("_place")
    )
    places = stations.select(F.col("station_id").alias("_place"), "longitude", "latitude").unionByName(
        stops.select(F.col("stop_id").alias("_place"), "longitude", "latitude")
    )
    placed = (
        seen.unionByName(by_bus)
        .filter("user_id is not null")
        .join(F.broadcast(places), on="_place", how="left")
    )
    # Of several at one instant, which one code may have, the least number.
    once = placed.groupBy("user_id", "boarded_at").agg(
        F.min(F.struct("trip_id", "longitude", "latitude")).alias("_boarding")
    )
    following = F.lead(F.struct("boarded_at", "_boarding")).over(
        Window.partitionBy("user_id").orderBy("boarded_at")
    )
    return once.withColumn("_next", following).filter("_next is not null").select(
        "user_id", "boarded_at", F.col("_next._boarding.trip_id").alias("next_trip"),
        F.col("_next.boarded_at").alias("next_at"), F.col("_next._boarding.longitude").alias("next_longitude"),
        F.col("_next._boarding.latitude").alias("next_latitude"),
    )  # fmt: skip


def _alighted(boarded: DataFrame, following: DataFrame, timetable: DataFrame, stops: DataFrame) -> DataFrame:
    """Journeys by bus, with where and when they ended as far as the next boarding tells."""
    soon = following.filter(F.col("next_at") - F.col("boarded_at") <= F.lit(NEXT_WITHIN)).drop("next_trip")
    asked = boarded.join(soon.withColumnRenamed("boarded_at", "at"), on=["user_id", "at"], how="inner")
    later = timetable.join(
        F.broadcast(stops.select("stop_id", "longitude", "latitude")), on="stop_id", how="inner"
    )
    ahead = (
        asked.select(
            F.col("trip_id").alias("_of"), "run_id", "board_sequence", "next_longitude", "next_latitude"
        )
        .join(later, on="run_id", how="inner")
        .filter("stop_sequence > board_sequence")
    )
    # Whole micrometres: a tie is a tie, and not the last bit of a sine.
    walked = F.round(patterns.great_circle_m("longitude", "latitude", "next_longitude", "next_latitude"), 6)
    nearest = ahead.withColumn("_walked", walked).filter(F.col("_walked") <= WALKED_M).groupBy("_of").agg(
        F.min(F.struct("_walked", "stop_sequence", "stop_id", "arrives_s")).alias("_left")
    )  # fmt: skip
    rode_s = (F.col("_left.arrives_s") - F.col("board_departs_s")).cast("bigint")
    whole = boarded.join(nearest, on=F.col("trip_id") == F.col("_of"), how="left")
    return whole.select(
        "trip_id", F.lit("bus").alias("mode"), "pay_type", "user_id", "route_id", F.col("at").alias("boarded_at"),
        F.col("stop_id").alias("board_place"), "boarded_as",
        F.timestamp_seconds(F.unix_seconds("at") + rode_s).alias("alighted_at"),
        F.col("_left.stop_id").alias("alight_place"),
        F.when(F.col("_of").isNotNull(), "next_boarding").otherwise("none").alias("paired_as"),
        F.col("tap_count").alias("boarding_count"), F.col("tap_count").alias("person_count"), "tap_count",
        F.lit(0).alias("unpaired_tap_count"),
    )  # fmt: skip


def _changes(whole: DataFrame, following: DataFrame) -> DataFrame:
    """trip_id, transfer_from, transfer_from_mode and transfer_s of journeys whose passenger had just left another."""
    ended = whole.filter("boarded_at is not null and alighted_at is not null").select(
        "user_id", "boarded_at", "alighted_at", "mode", "trip_id"
    )
    waited = patterns.seconds_between("alighted_at", "next_at")
    changed = ended.join(
        following.select("user_id", "boarded_at", "next_trip", "next_at"),
        on=["user_id", "boarded_at"],
        how="inner",
    )
    # Of a code that boarded two at one instant, the way out that was seen before the one that is inferred.
    is_inferred = (F.col("mode") != "metro").alias("is_inferred")
    least = F.min(F.struct(is_inferred, waited.alias("waited"), "trip_id", "mode")).alias("_from")
    return changed.filter(waited.between(0, CHANGED_WITHIN_S)).groupBy(F.col("next_trip").alias("trip_id")).agg(least).select(
        "trip_id", F.col("_from.trip_id").alias("transfer_from"), F.col("_from.mode").alias("transfer_from_mode"),
        F.col("_from.waited").alias("transfer_s"),
    )  # fmt: skip
