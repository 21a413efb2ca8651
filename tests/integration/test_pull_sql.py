"""A PostgreSQL table pulled as a whole, by increments and by days."""

from __future__ import annotations

import json
from datetime import date

import pytest

from citylake.errors import WrongUse
from citylake.land.pull import land_feed, recapture
from tests.integration.sources import (
    TWO,
    admitted,
    copies,
    gates,
    kept,
    landed,
    project,
    refusal,
)

__all__ = ["gates", "project"]


def insert(database, *passages: tuple) -> None:
    for passage in passages:
        database.execute("insert into passage values (%s, %s, %s)", passage)


def test_a_table_is_landed_as_a_whole_where_it_changed(project, gates):
    insert(gates, (2, "2026-03-01 09:30+08", "B"), (1, "2026-03-01 08:00+08", "A"))
    feed = project.feed("from: sql, connection: gates, table: public.passage", delivers="everything")
    assert land_feed(feed)["deliveries"] == 1
    assert land_feed(feed)["deliveries"] == 0
    gates.execute("update passage set gate = gate where id = 1")  # elsewhere on disk, the same rows
    assert land_feed(feed)["deliveries"] == 0
    (delivery,) = landed()
    assert kept(delivery) == b"id,at,gate\n1,2026-03-01 08:00:00+08,A\n2,2026-03-01 09:30:00+08,B\n"
    place = delivery["source_uri"]
    assert place.startswith("postgresql://127.0.0.1:")
    assert place.endswith("/gates/public.passage")
    assert admitted() == TWO


def test_an_increment_lands_what_lies_behind_the_last_row_and_nothing_twice(project, gates):
    insert(gates, (1, "2026-03-01 08:00+08", "A"), (2, "2026-03-01 09:30+08", 'B, "x"\n杭州'))
    feed = project.feed("from: sql, connection: gates, table: passage, increment: [at, id]")
    assert land_feed(feed)["deliveries"] == 1
    assert land_feed(feed)["deliveries"] == 0
    insert(
        gates,
        (4, "2026-03-01 09:30+08", None),
        (3, "2026-03-01 09:30+08", ""),
        (5, "2026-03-02 07:00+08", "C"),
    )
    assert land_feed(feed)["deliveries"] == 1
    assert land_feed(feed)["deliveries"] == 0
    assert [row["passage_id"] for row in admitted()] == [1, 2, 3, 4, 5]
    assert admitted()[1]["gate"] == 'B, "x"\n杭州'
    bounds = [json.loads(row["source_version"]) for row in landed()]
    assert [(each["after"], each["upto"]) for each in bounds] == [
        (None, ["2026-03-01 09:30:00+08", "2"]),
        (["2026-03-01 09:30:00+08", "2"], ["2026-03-02 07:00:00+08", "5"]),
    ]


def test_a_row_that_commits_late_is_found_by_an_overlap(project, gates, lake):
    insert(gates, (1, "2026-03-01 08:00+08", "A"))
    with lake.superuser("gates") as slow, slow.transaction():
        insert(slow, (2, "2026-03-01 08:01+08", "B"))  # its time is taken, its commit comes later
        insert(gates, (3, "2026-03-01 08:05+08", "C"))
        strict = project.feed("from: sql, connection: gates, table: passage, increment: [at]")
        land_feed(strict)
    assert land_feed(strict)["deliveries"] == 0  # what an increment without an overlap cannot see
    feed = project.feed("from: sql, connection: gates, table: passage, increment: [at], overlap: PT10M")
    assert land_feed(feed)["deliveries"] == 1
    assert land_feed(feed)["deliveries"] == 0
    assert {row["passage_id"] for row in admitted()} == {1, 2, 3}


def test_a_row_of_the_future_waits_for_its_time_and_does_not_stop_the_others(project, gates):
    insert(gates, (1, "2026-03-01 08:00+08", "A"), (2, "9999-12-31", "Z"))
    feed = project.feed("from: sql, connection: gates, table: passage, increment: [at, id]")
    land_feed(feed)
    insert(gates, (3, "2026-03-01 09:00+08", "B"))
    assert land_feed(feed)["deliveries"] == 1
    assert [row["passage_id"] for row in admitted()] == [1, 3]


@pytest.mark.parametrize("written_in", ["Asia/Shanghai", "UTC"])
def test_days_of_a_table_are_asked_for_again(project, gates, written_in):
    insert(
        gates, (1, "2026-02-28 23:59:59+08", "A"), (2, "2026-03-01 00:00+08", "B"),
        (3, "2026-03-01 23:59:59+08", "C"), (4, "2026-03-02 00:00+08", "D"),
    )  # fmt: skip
    arrival = "from: sql, connection: gates, table: passage, increment: [at, id]"
    feed = project.feed(arrival, f"kind: csv, timezone: {written_in}", zone="Asia/Shanghai")
    land_feed(feed)
    gates.execute("update passage set gate = 'corrected' where id = 2")
    assert land_feed(feed)["deliveries"] == 0
    assert recapture(feed, date(2026, 3, 1), date(2026, 3, 1), "gate B was misread")["deliveries"] == 1
    again = landed()[1]
    assert again["name"] == "gate_20260301-20260301.csv"
    said = {"Asia/Shanghai": ("2026-03-01 00:00:00+08", "2026-03-01 23:59:59+08", "2026-03-02 01:00:00+08"),
            "UTC": ("2026-02-28 16:00:00+00", "2026-03-01 15:59:59+00", "2026-03-01 17:00:00+00")}[written_in]  # fmt: skip
    assert kept(again).decode().splitlines()[1:] == [f"2,{said[0]},corrected", f"3,{said[1]},C"]
    insert(gates, (5, "2026-03-02 01:00+08", "E"))
    land_feed(feed)  # the mark is where it was
    assert kept(landed()[2]).decode().splitlines()[1:] == [f"5,{said[2]},E"]


def test_a_query_that_would_change_the_source_is_refused(project, gates):
    gates.execute("create sequence taken; grant all on sequence taken to gatekeeper")
    feed = project.feed("from: sql, connection: gates, query: \"select nextval('taken') as id, now() as at\"")
    assert "cannot execute nextval() in a read-only transaction" in refusal(feed, WrongUse)


@pytest.mark.parametrize(
    ("arrival", "what"),
    [
        ("table: gone", 'the database refuses what the feed file asks for\n  Found: relation "gone" does not exist'),
        ("query: 'select 1 as id; drop table passage'", "the database refuses what the feed file asks for"),
        ("table: passage, increment: [changed]", 'Found: column "changed" does not exist'),
        ("table: passage, increment: [gate]", "rows without a value of the increment would never be landed"),
        ("table: passage, increment: [at], overlap: 5",
         "the overlap does not fit the increment\n  Found: overlap: 5, and 'at' is a timestamp with time zone."),
        ("query: 'delete from passage returning *'", "the database refuses what the feed file asks for"),
    ],
)  # fmt: skip
def test_what_a_database_cannot_give_is_told_and_nothing_is_landed(project, gates, arrival, what):
    insert(gates, (1, "2026-03-01 08:00+08", None))
    feed = project.feed(f"from: sql, connection: gates, {arrival}")
    assert what in refusal(feed, WrongUse)
    assert (landed(), copies()) == ([], [])
    assert gates.execute("select count(*) as n from passage").fetchone() == {"n": 1}
