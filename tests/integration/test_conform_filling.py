"""What a series left out of a list, and readings that repeat one another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from spark_jobs import patterns
from tests.local_spark import session

ROWS = "trip string, road string, number bigint, km double, at timestamp"
LISTED = "gate string, road string, number bigint, km double"
EIGHT = datetime(2026, 3, 1, 8, tzinfo=UTC)
LIST = [
    ("A1", "A", 1, 0.0),
    ("A2", "A", 2, 1.0),
    ("A3", "A", 3, 3.0),
    ("A5", "A", 5, 4.0),
    ("B2", "B", 2, 9.9),
]


def row(trip: str, number: int, km: float, ms: float, road: str = "A") -> tuple:
    return (trip, road, number, km, EIGHT + timedelta(milliseconds=ms))


def left_out(*rows: tuple, listed: list[tuple] = LIST) -> list[tuple]:
    """(trip, gate, milliseconds after eight) of what was left out, by trip and number."""
    found = patterns.left_out(
        session().createDataFrame(list(rows), ROWS), session().createDataFrame(listed, LISTED), series=["trip"],
        by=["road"], number="number", along="km", at="at",
    )  # fmt: skip
    assert found.columns == ["gate", "road", "number", "km", "trip", "at"]
    ms = f"(unix_micros(at) - {int(EIGHT.timestamp()) * 1_000_000}) / 1000"
    return [tuple(each) for each in found.orderBy("trip", "number").selectExpr("trip", "gate", ms).collect()]


def test_what_lies_between_two_of_a_series_is_found_with_the_instant_by_its_distance():
    # Four kilometres in 400 s; the list knows no fourth, and what is before the first or after the last is not left out.
    assert left_out(row("t", 1, 0.0, 0), row("t", 5, 4.0, 400_000)) == [
        ("t", "A2", 100_000),
        ("t", "A3", 300_000),
    ]
    assert left_out(row("t", 2, 1.0, 0), row("t", 3, 3.0, 1000)) == []
    assert left_out(row("t", 3, 3.0, 0)) == []


def test_the_two_around_it_decide_and_each_series_is_its_own():
    found = left_out(
        row("t", 1, 0.0, 0), row("t", 3, 3.0, 3000), row("t", 5, 4.0, 99_000), row("u", 1, 0.0, 0), row("u", 5, 4.0, 8000),
        row("v", 1, 0.0, 0, road="B"), row("v", 3, 19.8, 7000, road="B"), row("w", 1, 0.0, 0), row("x", 5, 4.0, 8000),
    )  # fmt: skip
    assert found == [("t", "A2", 1000), ("u", "A2", 2000), ("u", "A3", 6000), ("v", "B2", 3500)]


def test_instants_are_whole_milliseconds_and_a_half_is_rounded_up():
    listed = [("A2", "A", 2, 1.0)]
    assert left_out(row("t", 1, 0.0, 0), row("t", 3, 2.0, 3), listed=listed) == [("t", "A2", 2)]
    assert left_out(row("t", 1, 0.0, 0), row("t", 3, 3.0, 4), listed=listed) == [("t", "A2", 1)]
    # From a quarter of a millisecond: 0.25 + 1.25 is 1.5, and 0.25 + 1.245 is 1.495.
    assert left_out(row("t", 1, 0.0, 0.25), row("t", 3, 2.0, 2.75), listed=listed) == [("t", "A2", 2)]
    assert left_out(row("t", 1, 0.0, 0.25), row("t", 3, 2.0, 2.74), listed=listed) == [("t", "A2", 1)]


def test_tenths_of_kilometres_are_taken_as_they_are_written():
    # Half of three milliseconds; as a binary fraction 64.6 times 1000 is a little less than 64600.
    assert left_out(row("t", 1, 64.5, 0), row("t", 3, 64.7, 3), listed=[("A2", "A", 2, 64.6)]) == [
        ("t", "A2", 2)
    ]


def test_where_the_list_does_not_rise_the_instant_is_not_known():
    assert left_out(row("t", 1, 2.0, 0), row("t", 3, 2.0, 9), listed=[("A2", "A", 2, 2.0)]) == [
        ("t", "A2", None)
    ]
    assert left_out(row("t", 1, 2.0, 0), row("t", 3, 3.0, 9), listed=[("A2", "A", 2, 3.1)]) == [
        ("t", "A2", None)
    ]
    assert left_out(row("t", 1, 2.0, 0), row("t", 3, 3.0, 9), listed=[("A2", "A", 2, 1.9)]) == [
        ("t", "A2", None)
    ]
    assert left_out(row("t", 1, 2.0, 0), row("t", 3, 1.0, 9), listed=[("A2", "A", 2, 1.5)]) == [
        ("t", "A2", None)
    ]
    assert left_out(row("t", 1, 2.0, 0), row("t", 3, 3.0, 9), listed=[("A2", "A", 2, 3.0)]) == [
        ("t", "A2", 9)
    ]


def test_the_longest_way_at_leisure_stays_a_whole_number():
    # 2000 km in ten days.
    found = left_out(row("t", 1, 0.0, 0), row("t", 3, 2000.0, 864_000_000), listed=[("A2", "A", 2, 1999.999)])
    assert found == [("t", "A2", 863_999_568)]


READ = "tag string, gate string, at timestamp, id string"


def kept(*seen: tuple) -> list[str]:
    """ids that are no repetition; `seen` is (id, tag, gate, second)."""
    rows = [
        (tag, gate, None if second is None else EIGHT + timedelta(seconds=second), name)
        for name, tag, gate, second in seen
    ]
    found = patterns.without_repeats(
        session().createDataFrame(rows, READ), by=["tag", "gate"], at="at", within=timedelta(seconds=60), order=["id"]
    )  # fmt: skip
    assert found.columns == ["tag", "gate", "at", "id"]
    return sorted(each["id"] for each in found.collect())


def test_of_readings_a_minute_apart_at_most_the_first_counts():
    assert kept(("a", "T", "G", 0), ("b", "T", "G", 60), ("c", "T", "H", 61), ("d", "U", "G", 30)) == [
        "a",
        "c",
        "d",
    ]
    assert kept(("a", "T", "G", 0), ("b", "T", "G", 60.001)) == ["a", "b"]
    assert kept(("b", "T", "G", 0), ("a", "T", "G", 0)) == ["a"]


def test_a_chain_of_repetitions_is_one_also_where_it_lasts():
    assert kept(("a", "T", "G", 0), ("b", "T", "G", 50), ("c", "T", "G", 100), ("d", "T", "G", 161)) == [
        "a",
        "d",
    ]


def test_what_has_no_tag_or_time_repeats_nothing():
    given = [
        ("a", None, "G", 0),
        ("b", None, "G", 1),
        ("c", "T", "G", None),
        ("d", "T", "G", None),
        ("e", "T", None, 2),
    ]
    assert kept(*given) == ["a", "b", "c", "d", "e"]
    assert kept(("a", None, "G", 0), ("a", None, "G", 0)) == ["a", "a"]
