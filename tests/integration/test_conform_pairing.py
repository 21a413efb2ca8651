"""Openings and closings as pairs, and successive rows as sessions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from spark_jobs import patterns
from tests.local_spark import session

HOUR = timedelta(hours=1)
EVENTS = "lot string, plate string, at timestamp, kind string, id string, _business_date date"


def at(minute: float) -> datetime:
    """Minutes after the midnight between 1 and 2 March in Hangzhou."""
    return datetime(2026, 3, 1, 16, tzinfo=UTC) + timedelta(minutes=minute)


def event(
    minute: float | None, kind: str | None, number: str, plate: str | None = "A", lot: str | None = "L"
) -> tuple:
    day = date(2026, 3, 1 if minute is None or minute < 0 else 2)
    return lot, plate, None if minute is None else at(minute), kind, number, day


def paired(*events: tuple, **changes) -> list[tuple]:
    """(opening, closing, paired_as, day of March) by the ids of the events."""
    frame = session().createDataFrame(list(events), EVENTS)
    found = patterns.pair(
        frame, **({"by": ["lot", "plate"], "at": "at", "kind": "kind", "opens": "in", "closes": "out", "within": HOUR,
                   "order": ["id"]} | changes),
    )  # fmt: skip
    assert found.columns == ["lot", "plate", "opened", "closed", "paired_as", "_business_date"]
    rows = found.selectExpr("opened.id", "closed.id", "paired_as", "day(_business_date)").collect()
    return sorted((tuple(row) for row in rows), key=repr)


def test_an_entry_is_paired_with_the_next_exit_of_the_same_plate_and_lot():
    assert paired(
        event(1, "in", "1"), event(2, "in", "2", plate="B"), event(3, "out", "3", plate="B"), event(9, "out", "4"),
        event(20, "in", "5"), event(21, "out", "6", lot="M"),
    ) == [("1", "4", "pair", 2), ("2", "3", "pair", 2), ("5", None, "open_only", 2), (None, "6", "close_only", 2)]  # fmt: skip


def test_exactly_within_is_within_and_a_millisecond_more_is_not():
    assert paired(event(0, "in", "1"), event(60, "out", "2")) == [("1", "2", "pair", 2)]
    assert paired(event(0, "in", "1"), event(60.00002, "out", "2")) == [
        ("1", None, "open_only", 2), (None, "2", "close_only", 2)
    ]  # fmt: skip


def test_of_two_entries_the_later_has_the_exit_and_of_two_exits_the_earlier_the_entry():
    assert paired(event(1, "in", "1"), event(2, "in", "2"), event(3, "out", "3"), event(4, "out", "4")) == [
        ("1", None, "open_only", 2), ("2", "3", "pair", 2), (None, "4", "close_only", 2)
    ]  # fmt: skip


def test_a_pair_over_midnight_is_of_the_day_of_its_entry_and_a_lone_exit_of_its_own():
    assert paired(event(-1, "in", "1"), event(1, "out", "2"), event(5, "out", "3")) == [
        ("1", "2", "pair", 1), (None, "3", "close_only", 2)
    ]  # fmt: skip


def test_a_null_in_key_or_time_never_pairs_and_nothing_is_lost():
    given = [
        event(1, "in", "1", plate=None), event(2, "out", "2", plate=None), event(1, "in", "3", lot=None),
        event(2, "out", "4", lot=None), event(None, "in", "5"), event(9, "out", "6"),
    ]  # fmt: skip
    assert [row[2] for row in paired(*given)] == ["open_only"] * 3 + ["close_only"] * 3
    twins = [event(1, "in", "1", plate=None), event(1, "out", "1", plate=None)]
    assert [row[2] for row in paired(*twins, closes_first=False)] == ["open_only", "close_only"]


def test_rows_of_another_kind_stand_between_nothing():
    assert paired(event(1, "in", "1"), event(2, "seen", "2"), event(2, None, "3"), event(3, "out", "4")) == [
        ("1", "4", "pair", 2)
    ]


def test_at_one_instant_exits_come_first_unless_said_otherwise():
    given = [event(1, "in", "1"), event(5, "in", "2"), event(5, "out", "3"), event(9, "out", "4")]
    assert paired(*given) == [("1", "3", "pair", 2), ("2", "4", "pair", 2)]
    assert paired(*given, closes_first=False) == [
        ("1", None, "open_only", 2), ("2", "3", "pair", 2), (None, "4", "close_only", 2)
    ]  # fmt: skip


def test_repeated_rows_and_ties_give_the_same_whatever_the_order_of_rows():
    given = [
        event(1, "in", "2"),
        event(1, "in", "1"),
        event(3, "out", "4"),
        event(3, "out", "3"),
        event(3, "out", "3"),
    ]
    expected = [
        ("1", None, "open_only", 2),
        ("2", "3", "pair", 2),
        (None, "3", "close_only", 2),
        (None, "4", "close_only", 2),
    ]
    assert paired(*given) == expected
    assert paired(*given[::-1]) == expected


SEEN = "ship string, at timestamp, id string"


def in_sessions(*seen: tuple, longest: timedelta = timedelta(days=1)) -> dict[str, tuple]:
    """id -> (minute its session began, a number for its key)."""
    rows = [(ship, None if minute is None else at(minute), number) for number, ship, minute in seen]
    found = patterns.sessions(
        session().createDataFrame(rows, SEEN),
        by=["ship"],
        at="at",
        gap=timedelta(minutes=30),
        longest=longest,
    )
    assert found.columns == ["ship", "at", "id", "session_key", "session_started_at"]
    began = f"(unix_micros(session_started_at) - {int(at(0).timestamp()) * 1_000_000}) / 60000000"
    collected = sorted(found.selectExpr("id", began, "session_key").collect())
    keys = list(dict.fromkeys(row[2] for row in collected if row[2]))
    assert all(len(key) == 32 for key in keys)
    return {row[0]: (row[1], keys.index(row[2]) if row[2] else None) for row in collected}


def test_rows_no_more_than_the_gap_apart_are_one_session():
    assert in_sessions(("a", "S", 0), ("b", "S", 30), ("c", "S", 60.001), ("d", "T", 10), ("e", "S", 60.001)) == {
        "a": (0, 0), "b": (0, 0), "c": (60.001, 1), "d": (10, 2), "e": (60.001, 1)
    }  # fmt: skip


def test_a_session_may_cross_midnight_and_nulls_are_in_none():
    assert in_sessions(("a", "S", -10), ("b", "S", 10), ("c", None, 0), ("d", None, 1), ("e", "S", None)) == {
        "a": (-10, 0), "b": (-10, 0), "c": (None, None), "d": (None, None), "e": (None, None)
    }  # fmt: skip


def test_a_chain_that_lasts_exactly_as_long_as_allowed_is_whole_and_a_longer_one_is_cut_at_midnight():
    day = 24 * 60
    whole = [(f"{minute:05d}", "S", minute - 60) for minute in range(0, day + 1, 20)]
    assert {began for began, _ in in_sessions(*whole).values()} == {-60}
    longer = in_sessions(*whole, ("z", "S", day - 60 + 20))
    assert sorted({began for began, _ in longer.values()}) == [-60, 0]
    assert longer["00040"] == (-60, 0)
    assert longer["00060"] == longer["z"] == (0, 1)


def test_a_session_keeps_its_key_when_a_later_row_comes():
    def keys(*minutes: float) -> list[str]:
        frame = session().createDataFrame([("S", at(minute), "x") for minute in minutes], SEEN)
        found = patterns.sessions(
            frame, by=["ship"], at="at", gap=timedelta(minutes=30), longest=timedelta(days=1)
        )
        return [row["session_key"] for row in found.orderBy("at").collect()]

    first = keys(0, 20)
    assert keys(0, 20, 45)[:2] == first
    assert keys(-100, 0, 20, 90)[1:3] == first
    assert keys(-10, 0, 20)[1:] != first  # a late row that begins it earlier


PASSING = "car string, at timestamp, number int, id string"


def in_trips(*seen: tuple, longest: timedelta = timedelta(days=1)) -> dict[str, tuple]:
    """id -> (minute its session began, a number for its key), of rows whose number must rise; `seen` is (id, minute, number)."""
    rows = [("S", at(minute), number, name) for name, minute, number in seen]
    found = patterns.sessions(
        session().createDataFrame(rows, PASSING), by=["car"], at="at", gap=timedelta(minutes=30), longest=longest,
        rising="number",
    )  # fmt: skip
    began = f"(unix_micros(session_started_at) - {int(at(0).timestamp()) * 1_000_000}) / 60000000"
    collected = sorted(found.selectExpr("id", began, "session_key").collect())
    keys = list(dict.fromkeys(row[2] for row in collected))
    return {row[0]: (row[1], keys.index(row[2])) for row in collected}


def test_a_number_that_does_not_rise_begins_another_session():
    assert in_trips(("a", 0, 1), ("b", 1, 3), ("c", 2, 3), ("d", 3, 4), ("e", 4, 2), ("f", 34, 5), ("g", 65, 6)) == {
        "a": (0, 0), "b": (0, 0), "c": (2, 1), "d": (2, 1), "e": (4, 2), "f": (4, 2), "g": (65, 3)
    }  # fmt: skip


def test_at_one_instant_the_least_number_comes_first_and_equal_rows_stay_together():
    assert in_trips(("a", 0, 4), ("b", 1, 6), ("c", 1, 5), ("d", 2, 7)) == dict.fromkeys("abcd", (0, 0))
    assert in_trips(("a", 0, 6), ("b", 1, 7), ("c", 1, 5)) == {"a": (0, 0), "b": (1, 1), "c": (1, 1)}
    found = in_trips(("a", 0, 4), ("b", 1, 5), ("c", 1, 5), ("d", 2, 6))
    assert found["b"] == found["c"] == found["d"] == (1, 1)


def test_what_rises_for_longer_than_allowed_is_cut_too():
    numbered = [(f"{n:03d}", 20 * n, n) for n in range(19)]  # six hours from midnight
    assert set(in_trips(*numbered, longest=timedelta(hours=6)).values()) == {(0, 0)}
    longer = in_trips(*numbered, ("z", 380, 19), longest=timedelta(hours=6))
    assert (longer["017"], longer["018"], longer["z"]) == ((0, 0), (360, 1), (360, 1))
