"""Rows whose plates are one character apart are found by their hashes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from spark_jobs import patterns
from tests.integration.match_keys import match_key
from tests.local_spark import session

SCHEMA = "id string, lot string, plate string, plate_match string, at timestamp"


def at(minute: float | None) -> datetime | None:
    return None if minute is None else datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=minute)


def matched(exits: list[tuple], entries: list[tuple], **changes) -> list[tuple]:
    """(exit, entry, is_exact, alike_count) of exits and entries (id, lot, plate, minute); an entry is up to 60 min before."""
    frames = [
        session().createDataFrame(
            [(n, lot, *match_key(plate), at(minute)) for n, lot, plate, minute in given], SCHEMA
        )
        for given in (exits, entries)
    ]
    found = patterns.match_wildcards(
        frames[0], frames[1].withColumnRenamed("id", "entry"),
        **({"by": ["lot"], "key": "plate", "at": "at", "other_at": "at", "back": timedelta(hours=1),
            "ahead": timedelta(minutes=1), "columns": ["entry"], "row_key": ["id"], "order": ["entry"]} | changes),
    )  # fmt: skip
    assert found.columns == ["id", "lot", "plate", "plate_match", "at", "entry", "is_exact", "alike_count"]
    return sorted(tuple(row) for row in found.select("id", "entry", "is_exact", "alike_count").collect())


def test_a_plate_one_character_apart_is_found_and_one_two_apart_is_not():
    entries = [("a", "L", "A12345", 0), ("b", "L", "B67890", 0), ("c", "M", "C11111", 0)]
    exits = [
        ("1", "L", "A12346", 30),
        ("2", "L", "B67809", 30),
        ("3", "L", "C11112", 30),
        ("4", "L", "B6789", 30),
    ]
    assert matched(exits, entries) == [
        ("1", "a", False, 1), ("2", None, None, None), ("3", None, None, None), ("4", None, None, None)
    ]  # fmt: skip


def test_an_equal_plate_comes_before_a_nearer_one_that_is_alike_and_is_found_once():
    entries = [("a", "L", "A12345", 0), ("b", "L", "A12346", 29), ("c", "L", "A12347", 29)]
    assert matched([("1", "L", "A12345", 30)], entries) == [("1", "a", True, 1)]


def test_several_that_are_alike_are_counted_and_the_nearest_in_time_or_the_greatest_in_order_is_taken():
    entries = [
        ("a", "L", "A12345", 0),
        ("b", "L", "A12347", 20),
        ("c", "L", "A12348", 20),
        ("d", "L", "A22346", 19),
    ]
    assert matched([("1", "L", "A12346", 30)], entries) == [("1", "c", False, 4)]


def test_the_window_holds_both_its_ends():
    entries = [("a", "L", "A12345", 0)]
    exits = [
        ("1", "L", "A12346", 60),
        ("2", "L", "A12346", 60.001),
        ("3", "L", "A12346", -1),
        ("4", "L", "A12346", -1.001),
    ]
    assert [entry for _, entry, _, _ in matched(exits, entries)] == ["a", None, "a", None]


def test_nulls_find_nothing_and_short_plates_only_equal_ones():
    entries = [
        ("a", "L", None, 0),
        ("b", None, "A12345", 0),
        ("c", "L", "无牌", 0),
        ("d", "L", "A12345", None),
    ]
    exits = [
        ("1", "L", None, 1),
        ("2", None, "A12345", 1),
        ("3", "L", "无牌", 1),
        ("4", "L", "有牌", 1),
        ("5", "L", "A12345", None),
    ]
    assert [(n, entry) for n, entry, _, _ in matched(exits, entries)] == [
        ("1", None), ("2", None), ("3", "c"), ("4", None), ("5", None)
    ]  # fmt: skip


def test_once_pairs_only_those_that_like_each_other_best():
    entries = [("a", "L", "A12345", 0)]
    exits = [("1", "L", "A12346", 10), ("2", "L", "A12347", 20), ("3", "L", "A12345", 50)]
    assert [entry for _, entry, _, _ in matched(exits, entries)] == ["a", "a", "a"]
    assert [entry for _, entry, _, _ in matched(exits, entries, once=True)] == [None, None, "a"]
    assert [entry for _, entry, _, _ in matched(exits[:2], entries, once=True)] == ["a", None]


def test_without_a_key_besides_plates_are_matched_everywhere():
    assert matched([("1", "L", "A12346", 10)], [("a", "M", "A12345", 0)], by=[]) == [("1", "a", False, 1)]
