"""The mechanisms of spark_jobs.patterns, each alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from pyspark.sql import functions as F

from spark_jobs import patterns
from tests.local_spark import session


def at(hour: int) -> datetime:
    return datetime(2026, 3, 1, hour, tzinfo=UTC)


def rows(frame, *columns: str) -> list[tuple]:
    return sorted((tuple(row) for row in frame.select(*columns).collect()), key=repr)


def test_latest_takes_the_greatest_in_order_left_to_right_and_null_keys_are_equal():
    given = session().createDataFrame(
        [("a", 1, 9), ("a", 2, 1), ("a", 2, 3), ("b", None, 8), ("b", 0, 5), (None, 1, 1), (None, 2, 2)],
        "key string, first int, second int",
    )
    found = patterns.latest(given, by=["key"], order=["first", "second"])
    assert rows(found, "key", "first", "second") == [("a", 2, 3), ("b", 0, 5), (None, 2, 2)]


def test_in_force_gives_the_row_of_each_day_from_its_first_day_to_the_day_before_its_end():
    given = session().createDataFrame(
        [("x", "old", date(2026, 3, 1), date(2026, 3, 3)), ("x", "new", date(2026, 3, 4), None)],
        "thing string, state string, since date, until date",
    )
    days = [date(2026, 2, 28), *[date(2026, 3, day) for day in range(1, 6)]]
    found = patterns.in_force(given, days, by=["thing"], since="since", until="until")
    assert rows(found.withColumn("day", F.dayofmonth("_business_date")), "day", "state") == [
        (1, "old"), (2, "old"), (4, "new"), (5, "new"),
    ]  # fmt: skip


def test_in_force_takes_the_greatest_in_order_where_two_begin_together():
    given = session().createDataFrame(
        [("x", "1", date(2026, 3, 1), None), ("x", "2", date(2026, 3, 1), None)],
        "thing string, state string, since date, until date",
    )
    found = patterns.in_force(
        given, [date(2026, 3, 9)], by=["thing"], since="since", until="until", order=["state"]
    )
    assert rows(found, "state") == [("2",)]


def test_as_of_takes_the_latest_at_or_before_not_older_than_allowed_and_keeps_every_row():
    asked = session().createDataFrame(
        [
            ("a", at(0), 1),
            ("a", at(2), 2),
            ("a", at(2), 3),
            ("a", at(5), 4),
            ("a", at(6), 5),
            ("b", at(5), 6),
        ],
        "thing string, asked_at timestamp, number int",
    )
    history = session().createDataFrame(
        [("a", at(1), 10), ("a", at(2), 20), ("a", at(9), 90), ("c", at(0), 70)],
        "thing string, seen_at timestamp, seen int",
    )
    found = patterns.as_of(
        asked,
        history,
        by=["thing"],
        at="asked_at",
        since="seen_at",
        within=timedelta(hours=3),
        columns=["seen"],
    )
    assert found.columns == ["thing", "asked_at", "number", "seen"]
    assert rows(found, "number", "seen") == [(1, None), (2, 20), (3, 20), (4, 20), (5, None), (6, None)]


def test_as_of_carries_the_nulls_of_the_latest_row_and_does_not_look_behind_it():
    asked = session().createDataFrame([("a", at(3), 1)], "thing string, asked_at timestamp, number int")
    history = session().createDataFrame(
        [("a", at(1), 10), ("a", at(2), None)], "thing string, seen_at timestamp, seen int"
    )
    found = patterns.as_of(
        asked,
        history,
        by=["thing"],
        at="asked_at",
        since="seen_at",
        within=timedelta(hours=3),
        columns=["seen"],
    )
    assert rows(found, "number", "seen") == [(1, None)]


def test_previous_is_the_latest_earlier_row_of_the_same_thing_within_the_days():
    given = session().createDataFrame(
        [
            ("a", date(2026, 3, 1), 1),
            ("a", date(2026, 3, 3), 3),
            ("a", date(2026, 3, 6), 6),
            ("b", date(2026, 3, 2), 2),
        ],
        "thing string, day date, number int",
    )
    earlier = patterns.previous(["number"], by=["thing"], day="day", within=2)
    found = given.withColumn("earlier", earlier).select("number", "earlier.number", "earlier.day")
    assert sorted((tuple(row) for row in found.collect()), key=repr) == [
        (1, None, None), (2, None, None), (3, 1, date(2026, 3, 1)), (6, None, None),
    ]  # fmt: skip


def test_equal_run_counts_places_from_one_and_nulls_have_none():
    values = {0: 5.0, 1: 5.0, 2: None, 3: None, 4: 5.0, 5: 5.0, 7: 5.0, 8: 6.0}
    given = session().createDataFrame(
        [("a", at(hour), value) for hour, value in values.items()],
        "thing string, hour timestamp, value double",
    )
    found = patterns.with_equal_run(
        given, "value", by=["thing"], at="hour", step=timedelta(hours=1), name="place"
    )
    assert found.columns == ["thing", "hour", "value", "place"]
    placed = {row["hour"].hour: row["place"] for row in found.orderBy("hour").collect()}
    shift = min(placed)  # the client shows local hours
    assert {hour - shift: place for hour, place in placed.items()} == {
        0: 1, 1: 2, 2: None, 3: None, 4: 1, 5: 2, 7: 1, 8: 1
    }  # fmt: skip


def test_sums_and_means_are_exact_whatever_the_order_and_null_without_values():
    values = [0.1, 0.2, 0.3, 1e9, -1e9, 0.4]
    schema = "key string, value double"
    sums = set()
    for order in (values, sorted(values), values[::-1]):
        given = session().createDataFrame([("a", value) for value in order] + [("none", None)], schema)
        summed = given.groupBy("key").agg(
            patterns.exact_sum("value").alias("sum"), patterns.exact_mean("value").alias("mean")
        )
        sums.add(tuple(rows(summed, "key", "sum", "mean")))
    assert sums == {(("a", 1.0, 1.0 / 6), ("none", None, None))}


def test_an_interval_is_divided_among_the_local_days_it_touches():
    # Midnight in Hangzhou is 16:00.
    given = session().createDataFrame(
        [("a", at(15), at(17), date(2020, 1, 1)), ("b", at(3), at(5), None), ("c", at(12), at(16), None),
         ("d", at(16), at(16) + timedelta(days=2, seconds=1), None)],
        "name string, since timestamp, until timestamp, _business_date date",
    )  # fmt: skip
    found = patterns.by_local_day(given, "since", "until")
    hour = 3_600_000_000
    assert rows(found.withColumn("day", F.dayofmonth("_business_date")), "name", "day", "within_us") == [
        ("a", 1, hour), ("a", 2, hour), ("b", 1, 2 * hour), ("c", 1, 4 * hour), ("c", 2, 0),
        ("d", 2, 24 * hour), ("d", 3, 24 * hour), ("d", 4, 1_000_000),
    ]  # fmt: skip


def test_a_code_of_one_list_becomes_that_of_another_and_an_unknown_one_is_null():
    given = session().createDataFrame([("一级",), ("四级",), (None,)], "level string")
    found = given.select(
        "level", patterns.translated({"一级": "I", "二级": "II"}, F.col("level")).alias("code")
    )
    assert rows(found, "level", "code") == [("一级", "I"), ("四级", None), (None, None)]


def test_a_clock_is_put_right_by_the_least_time_until_its_rows_are_received():
    given = session().createDataFrame(
        [
            # A is an hour fast, B three behind; of C only one row tells, and D was received by nobody.
            ("A", at(9), at(8)), ("A", at(12), at(20)), ("A", at(13), None),
            ("B", at(3), at(6)), ("B", at(4), at(9)), ("C", at(3), at(6)), ("C", at(4), None), ("D", at(3), None),
            # Without a name: one clock, two behind.
            (None, at(3), at(5)), (None, at(4), at(9)),
        ],
        "clock string, at timestamp, received timestamp",
    )  # fmt: skip
    found = patterns.set_right(given, by=["clock"], at="at", received="received", least_count=2, name="then")
    assert rows(found.withColumn("hour", F.hour("then")), "clock", "hour") == [
        ("A", 11), ("A", 12), ("A", 8), ("B", 6), ("B", 7), ("C", 3), ("C", 4), ("D", 3), (None, 5), (None, 6),
    ]  # fmt: skip
