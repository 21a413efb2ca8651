"""The gap grid from a ledger typed by hand: strays, minutes, zones, and a ledger of any size."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from citylake.ledger import arrivals
from citylake.ledger.feeds import declare_feeds
from citylake.stewardship.gaps import gaps
from citylake.stewardship.gaps.delays import delays
from tests.offline import make_feed

COLUMNS = [{"name": "id", "type": "string"}, {"name": "at", "type": "timestamp", "required": True}]
FEED = "environment.test_reading"


def feed_of(
    ledger,
    *,
    zone: str = "Asia/Shanghai",
    written_in: str | None = None,
    covers: str | None = None,
    dataset: str = "test_reading",
    **arrival,
):
    """A feed of days of a zone that the ledger knows; its times may be written in another."""
    changes = {"covers": {"from_name": covers}} if covers else {}
    partition = {"by": "at"} | ({"zone": zone} if written_in else {})
    made = make_feed(
        COLUMNS, dataset=dataset, delivers="additions", partition=partition,
        format={"kind": "csv", "timezone": written_in or zone},
        arrival={"files": "*.csv", "every": "P1D", "deadline": "PT12H"} | arrival, **changes,
    )  # fmt: skip
    declare_feeds(ledger.connection, [made])
    return made


def utc(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def statuses(ledger, feed) -> dict:
    found = gaps(ledger.connection, [feed], date(2026, 3, 1), date(2026, 3, 31))
    return {slot.slot.day: slot.status.value for slot in found}


def brings(ledger, name: str, at: datetime, **rows: int) -> None:
    """A delivery with so many rows of each day, given as d1=…"""
    delivery = ledger.delivery(name, FEED, at=at)
    ledger.admitted(delivery, *(f"2026-03-{int(day[1:]):02}" for day in rows))
    for day, number in rows.items():
        ledger.connection.execute(
            "update ledger.delivery_partitions set record_count = %s where delivery_id = %s and partition = %s",
            (number, delivery.delivery_id, f"2026-03-{int(day[1:]):02}"),
        )


def test_a_few_late_rows_of_yesterday_are_not_yesterdays_file(by_hand):
    feed = feed_of(by_hand)
    brings(by_hand, "a", utc(2, 1), d1=1000)
    brings(by_hand, "b", utc(4, 1), d2=9, d3=1000)
    by_hand.replay_until(utc(4, 2))
    assert statuses(by_hand, feed) == {1: "came", 2: "missing", 3: "came", 4: "due"}


def test_a_hundredth_of_the_fullest_day_is_a_day(by_hand):
    feed = feed_of(by_hand)
    brings(by_hand, "a", utc(2, 1), d1=1000)
    brings(by_hand, "b", utc(4, 1), d2=10, d3=1000)
    by_hand.replay_until(utc(4, 2))
    assert statuses(by_hand, feed)[2] == "late"


def test_what_a_name_covers_came_whatever_its_rows(by_hand):
    feed = feed_of(by_hand, covers=r"(?P<date>\d{8})")
    brings(by_hand, "a", utc(2, 1), d1=1000)
    brings(by_hand, "b", utc(4, 1), d2=0, d3=1000)
    by_hand.replay_until(utc(4, 2))
    assert statuses(by_hand, feed)[2] == "late"


def test_a_first_delivery_with_a_row_of_the_future_begins_with_the_latest_day_that_was(by_hand):
    feed = feed_of(by_hand)
    brings(by_hand, "a", utc(5, 1), d1=50, d4=50, d30=50)
    by_hand.replay_until(utc(6, 1))
    assert statuses(by_hand, feed) == {4: "came", 5: "due", 6: "due"}


def test_minutes_are_read_from_the_ledger_and_a_window_that_begins_later_begins_at_midnight(by_hand):
    feed = feed_of(by_hand, every="PT1M", deadline="PT5M", covers=r"x(?P<time>\d{12})")
    begin = datetime(2026, 2, 27, 16, tzinfo=UTC)  # midnight of the 28th
    for n in range(1440 * 2):
        at = begin + timedelta(minutes=n)
        local = at + timedelta(hours=8)
        if (local.hour, local.minute) not in ((8, 1), (8, 2), (13, 40)):
            name = f"x{local:%Y%m%d%H%M}"
            by_hand.admitted(by_hand.delivery(name, FEED, at=at + timedelta(seconds=90)), f"{local:%Y-%m-%d}")
    by_hand.replay_until(utc(2))
    (of_day,) = gaps(by_hand.connection, [feed], date(2026, 3, 1), date(2026, 3, 1))
    assert (of_day.came, of_day.expected, of_day.runs) == (1437, 1440, "08:01-08:02, 13:40")
    (found,) = delays(by_hand.connection, [feed])
    assert (found.count, found.p99, found.hint) == (
        2874,
        timedelta(seconds=30),
        "a deadline of PT1M would have covered 99 %",
    )


@pytest.mark.parametrize("written_in", [None, "UTC", "Asia/Shanghai"])
def test_a_day_is_ready_when_it_is_missing_in_the_zone_of_its_feed(by_hand, written_in):
    """The marts do not wait for another midnight than the grid, whatever zone times are written in."""
    feed = feed_of(by_hand, zone="Europe/Berlin", written_in=written_in, deadline="P1D", senders=2)
    by_hand.table("conformed.environment.noise_day", {"input_table": f"admitted.{FEED}", "drives": True})
    brings(
        by_hand, "a", utc(29, 1), d28=5
    )  # the deadline is 23:00 UTC of the 29th, an hour after its midnight
    row = by_hand.connection.execute("select deadline_at from ledger.readiness").fetchone()
    assert row["deadline_at"] == utc(29, 23)
    by_hand.replay_until(utc(29, 23))
    assert by_hand.stale("conformed.environment.noise_day") == {"2026-03-28": "never made"}
    day = date(2026, 3, 28)
    found = gaps(by_hand.connection, [feed], day, day)
    assert {(slot.sender, slot.status.value) for slot in found} == {("S", "came"), (None, "due")}


def test_a_feed_of_which_nothing_was_ever_admitted_is_missing_long_after(by_hand):
    feed = feed_of(by_hand)
    by_hand.admitted(by_hand.delivery("a", FEED, at=datetime(2026, 1, 5, tzinfo=UTC)), status="held")
    by_hand.replay_until(utc(3, 5))
    assert statuses(by_hand, feed) == {1: "missing", 2: "missing", 3: "due"}


FEEDS, SENDERS, DAYS = 10, 12, 60


def fill(ledger, feeds: int, senders: int, days: int) -> list:
    """Feeds of which every sender delivered every day, two hours after its end."""
    made = [feed_of(ledger, dataset=f"reading_{n}", senders=senders) for n in range(feeds)]
    many = {
        "feeds": [feed.feed_id for feed in made],
        "senders": senders,
        "days": days,
        "empty": json.dumps({}),
    }
    each = (
        " from unnest(%(feeds)s::text[]) as feed_id, generate_series(1, %(senders)s) as sender,"
        " generate_series(0, %(days)s - 1) as day"
    )
    delivery_id = "feed_id || '-' || sender || '-' || day"
    ledger.connection.execute(
        "insert into ledger.deliveries (delivery_id, feed_id, sender, name, source_uri, source_version, landing_uri,"
        f" size_bytes, sha256, compression, encoding, arrived_at, run_id) select {delivery_id}, feed_id, 'S' || sender,"
        f" day || '.csv', {delivery_id}, '1', '', 1, {delivery_id}, 'none', 'utf-8',"
        " timestamptz '2026-01-01 18:00Z' + day * interval '1 day', 'RUN'" + each,
        many,
    )
    ledger.connection.execute(
        "insert into ledger.admissions (delivery_id, attempt, status, records_parsed, records_admitted,"
        " records_quarantined, records_held, records_erased, rule_counts, null_counts, drift, reasons, feed_version,"
        f" run_id, known_at, started_at) select {delivery_id}, 1, 'admitted', 1, 1, 0, 0, 0, %(empty)s, %(empty)s,"
        " %(empty)s, '[]', '1', 'RUN', now(), now()" + each,
        many,
    )
    ledger.connection.execute(
        f"insert into ledger.delivery_partitions select {delivery_id},"
        " to_char(date '2026-01-01' + day, 'YYYY-MM-DD'), 1" + each,
        many,
    )
    return made


def nodes(plan: dict):
    """A plan's nodes, from the top."""
    yield plan
    for inner in plan.get("Plans", []):
        yield from nodes(inner)


