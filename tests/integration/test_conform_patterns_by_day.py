"""Each mechanism on one day, from the window it asks for, equals that day of the whole; and none is quadratic."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from citylake.conform.days import ranges, widened, within
from spark_jobs import patterns
from tests.integration.match_keys import match_key
from tests.local_spark import session

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DAYS = [date(2026, 3, day) for day in range(1, 7)]
FIRST = datetime(2026, 2, 28, 16, tzinfo=UTC)
SCHEMA = "id int, thing string, plate string, plate_match string, at timestamp, until timestamp, kind string, _business_date date"
NAMES = ["id", "at", "until", "kind"]


def frame(chance: random.Random, first: int) -> DataFrame:
    """Rows of 40 things over six days: steady, in clusters or rare, on whole half hours so that bounds are met exactly."""
    rows: list[tuple] = []
    for number in range(40):
        minute = 30 * chance.randint(0, 10)
        rarest = chance.choice([2, 4, 6, 20, 60])
        while minute < len(DAYS) * 1440:
            at = FIRST + timedelta(minutes=minute)
            plate = f"A{chance.randint(0, 3)}{chance.randint(0, 3)}000"
            rows.append((
                first + len(rows), f"T{number}", *match_key(plate), at, at + 30 * chance.randint(0, 50) * timedelta(minutes=1),
                chance.choice("io"), DAYS[minute // 1440],
            ))  # fmt: skip
            minute += 30 * chance.randint(0, rarest)
    return session().createDataFrame(rows, SCHEMA)


def pair(rows: DataFrame, _) -> DataFrame:
    found = patterns.pair(
        rows, by=["thing"], at="at", kind="kind", opens="i", closes="o", within=DAY, order=["id"]
    )
    return found.selectExpr("opened.id", "closed.id as closed", "paired_as", "_business_date")


def _sessions(rows: DataFrame, **more) -> DataFrame:
    found = patterns.sessions(rows, by=["thing"], at="at", gap=4 * HOUR, longest=20 * HOUR, **more)
    return found.groupBy("session_key", "session_started_at").agg(
        {"_business_date": "min", "id": "count", "at": "max"}
    ).withColumnRenamed("min(_business_date)", "_business_date")  # fmt: skip


def sessions(rows: DataFrame, _) -> DataFrame:
    return _sessions(rows)


def rising_sessions(rows: DataFrame, _) -> DataFrame:
    return _sessions(rows.withColumn("_number", F.expr("int(substr(plate, 2, 2))")), rising="_number")


def without_repeats(rows: DataFrame, _) -> DataFrame:
    return patterns.without_repeats(rows, by=["thing"], at="at", within=HOUR, order=["id"]).select(
        "id", "_business_date"
    )


def _nearest(rows: DataFrame, others: DataFrame, reach: timedelta, **more) -> DataFrame:
    found = patterns.nearest(
        rows, others.selectExpr("id as other_id", "thing", "at as other_at"), by=["thing"], at="at", other_at="other_at",
        within=reach, columns=["other_id"], order=["other_id"], **more,
    )  # fmt: skip
    return found.select("id", "other_id", "_business_date")


def nearest(rows: DataFrame, others: DataFrame) -> DataFrame:
    return _nearest(rows, others, DAY)


def nearest_once(rows: DataFrame, others: DataFrame) -> DataFrame:
    return _nearest(rows, others, 6 * HOUR, once=True, rounds=2, row_order=["id"])


def _intervals(rows: DataFrame, others: DataFrame, **more) -> DataFrame:
    found = patterns.intervals(
        rows, others.selectExpr("id as other_id", "thing", "at as since", "until as ends"), by=["thing"], at="at",
        since="since", until="ends", longest=DAY, columns=["other_id"], order=["other_id"], **more,
    )  # fmt: skip
    return found.select("id", "other_id", "_business_date")


def intervals(rows: DataFrame, others: DataFrame) -> DataFrame:
    return _intervals(rows, others)


def latest_interval(rows: DataFrame, others: DataFrame) -> DataFrame:
    return _intervals(rows, others, row_key=["id"])


def match_wildcards(rows: DataFrame, others: DataFrame) -> DataFrame:
    found = patterns.match_wildcards(
        rows, others.selectExpr("id as other_id", "thing", "plate", "plate_match", "at as other_at"), by=["thing"],
        key="plate", at="at", other_at="other_at", back=8 * HOUR, ahead=4 * HOUR, columns=["other_id"], row_key=["id"],
        order=["other_id"], once=True,
    )  # fmt: skip
    return found.select("id", "other_id", "is_exact", "alike_count", "_business_date")


MECHANISMS = [
    pair,
    sessions,
    rising_sessions,
    without_repeats,
    nearest,
    nearest_once,
    intervals,
    latest_interval,
    match_wildcards,
]


def by_day(made: DataFrame) -> dict[date, list[tuple]]:
    found: dict[date, list[tuple]] = {day: [] for day in DAYS}
    for row in made.collect():
        found[row["_business_date"]].append(tuple(row))
    return {day: sorted(rows, key=repr) for day, rows in found.items()}


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda mechanism: mechanism.__name__)
@settings(max_examples=2, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_a_day_made_from_a_window_of_a_day_before_and_after_is_that_day_of_the_whole(mechanism, seed):
    chance = random.Random(seed)
    rows, others = frame(chance, 0), frame(chance, 100_000)
    whole = by_day(mechanism(rows, others))
    assert all(len(made) > 20 for made in whole.values())
    for day in DAYS[1::2]:
        window = within("_business_date", widened(ranges([day]), DAY, DAY))
        part = by_day(mechanism(rows.filter(window), others.filter(window)))
        assert part[day] == whole[day], day


@pytest.mark.parametrize("by", [["thing"], []], ids=["by thing", "without a key"])
@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda mechanism: mechanism.__name__)
def test_no_plan_compares_every_row_with_every_other(mechanism, by, monkeypatch, capsys):
    if not by and mechanism in (pair, sessions, rising_sessions, without_repeats):
        pytest.skip("has one frame, which it only sorts")
    name = mechanism.__name__.removesuffix("_once").removeprefix("rising_")
    function = getattr(patterns, name.replace("latest_interval", "intervals"))
    monkeypatch.setattr(
        patterns, function.__name__, lambda *frames, **given: function(*frames, **(given | {"by": by}))
    )
    chance = random.Random(1)
    mechanism(frame(chance, 0), frame(chance, 1)).explain()
    plan = capsys.readouterr().out
    assert "Physical Plan" in plan
    for quadratic in ("CartesianProduct", "BroadcastNestedLoopJoin"):
        assert quadratic not in plan
    assert "currentrow$(), unboundedfollowing" not in plan  # begun anew for every row
