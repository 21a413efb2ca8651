"""The nearest row of another frame, and the intervals that cover an instant."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from spark_jobs import patterns
from tests.local_spark import session

MINUTES_5 = timedelta(minutes=5)
ROWS, OTHERS = (
    "id string, place string, at timestamp",
    "name string, place string, seen_at timestamp, quality int",
)


def at(minute: float | None) -> datetime | None:
    return None if minute is None else datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minute)


def near(rows: list[tuple], others: list[tuple], **changes) -> list[tuple]:
    """(id, name) of rows (id, place, minute) and others (name, place, minute, quality)."""
    facts = session().createDataFrame([(number, place, at(minute)) for number, place, minute in rows], ROWS)
    known = session().createDataFrame([(n, place, at(minute), q) for n, place, minute, q in others], OTHERS)
    found = patterns.nearest(
        facts, known, **({"by": ["place"], "at": "at", "other_at": "seen_at", "within": MINUTES_5, "columns": ["name", "quality"],
                          "order": ["quality", "name"]} | changes),
    )  # fmt: skip
    assert found.columns == ["id", "place", "at", "name", "quality"]
    return sorted(tuple(row) for row in found.select("id", "name").collect())


ONCE = pytest.mark.parametrize("once", [{}, {"once": True, "row_order": ["id"]}], ids=["each", "once"])


@ONCE
def test_the_nearest_on_either_side_up_to_exactly_the_bound(once):
    rows = [("1", "p", 0), ("2", "p", 100), ("3", "p", 200), ("4", "p", 300), ("5", "q", 0), ("6", "p", 400)]
    others = [
        ("a", "p", -5, 1), ("b", "p", 103, 1), ("c", "p", 98, 1), ("d", "p", 205.001, 1), ("e", "p", 300, 1), ("f", "p", 299, 9),
        ("g", "p", 405, 1),
    ]  # fmt: skip
    assert near(rows, others, **once) == [
        ("1", "a"),
        ("2", "c"),
        ("3", None),
        ("4", "e"),
        ("5", None),
        ("6", "g"),
    ]


@ONCE
def test_nulls_find_nothing_and_are_kept(once):
    rows = [("1", None, 0), ("2", "p", None), ("3", "p", 0), ("4", None, 0)]
    others = [("a", None, 0, 1), ("b", "p", None, 1)]
    assert near(rows, others, **once) == [("1", None), ("2", None), ("3", None), ("4", None)]


def test_of_two_equally_far_the_earlier_and_of_several_at_one_instant_the_greatest_in_order():
    others = [("late", "p", 2, 9), ("worse", "p", -2, 1), ("better", "p", -2, 2), ("null", "p", -2, None)]
    assert near([("1", "p", 0)], others) == [("1", "better")]
    assert near([("1", "p", 0), ("1", "p", 0)], others) == [("1", "better"), ("1", "better")]
    assert near([("1", "p", 3)], [("x", "p", 4, 1), ("y", "p", 4, 3)]) == [("1", "y")]


def test_several_rows_may_have_the_same_other_unless_once_then_the_nearest_has_it():
    rows, others = [("1", "p", 0), ("2", "p", 1), ("3", "p", 4)], [("a", "p", 2, 1), ("b", "p", -4, 1)]
    assert near(rows, others) == [("1", "a"), ("2", "a"), ("3", "a")]
    # 2 is nearest to a; with a gone 1 still has b, and 3 nothing.
    assert near(rows, others, once=True, row_order=["id"]) == [("1", "b"), ("2", "a"), ("3", None)]


def test_a_chain_of_rows_in_each_others_way_is_as_long_as_the_rounds():
    # Rows and others in turn, each gap a little smaller than the one before: only the last two are nearest to each other.
    minutes = [0, 5, 9.9, 14.7, 19.4, 24, 28.5, 32.9]
    rows = [(str(n), "p", minute) for n, minute in enumerate(minutes[::2])]
    others = [(f"o{n}", "p", minute, 1) for n, minute in enumerate(minutes[1::2])]
    wide = {"within": timedelta(minutes=6), "once": True, "row_order": ["id"]}
    assert near(rows, others, **wide, rounds=1) == [("0", None), ("1", None), ("2", None), ("3", "o3")]
    assert near(rows, others, **wide, rounds=2) == [("0", None), ("1", None), ("2", "o2"), ("3", "o3")]
    assert near(rows, others, **wide, rounds=4) == [("0", "o0"), ("1", "o1"), ("2", "o2"), ("3", "o3")]


@ONCE
def test_without_a_key_all_are_of_one_kind(once):
    assert near([("1", "p", 0), ("2", "q", 90)], [("a", "x", 1, 1)], by=[], **once) == [
        ("1", "a"),
        ("2", None),
    ]


def many(chance: random.Random, letter: str) -> list[tuple]:
    """300 rows over ten hours, a fifth of them of one place, at instants that no two share."""
    return [
        (
            f"{letter}{n}",
            "hot" if n % 5 == 0 else f"p{chance.randint(0, 7)}",
            chance.randint(0, 600_000_000) / 1e6,
        )
        for n in range(300)
    ]


def test_with_a_fifth_of_the_rows_at_one_place_it_is_what_comparing_all_with_all_gives():
    chance = random.Random(7)
    rows, others = many(chance, "r"), many(chance, "o")
    pairs = sorted(
        (abs(minute - other_minute), number, name)
        for number, place, minute in rows
        for name, other_place, other_minute in others
        if place == other_place and abs(minute - other_minute) <= 5
    )
    first: dict[str, str] = {}
    greedy: dict[str, str] = {}
    for _, number, name in pairs:
        first.setdefault(number, name)
        if number not in greedy and name not in greedy.values():
            greedy[number] = name
    assert first != greedy
    known = [(name, place, minute, 1) for name, place, minute in others]
    numbers = sorted(number for number, _, _ in rows)
    assert near(rows, known) == [(number, first.get(number)) for number in numbers]
    found = near(rows, known, once=True, row_order=["id"], rounds=5)
    assert found == [(number, greedy.get(number)) for number in numbers]


PERMITS = "name string, place string, since timestamp, until timestamp, rank int"


def covered(rows: list[tuple], others: list[tuple], **changes) -> list[tuple]:
    facts = session().createDataFrame([(number, place, at(minute)) for number, place, minute in rows], ROWS)
    known = session().createDataFrame(
        [(n, p, at(since), at(until), r) for n, p, since, until, r in others], PERMITS
    )
    found = patterns.intervals(
        facts, known, **({"by": ["place"], "at": "at", "since": "since", "until": "until", "longest": timedelta(hours=1),
                          "columns": ["name"]} | changes),
    )  # fmt: skip
    assert found.columns == ["id", "place", "at", "name"]
    return sorted((tuple(row) for row in found.select("id", "name").collect()), key=repr)


SINCE_AND_UNTIL = [("a", "p", 0, 60, 1), ("b", "p", 10, 20, 1), ("c", "q", 0, 60, 1)]


def test_an_interval_covers_from_its_begin_to_just_before_its_end():
    rows = [(str(minute), "p", minute) for minute in (-0.001, 0, 9.999, 10, 19.999, 20, 59.999, 60)]
    assert covered(rows, SINCE_AND_UNTIL) == [
        ("-0.001", None), ("0", "a"), ("10", "a"), ("10", "b"), ("19.999", "a"), ("19.999", "b"), ("20", "a"), ("59.999", "a"),
        ("60", None), ("9.999", "a"),
    ]  # fmt: skip


def test_the_latest_that_covers_and_not_the_latest_that_began():
    latest = {"row_key": ["id"], "order": ["rank"]}
    rows = [("1", "p", 15), ("2", "p", 25), ("3", "p", 70), ("4", None, 15), ("5", "p", None)]
    assert covered(rows, SINCE_AND_UNTIL, **latest) == [
        ("1", "b"),
        ("2", "a"),
        ("3", None),
        ("4", None),
        ("5", None),
    ]
    tied = [("x", "p", 0, 60, 1), ("y", "p", 0, 30, 2)]
    assert covered(rows[:1], tied, **latest) == [("1", "y")]


def test_an_interval_is_no_longer_than_allowed_and_one_without_an_end_as_long():
    given = [
        ("open", "p", 0, None, 1),
        ("long", "p", 0, 600, 1),
        ("empty", "p", 5, 5, 1),
        ("back", "p", 9, 1, 1),
        ("no", "p", None, 99, 1),
    ]
    assert covered([("1", "p", 59.999), ("2", "p", 60), ("3", "p", 5)], given) == [
        ("1", "long"), ("1", "open"), ("2", None), ("3", "long"), ("3", "open")
    ]  # fmt: skip


def test_repeated_rows_stay_repeated_and_without_a_key_every_interval_counts():
    assert covered([("1", "z", 30), ("1", "z", 30)], SINCE_AND_UNTIL, by=[]) == [
        ("1", "a"), ("1", "a"), ("1", "c"), ("1", "c")
    ]  # fmt: skip
