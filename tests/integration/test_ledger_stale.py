"""What is stale, typed by hand: the view from which every output takes its work."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

FEED = "environment.noise"
ADMITTED = "admitted.environment.noise"
OUTPUT = "conformed.environment.noise_day"
REFERENCE = "conformed.environment.point"
D1, D2, D3, D4 = "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"


@pytest.fixture
def noise(by_hand):
    """A feed of days and an output that reads the same day of it."""
    by_hand.feed(FEED)
    by_hand.table(OUTPUT, {"input_table": ADMITTED, "drives": True})
    return by_hand


def test_an_empty_lake_has_nothing_to_do(noise):
    assert noise.stale(OUTPUT) == {}


def test_a_partition_that_was_never_made_is_stale_newest_first(noise):
    noise.arrives("a", FEED, D1, D2, D3)
    assert list(noise.stale(OUTPUT).items()) == [(D3, "never made"), (D2, "never made"), (D1, "never made")]


def test_what_was_made_from_the_inputs_of_now_is_not_stale(noise):
    noise.arrives("a", FEED, D1, D2)
    noise.make(OUTPUT)
    assert noise.stale(OUTPUT) == {}


def test_a_new_delivery_makes_exactly_its_days_stale(noise):
    noise.arrives("a", FEED, D1, D2, D3)
    noise.make(OUTPUT)
    noise.arrives("b", FEED, D2)
    assert noise.stale(OUTPUT) == {D2: "inputs changed"}
    noise.make(OUTPUT)
    assert noise.stale(OUTPUT) == {}


def test_a_day_that_a_repeated_admission_no_longer_has_is_stale(noise):
    delivery = noise.arrives("a", FEED, D1, D2)
    noise.make(OUTPUT)
    assert noise.admitted(delivery, D2, D3) == [D1, D2, D3]
    assert noise.stale(OUTPUT) == {D3: "never made", D2: "inputs changed", D1: "inputs changed"}


def test_a_delivery_that_is_held_at_last_makes_the_days_it_had_stale(noise):
    delivery = noise.arrives("a", FEED, D1)
    noise.make(OUTPUT)
    assert noise.admitted(delivery, D1, status="held") == [D1]
    assert noise.stale(OUTPUT) == {D1: "inputs changed"}


def test_a_window_before_makes_the_days_after_a_change_stale(by_hand):
    by_hand.feed(FEED)
    by_hand.table(OUTPUT, {"input_table": ADMITTED, "drives": True, "days_before": 1})
    by_hand.arrives("a", FEED, D1, D2, D3, D4)
    by_hand.make(OUTPUT)
    by_hand.arrives("b", FEED, D2)
    # The last of February, and the first of March, which looks one day back.
    assert set(by_hand.stale(OUTPUT)) == {D2, D3}


def test_a_window_after_makes_the_days_before_a_change_stale(by_hand):
    by_hand.feed(FEED)
    by_hand.table(OUTPUT, {"input_table": ADMITTED, "drives": True, "days_after": 2})
    by_hand.arrives("a", FEED, D1, D2, D3, D4)
    by_hand.make(OUTPUT)
    by_hand.arrives("b", FEED, D4)
    assert set(by_hand.stale(OUTPUT)) == {D2, D3, D4}


def test_a_neighbour_that_comes_later_makes_what_reads_it_stale(by_hand):
    by_hand.feed(FEED)
    by_hand.table(OUTPUT, {"input_table": ADMITTED, "drives": True, "days_before": 1})
    by_hand.arrives("a", FEED, D2)
    by_hand.make(OUTPUT)
    by_hand.arrives("b", FEED, D1)
    assert by_hand.stale(OUTPUT) == {D2: "inputs changed", D1: "never made"}


def test_only_the_driving_input_makes_partitions(by_hand):
    by_hand.feed(FEED)
    by_hand.feed("environment.rain")
    by_hand.table(
        OUTPUT,
        {"input_table": ADMITTED, "drives": True},
        {"input_table": "admitted.environment.rain", "days_before": 1},
    )
    by_hand.arrives("r", "environment.rain", D1, D2, D3)
    assert by_hand.stale(OUTPUT) == {}
    by_hand.arrives("a", FEED, D2)
    assert by_hand.stale(OUTPUT) == {D2: "never made"}
    by_hand.make(OUTPUT)
    by_hand.arrives("s", "environment.rain", D3)
    assert by_hand.stale(OUTPUT) == {}
    by_hand.arrives("t", "environment.rain", D1)
    assert by_hand.stale(OUTPUT) == {D2: "inputs changed"}


def with_reference(ledger):
    ledger.feed(FEED)
    ledger.feed("environment.point", delivers="everything")
    ledger.table(REFERENCE, {"input_table": "admitted.environment.point", "drives": True}, partitioned=False)
    ledger.table(OUTPUT, {"input_table": ADMITTED, "drives": True}, {"input_table": REFERENCE, "as_of": True})


def test_nothing_is_made_against_a_whole_input_that_never_came(by_hand):
    with_reference(by_hand)
    by_hand.arrives("a", FEED, D1)
    assert by_hand.stale(OUTPUT) == {}
    by_hand.arrives("p", "environment.point", "all")
    assert by_hand.stale(OUTPUT) == {}  # landed, but its conformed table is not made
    assert by_hand.stale(REFERENCE) == {"all": "never made"}
    by_hand.make(REFERENCE)
    assert by_hand.stale(OUTPUT) == {D1: "never made"}


def test_a_change_of_a_whole_input_makes_every_partition_stale(by_hand):
    with_reference(by_hand)
    by_hand.arrives("p", "environment.point", "all")
    by_hand.arrives("a", FEED, D1, D2)
    by_hand.make(REFERENCE)
    by_hand.make(OUTPUT)
    by_hand.arrives("q", "environment.point", "all")
    by_hand.make(REFERENCE)
    assert by_hand.stale(OUTPUT) == {D2: "inputs changed", D1: "inputs changed"}


def test_marts_are_one_partition_that_any_change_makes_stale(by_hand):
    by_hand.feed(FEED)
    by_hand.table(OUTPUT, {"input_table": ADMITTED, "drives": True})
    by_hand.table("marts.environment", {"input_table": OUTPUT, "drives": True}, partitioned=False)
    by_hand.arrives("a", FEED, D1, D2)
    assert by_hand.stale("marts.environment") == {}
    by_hand.make(OUTPUT, D2)
    assert by_hand.stale("marts.environment") == {"all": "never made"}
    by_hand.make("marts.environment")
    assert by_hand.stale("marts.environment") == {}
    by_hand.make(OUTPUT, D1)
    assert by_hand.stale("marts.environment") == {"all": "inputs changed"}


def test_another_window_in_the_declaration_makes_what_it_touches_stale(noise):
    noise.arrives("a", FEED, D1, D3)
    noise.make(OUTPUT)
    noise.table(OUTPUT, {"input_table": ADMITTED, "drives": True, "days_before": 2})
    assert noise.stale(OUTPUT) == {D3: "inputs changed"}


def test_an_accepted_request_makes_its_partitions_stale_until_they_are_made(noise):
    noise.arrives("a", FEED, D1, D2, D3)
    noise.make(OUTPUT)
    noise.request(OUTPUT, D2, D3, reason="the job changed")
    assert noise.stale(OUTPUT) == {D3: "requested: the job changed", D2: "requested: the job changed"}
    noise.make(OUTPUT, D3)
    assert noise.stale(OUTPUT) == {D2: "requested: the job changed"}
    noise.make(OUTPUT)
    assert noise.stale(OUTPUT) == {}


@pytest.mark.parametrize("status", ["staged", "cancelled"])
def test_a_request_that_is_not_accepted_makes_nothing_stale(noise, status):
    noise.arrives("a", FEED, D1)
    noise.make(OUTPUT)
    noise.request(OUTPUT, D1, D1, status=status)
    assert noise.stale(OUTPUT) == {}


def test_a_request_reaches_no_other_table_and_no_day_that_is_not_there(noise):
    noise.table("conformed.environment.other", {"input_table": ADMITTED, "drives": True})
    noise.arrives("a", FEED, D2)
    noise.make(OUTPUT)
    noise.make("conformed.environment.other")
    noise.request(OUTPUT, "2020-01-01", "2030-01-01")
    assert noise.stale(OUTPUT) == {D2: "requested: asked"}
    assert noise.stale("conformed.environment.other") == {}


def test_a_blocked_partition_is_left_alone_until_its_inputs_change(noise):
    noise.arrives("a", FEED, D1, D2)
    noise.block(OUTPUT, "two rows of one key")
    assert noise.stale(OUTPUT) == {}
    noise.arrives("b", FEED, D2)
    assert noise.stale(OUTPUT) == {D2: "never made"}
    noise.make(OUTPUT)
    assert noise.connection.execute("select partition from ledger.blocks").fetchall() == [{"partition": D1}]


def test_a_blocked_partition_is_tried_again_when_somebody_asks(noise):
    noise.arrives("a", FEED, D1)
    noise.request(OUTPUT, D1, D1, reason="before the block")
    noise.block(OUTPUT, "two rows of one key")
    assert noise.stale(OUTPUT) == {}
    noise.request(OUTPUT, D1, D1, reason="after it")
    assert list(noise.stale(OUTPUT)) == [D1]


def test_a_sealed_partition_is_never_made_again(noise):
    noise.arrives("a", FEED, D1, D2)
    noise.make(OUTPUT)
    noise.connection.execute("insert into ledger.seals values (%s, %s, 'past retention')", (OUTPUT, D1))
    noise.arrives("b", FEED, D1, D2)
    noise.request(OUTPUT, D1, D2)
    assert set(noise.stale(OUTPUT)) == {D2}


def test_a_day_waits_until_every_sender_came(by_hand):
    by_hand.feed(FEED, senders=2, deadline="PT12H")
    by_hand.table(OUTPUT, {"input_table": ADMITTED, "drives": True})
    by_hand.arrives("a", FEED, D3, sender="north", at=datetime(2026, 3, 1, 17, tzinfo=UTC))
    assert by_hand.stale(OUTPUT) == {}
    by_hand.arrives("b", FEED, D3, sender="north", at=datetime(2026, 3, 1, 18, tzinfo=UTC))
    assert by_hand.stale(OUTPUT) == {}  # the same sender twice
    by_hand.arrives("c", FEED, D3, sender="south", at=datetime(2026, 3, 1, 19, tzinfo=UTC))
    assert by_hand.stale(OUTPUT) == {D3: "never made"}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # The first of March ends at 16:00 UTC in Shanghai; the deadline is twelve hours later.
        (datetime(2026, 3, 2, 3, 59, 59, tzinfo=UTC), {}),
        (datetime(2026, 3, 2, 4, 0, tzinfo=UTC), {D3: "never made"}),
    ],
)
def test_a_day_waits_no_longer_than_its_deadline(by_hand, now, expected):
    by_hand.feed(FEED, senders=2, deadline="PT12H")
    by_hand.table(OUTPUT, {"input_table": ADMITTED, "drives": True})
    by_hand.arrives("a", FEED, D3, sender="north", at=datetime(2026, 3, 1, 17, tzinfo=UTC))
    by_hand.replay_until(now)
    assert by_hand.clock() == now
    assert by_hand.stale(OUTPUT) == expected


def test_a_sender_that_came_late_changes_a_day_that_was_made_without_it(by_hand):
    by_hand.feed(FEED, senders=2, deadline="PT12H")
    by_hand.table(OUTPUT, {"input_table": ADMITTED, "drives": True})
    by_hand.arrives("a", FEED, D3, sender="north", at=datetime(2026, 3, 1, 17, tzinfo=UTC))
    by_hand.replay_until(datetime(2026, 3, 3, tzinfo=UTC))
    by_hand.make(OUTPUT)
    by_hand.arrives("b", FEED, D3, sender="south", at=datetime(2026, 3, 5, tzinfo=UTC))
    assert by_hand.stale(OUTPUT) == {D3: "inputs changed"}


def test_a_held_delivery_does_not_count_as_come(by_hand):
    by_hand.feed(FEED, senders=2, deadline="P9D")
    by_hand.table(OUTPUT, {"input_table": ADMITTED, "drives": True})
    by_hand.arrives("a", FEED, D3, sender="north")
    by_hand.admitted(by_hand.delivery("b", FEED, sender="south"), D3, status="held")
    assert by_hand.stale(OUTPUT) == {}


def test_the_replayed_clock_is_the_latest_arrival_or_what_was_set(by_hand):
    assert by_hand.clock() is None
    by_hand.feed(FEED)
    by_hand.delivery("a", FEED, at=datetime(2026, 3, 4, tzinfo=UTC))
    by_hand.delivery("b", FEED, at=datetime(2026, 3, 2, tzinfo=UTC))
    assert by_hand.clock() == datetime(2026, 3, 4, tzinfo=UTC)
    by_hand.replay_until(datetime(2026, 3, 3, tzinfo=UTC))
    assert by_hand.clock() == datetime(2026, 3, 4, tzinfo=UTC)
    by_hand.replay_until(datetime(2026, 3, 5, tzinfo=UTC))
    assert by_hand.clock() == datetime(2026, 3, 5, tzinfo=UTC)


def test_the_clock_of_a_live_city_is_the_wall(by_hand):
    by_hand.connection.execute("update ledger.lake set clock = 'wall'")
    by_hand.feed(FEED)
    by_hand.delivery("a", FEED, at=datetime(2030, 1, 1, tzinfo=UTC))
    now = by_hand.connection.execute("select now() as now").fetchone()["now"]
    assert by_hand.clock() == now
