"""What the ledger says is left to do, on a ledger typed by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from citylake.ledger import requests
from citylake.ledger.activity import activity, left_of_request, set_replay_clock, stale_by_table
from citylake.ledger.listings import blocked, feed_totals, list_deliveries
from citylake.ledger.partitions import block, stale

FEED, TABLE, MARTS = "environment.bin", "conformed.environment.bin_day", "marts.environment"
OUTPUTS = {TABLE: {f"admitted.{FEED}"}, MARTS: {TABLE}}


def _activity(by_hand):
    return activity(by_hand.connection, OUTPUTS)


def test_an_empty_lake_has_nothing_to_do(by_hand):
    found = _activity(by_hand)
    assert found.is_done
    assert (found.deliveries, found.outcomes, found.made, found.publications) == (0, 0, 0, 0)


def test_a_delivery_of_a_known_feed_waits_and_another_is_only_kept(by_hand):
    by_hand.delivery("stray", "environment.unknown")
    assert _activity(by_hand).is_done
    by_hand.feed(FEED)
    by_hand.delivery("a", FEED)
    found = _activity(by_hand)
    assert (found.deliveries, found.waiting, found.is_done) == (2, 1, False)
    statuses = {row["name"]: row["status"] for row in list_deliveries(by_hand.connection)}
    assert statuses == {"a.csv": "waiting", "stray.csv": "unknown"}


def test_an_output_that_has_inputs_and_was_never_declared_is_left_to_do(by_hand):
    by_hand.feed(FEED)
    by_hand.arrives("a", FEED, "2026-03-01")
    assert _activity(by_hand).undeclared == {TABLE}
    by_hand.table(TABLE, {"input_table": f"admitted.{FEED}", "drives": True})
    found = _activity(by_hand)
    assert (found.undeclared, found.stale, found.is_done) == (frozenset(), 1, False)
    assert stale_by_table(by_hand.connection) == {TABLE: 1}


@pytest.fixture
def made(by_hand):
    """A table of three days, all of them made."""
    by_hand.feed(FEED)
    by_hand.table(TABLE, {"input_table": f"admitted.{FEED}", "drives": True})
    by_hand.arrives("a", FEED, "2026-03-01", "2026-03-02", "2026-03-03")
    by_hand.make(TABLE)
    assert _activity(by_hand).made == 3
    return by_hand


def test_what_is_left_of_a_request_are_its_own_stale_partitions(made):
    asked = (TABLE, "2026-03-01", "2026-03-02", "a new rule")
    request = requests.request_backfill(made.connection, *asked, staged=True)
    assert left_of_request(made.connection, request, [TABLE]) == ([], [])
    requests.accept(made.connection, request)
    made.arrives("b", FEED, "2026-03-03")  # stale too, and nobody's request
    left, _ = left_of_request(made.connection, request, [TABLE, MARTS])
    assert sorted(left) == [f"{TABLE} 2026-03-01", f"{TABLE} 2026-03-02"]
    made.make(TABLE)
    assert left_of_request(made.connection, request, [TABLE]) == ([], [])


def test_a_request_whose_partition_is_blocked_says_why(made):
    asked = (TABLE, "2026-03-02", "2026-03-02", "a new rule")
    request = requests.request_backfill(made.connection, *asked, staged=False)
    block(made.connection, stale(made.connection, TABLE), "a key is there twice", "RUN")
    left, stuck = left_of_request(made.connection, request, [TABLE])
    assert (left, stuck) == ([], [f"{TABLE} 2026-03-02: a key is there twice"])
    assert [row["partition"] for row in blocked(made.connection)] == ["2026-03-02"]
    assert _activity(made).blocked == 1


def test_totals_count_deliveries_by_outcome(by_hand):
    by_hand.feed(FEED)
    by_hand.arrives("a", FEED, "2026-03-01", "2026-03-02")
    by_hand.admitted(by_hand.delivery("b", FEED), "2026-03-01", status="held")
    by_hand.delivery("c", FEED)
    (totals,) = feed_totals(by_hand.connection)
    counts = {key: totals[key] for key in ("deliveries", "admitted", "held", "repeated", "waiting")}
    assert counts == {"deliveries": 3, "admitted": 1, "held": 1, "repeated": 0, "waiting": 1}
    assert (totals["records_parsed"], totals["records_admitted"], totals["records_held"]) == (3, 2, 1)


def test_the_replayed_clock_goes_on_and_never_back(by_hand):
    first, second = datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 12, tzinfo=UTC)
    assert set_replay_clock(by_hand.connection, first) == first
    assert set_replay_clock(by_hand.connection, second) == second
    assert set_replay_clock(by_hand.connection, first) == second
    assert by_hand.connection.execute("select ledger.clock_now() as now").fetchone()["now"] == second