@pytest.mark.parametrize("view", ["brought", "arrivals"])
def test_the_ledger_touches_each_delivery_a_few_times(by_hand, view):
    by_hand.connection.execute("analyze")  # of empty tables: what the planner believes is wrong
    fill(by_hand, FEEDS, SENDERS, DAYS)
    with arrivals.in_bulk(by_hand.connection) if view == "brought" else contextlib.nullcontext():
        (row,) = by_hand.connection.execute(
            f"explain (analyze, format json) select * from ledger.{view}"
        ).fetchall()
    plan = next(iter(row.values()))[0]["Plan"]
    deliveries = FEEDS * SENDERS * DAYS
    assert plan["Actual Rows"] == deliveries
    assert sum(node["Actual Rows"] * node["Actual Loops"] for node in nodes(plan)) < 15 * deliveries


def test_a_grid_of_many_feeds_and_senders_counts_every_slot(by_hand):
    made = fill(by_hand, FEEDS, SENDERS, DAYS)
    found = gaps(by_hand.connection, made, date(2026, 1, 1), date(2026, 3, 1))
    # The first delivery was of the first day; the clock stands at 02:00 of the day after the last one, 2 March.
    assert {status: sum(1 for slot in found if slot.status == status) for status in ("came", "due", "missing")} == {
        "came": FEEDS * SENDERS * DAYS, "due": 0, "missing": 0,
    }  # fmt: skip
    summary = {
        (each.feed, each.deliveries): (each.count, each.p50, each.in_time_pct)
        for each in delays(by_hand.connection, made)
    }
    assert summary == {(feed.feed_id, "first"): (SENDERS * DAYS, timedelta(hours=2), 100.0) for feed in made}
    assert arrivals.brought(by_hand.connection, [], date(2026, 1, 1), date(2026, 3, 1)) == []
