"""Which deliveries count, which repeat another, which wait: typed by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import psycopg
import pytest

FEED = "environment.noise"
LIST = "environment.point"
D1, D2, D3 = "2026-03-01", "2026-03-02", "2026-03-03"
FIRST, SECOND = (date(2026, 3, 1), date(2026, 3, 1)), (date(2026, 3, 2), date(2026, 3, 2))


@pytest.fixture
def noise(by_hand):
    by_hand.feed(FEED)
    by_hand.feed(LIST, delivers="everything")
    return by_hand


def test_of_each_sender_and_day_the_latest_delivery_counts(noise):
    noise.arrives("a", FEED, D1, D2, sender="north")
    noise.arrives("b", FEED, D1, sender="south")
    noise.arrives("c", FEED, D2, D3, sender="north")
    assert noise.current(FEED) == {
        ("north", D1): "a", ("north", D2): "c", ("north", D3): "c", ("south", D1): "b",
    }  # fmt: skip


def test_the_latest_is_by_arrival_not_by_admission(noise):
    late = noise.delivery("late", FEED)
    noise.arrives("newer", FEED, D1)
    noise.admitted(late, D1)
    assert noise.current(FEED) == {("S", D1): "newer"}


def test_the_latest_is_by_arrival_not_by_landing(noise):
    noise.arrives("newer", FEED, D1, at=datetime(2026, 3, 5, tzinfo=UTC))
    noise.arrives("older", FEED, D1, at=datetime(2026, 3, 4, tzinfo=UTC))
    assert noise.current(FEED) == {("S", D1): "newer"}


def test_of_two_that_came_at_once_the_id_decides(noise):
    first = noise.delivery("a", FEED)
    second = noise.delivery("b", FEED, at=first.arrived_at)
    noise.admitted(second, D1)
    noise.admitted(first, D1)
    assert noise.current(FEED) == {("S", D1): "b"}


def test_an_empty_correction_stands_for_its_day(noise):
    noise.arrives("a", FEED, D1)
    empty = noise.delivery("b", FEED)
    noise.admitted(empty, covers=FIRST)
    assert noise.current(FEED) == {("S", D1): "a"}  # nobody said that it covers the day
    noise.admitted(empty, D1, covers=FIRST)
    assert noise.current(FEED) == {("S", D1): "b"}


def test_a_held_correction_leaves_the_last_good_state(noise):
    noise.arrives("a", FEED, D1)
    noise.admitted(noise.delivery("b", FEED), D1, status="held")
    assert noise.current(FEED) == {("S", D1): "a"}


def test_a_list_is_the_latest_delivery_of_anybody(noise):
    noise.arrives("a", LIST, "all", sender="bureau")
    noise.arrives("b", LIST, "all", sender="somebody")
    assert noise.current(LIST) == {("somebody", "all"): "b"}


def test_the_same_bytes_again_are_a_repetition(noise):
    noise.arrives("a", FEED, D1, content="A")
    assert noise.repeats(noise.delivery("b", FEED, content="A")) == "a"
    assert noise.repeats(noise.delivery("c", FEED, content="B")) is None


@pytest.mark.parametrize(("sender", "feed_id"), [("other", FEED), ("S", LIST)])
def test_the_same_bytes_of_another_sender_or_feed_are_not(noise, sender, feed_id):
    noise.arrives("a", FEED, D1, content="A")
    assert noise.repeats(noise.delivery("b", feed_id, content="A", sender=sender)) is None


def test_a_b_a_is_three_facts(noise):
    noise.arrives("a", FEED, D1, content="A")
    noise.arrives("b", FEED, D1, content="B")
    again = noise.delivery("c", FEED, content="A")
    assert noise.repeats(again) is None
    noise.admitted(again, D1)
    assert noise.current(FEED) == {("S", D1): "c"}
    assert noise.repeats(noise.delivery("d", FEED, content="A")) == "c"
    assert noise.repeats(noise.delivery("e", FEED, content="B")) is None


def test_what_came_between_for_another_day_does_not_matter(noise):
    noise.arrives("a", FEED, D1, content="A")
    noise.arrives("b", FEED, D2, content="B")
    noise.arrives("c", FEED, D1, content="C", sender="other")
    assert noise.repeats(noise.delivery("d", FEED, content="A")) == "a"


def test_of_a_list_anybody_may_have_come_between(noise):
    noise.arrives("a", LIST, "all", content="A", sender="bureau")
    noise.arrives("b", LIST, "all", content="B", sender="somebody")
    again = noise.delivery("c", LIST, content="A", sender="bureau")
    assert noise.repeats(again) is None


def test_what_was_held_is_not_repeated(noise):
    noise.admitted(noise.delivery("a", FEED, content="A"), D1, status="held")
    assert noise.repeats(noise.delivery("b", FEED, content="A")) is None


def test_the_earlier_is_never_said_to_repeat_the_later(noise):
    early = noise.delivery("a", FEED, content="A")
    noise.arrives("b", FEED, D1, content="A")
    assert noise.repeats(early) is None


def test_the_same_empty_file_for_another_day_is_another_fact(noise):
    noise.admitted(noise.delivery("a", FEED, content="header"), D1, covers=FIRST)
    other = noise.delivery("b", FEED, content="header")
    assert noise.repeats(other, SECOND) is None
    assert noise.repeats(other, FIRST) == "a"
    assert noise.repeats(other, (FIRST[0], SECOND[0])) is None
    assert noise.repeats(other, (date(2026, 2, 28), FIRST[1])) is None
    assert noise.repeats(other) is None


def test_a_delivery_waits_until_it_has_an_outcome(noise):
    first, second, third = (noise.delivery(name, FEED) for name in "abc")
    assert noise.waiting() == ["a", "b", "c"]
    noise.admitted(second, D1)
    noise.admitted(third, D1, status="held")
    assert noise.waiting() == ["a"]
    noise.admitted(first, status="repeated", repeats=None)
    assert noise.waiting() == []


def test_a_delivery_waits_again_when_its_admission_is_asked_for(noise):
    delivery = noise.arrives("a", FEED, D1)
    noise.arrives("b", FEED, D1)
    noise.request("admitted." + FEED, kind="readmit", delivery_id=delivery.delivery_id, status="staged")
    assert noise.waiting() == []
    noise.request("admitted." + FEED, kind="readmit", delivery_id=delivery.delivery_id)
    assert noise.waiting() == ["a"]
    noise.admitted(delivery, D1, started_at=noise.wall())
    assert noise.waiting() == []


def test_a_repetition_waits_again_when_another_came_between_the_two(noise):
    noise.arrives("a", FEED, D1, content="A")
    between = noise.delivery("b", FEED, content="B")
    again = noise.delivery("c", FEED, content="A")
    repeated = noise.repeats(again)
    assert repeated == "a"
    noise.admitted(again, status="repeated", repeats=f"a-{FEED}")
    assert noise.waiting() == ["b"]
    noise.admitted(between, D1)
    assert noise.waiting() == ["c"]
    assert noise.repeats(again) is None
    noise.admitted(again, D1)
    assert noise.waiting() == []
    assert noise.current(FEED) == {("S", D1): "c"}


def test_a_repetition_does_not_wait_for_what_came_after_or_for_another_day_or_sender(noise):
    noise.arrives("a", FEED, D1, content="A")
    other_day = noise.delivery("b", FEED, content="B")
    other_sender = noise.delivery("o", FEED, content="O", sender="other")
    again = noise.delivery("c", FEED, content="A")
    noise.admitted(again, status="repeated", repeats=f"a-{FEED}")
    noise.admitted(other_day, D2)
    noise.admitted(other_sender, D1)
    noise.arrives("d", FEED, D1, content="D")
    assert noise.waiting() == []


def test_a_repeated_list_waits_again_whoever_came_between(noise):
    noise.arrives("a", LIST, "all", content="A", sender="bureau")
    between = noise.delivery("b", LIST, content="B", sender="somebody")
    again = noise.delivery("c", LIST, content="A", sender="bureau")
    noise.admitted(again, status="repeated", repeats=f"a-{LIST}")
    noise.admitted(between, "all")
    assert noise.waiting() == ["c"]


def test_a_repetition_waits_again_when_the_first_is_no_longer_admitted(noise):
    first = noise.arrives("a", FEED, D1, content="A")
    again = noise.delivery("b", FEED, content="A")
    noise.admitted(again, status="repeated", repeats=first.delivery_id)
    assert noise.waiting() == []
    noise.admitted(first, D1, status="held")
    assert noise.waiting() == ["b"]
    assert noise.repeats(again) is None


def test_the_row_equation_is_a_constraint_of_the_ledger(noise):
    delivery = noise.delivery("a", FEED)
    noise.admitted(delivery, D1)
    with pytest.raises(psycopg.errors.CheckViolation):
        noise.connection.execute("update ledger.admissions set records_parsed = records_parsed + 1")


def test_the_same_version_of_a_source_lands_once(noise):
    noise.delivery("a", FEED)
    with pytest.raises(AssertionError):  # record_delivery says that it was known
        noise.delivery("a", FEED)


def test_attempts_are_counted_and_the_last_is_the_outcome(noise):
    delivery = noise.delivery("a", FEED)
    noise.admitted(delivery, D1, status="held")
    noise.admitted(delivery, D1)
    rows = noise.connection.execute("select attempt, status from ledger.outcomes").fetchall()
    assert rows == [{"attempt": 2, "status": "admitted"}]
