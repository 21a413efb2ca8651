"""The gap grid by hand: which slots a feed should fill, and what became of each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from citylake.calendar import china
from citylake.stewardship.gaps import cadence, daily, within_day
from citylake.stewardship.gaps.finding import kind
from citylake.stewardship.gaps.slot import Arrived, Evidence, Sender, Status, Window
from tests.unit.gap_feeds import feed_of, utc

WORKING = china()


def found(feed, evidence, now, first=date(2026, 3, 1), last=date(2026, 3, 31)) -> dict:
    """(day of March, sender) -> status."""
    slots = kind(feed).slots(feed, evidence, Window(first, last, now), WORKING)
    return {(slot.slot.day, slot.sender): slot.status.value for slot in slots}


def brought(**senders: dict[int, datetime]) -> Evidence:
    """Each sender's days of March and when they came; known since the first of them."""
    evidence = Evidence()
    for sender, days in senders.items():
        evidence.senders[sender] = Sender(min(days.values()), max(days.values()))
        for day, arrived_at in days.items():
            evidence.brought.setdefault(date(2026, 3, day), {})[sender] = (arrived_at, f"{sender}{day}")
    evidence.first_day = min(evidence.brought, default=None)
    return evidence


def arrived(sender: str, at: datetime, state: str = "came", name: str = "x.csv") -> Arrived:
    return Arrived(sender, at, f"{sender}{at:%d%H%M}", name, Status(state))


def deliveries(*each: Arrived) -> Evidence:
    evidence = Evidence(arrived=list(each))
    for one in each:
        times = [other.arrived_at for other in each if other.sender == one.sender]
        evidence.senders[one.sender] = Sender(min(times), max(times))
    return evidence


# Feeds of days


def test_what_came_is_in_time_or_late_what_did_not_is_missing_and_today_is_due():
    evidence = brought(E={1: utc(2, 4), 2: utc(3, 4, 1), 4: utc(5, 1)})
    assert found(feed_of(), evidence, utc(5, 2)) == {
        (1, "E"): "came",  # at noon, which is the deadline
        (2, "E"): "late",  # a minute after
        (3, "E"): "missing",
        (4, "E"): "came",
        (5, "E"): "due",
    }


def test_a_slot_is_missing_only_when_its_deadline_has_passed():
    evidence = brought(E={1: utc(2, 1)})
    assert found(feed_of(), evidence, utc(3, 4))[2, "E"] == "due"
    assert found(feed_of(), evidence, utc(3, 4, 1))[2, "E"] == "missing"


def test_slots_begin_with_the_latest_day_of_the_first_delivery_or_where_it_is_declared():
    evidence = brought(E={day: utc(5, 1) for day in (1, 3, 4)})
    evidence.first_day = date(2026, 3, 4)
    assert set(found(feed_of(), evidence, utc(5, 2))) == {(4, "E"), (5, "E")}
    since = feed_of(since="2026-03-02")
    assert found(since, evidence, utc(5, 2))[2, None] == "missing"  # before E was heard of


def test_a_feed_that_never_delivered_has_slots_only_where_their_begin_is_declared():
    assert found(feed_of(), Evidence(), utc(5, 2)) == {}
    assert found(feed_of(since="2026-03-03"), Evidence(), utc(4, 5)) == {
        (3, None): "missing",
        (4, None): "due",
    }


def test_the_missing_sender_is_named_where_it_was_seen_before():
    feed = feed_of(senders=3)
    evidence = brought(A={1: utc(2, 1), 2: utc(3, 1)}, B={1: utc(2, 1)})
    (*_, unnamed) = kind(feed).slots(
        feed, evidence, Window(date(2026, 3, 2), date(2026, 3, 2), utc(4)), WORKING
    )
    assert found(feed, evidence, utc(4), last=date(2026, 3, 2)) == {
        (1, "A"): "came", (1, "B"): "came", (1, None): "missing",
        (2, "A"): "came", (2, "B"): "missing", (2, None): "missing",
    }  # fmt: skip
    assert (unnamed.sender, unnamed.expected) == (None, 1)


def test_a_sender_is_not_named_for_days_before_it_was_known():
    feed = feed_of(senders=2)
    evidence = brought(A={1: utc(2, 1), 2: utc(3, 1)}, B={2: utc(3, 1)})
    # First heard of an hour after the first day's deadline.
    evidence.senders["B"] = Sender(utc(2, 5), utc(3, 1))
    assert found(feed, evidence, utc(3, 5), last=date(2026, 3, 2)) == {
        (1, "A"): "came", (1, None): "missing", (2, "A"): "came", (2, "B"): "came",
    }  # fmt: skip


def test_where_one_sender_replaced_another_the_one_heard_of_last_is_expected():
    feed = feed_of(senders=1)
    evidence = brought(old={1: utc(2, 1)}, new={2: utc(3, 1)})
    assert found(feed, evidence, utc(4, 5), last=date(2026, 3, 3)) == {
        (1, "old"): "came", (2, "new"): "came", (3, "new"): "missing",
    }  # fmt: skip


@pytest.mark.parametrize("state", ["held", "quarantined", "waiting"])
def test_what_came_and_brought_nothing_is_no_gap_but_what_became_of_it(state):
    feed = feed_of(covers=r"_(?P<date>\d{8})")
    evidence = brought(E={1: utc(2, 1)})
    evidence.arrived.append(arrived("E", utc(5, 1), state, "x_20260302.csv"))
    assert found(feed, evidence, utc(5, 1), last=date(2026, 3, 3)) == {
        (1, "E"): "came", (2, "E"): state, (3, "E"): "missing",
    }  # fmt: skip


def test_a_held_correction_does_not_hide_that_the_day_came():
    feed = feed_of(covers=r"_(?P<date>\d{8})")
    evidence = brought(E={1: utc(2, 1)})
    evidence.arrived.append(arrived("E", utc(2, 2), "held", "x_20260301.csv"))
    assert found(feed, evidence, utc(2, 3), last=date(2026, 3, 1)) == {(1, "E"): "came"}


def test_a_held_file_without_a_date_is_taken_for_the_latest_day_that_had_ended():
    evidence = brought(E={1: utc(2, 1)})
    evidence.arrived.append(arrived("E", utc(3, 1), "held"))
    assert found(feed_of(), evidence, utc(3, 2)) == {(1, "E"): "came", (2, "E"): "held", (3, "E"): "due"}


def test_a_first_delivery_that_is_held_begins_the_grid():
    evidence = deliveries(arrived("E", utc(3, 1), "held"))
    assert found(feed_of(), evidence, utc(3, 2)) == {(2, "E"): "held", (3, "E"): "due"}


# Several times a day


def by_minute(**arrival):
    return feed_of("PT1M", "PT5M", covers=r"_(?P<time>\d{12})", **arrival)


def minutes(*local: str, delay_s: int = 30) -> list[Arrived]:
    """Deliveries of local minutes of 1 March, each some seconds after its end."""
    made = []
    for each in local:
        begin = datetime.fromisoformat(f"2026-03-01T{each}:00+08:00")
        at = (begin + timedelta(seconds=60 + delay_s)).astimezone(UTC)
        made.append(arrived("E", at, name=f"x_20260301{each.replace(':', '')}.csv"))
    return made


def all_minutes() -> list[str]:
    return [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60)]


def test_of_a_day_of_minutes_those_missing_are_counted_and_listed_as_ranges():
    names = [each for each in all_minutes() if each not in ("08:01", "08:02", "13:40")]
    evidence = deliveries(*minutes(*names))
    (slot,) = within_day.slots(
        by_minute(), evidence, Window(date(2026, 3, 1), date(2026, 3, 1), utc(2)), WORKING
    )
    assert (slot.came, slot.expected, slot.runs, slot.status) == (1437, 1440, "08:01-08:02, 13:40", "missing")
    assert slot.deadline_at == utc(1, 0, 7)  # 08:01 ends at 08:02


def test_the_last_minutes_are_due_until_their_deadline_and_the_first_day_begins_with_the_first_delivery():
    evidence = deliveries(*minutes("08:00", "08:01", "08:02"))
    (slot,) = within_day.slots(
        by_minute(), evidence, Window(date(2026, 3, 1), date(2026, 3, 9), utc(1, 0, 8)), WORKING
    )
    assert (slot.came, slot.expected, slot.status, slot.missing) == (3, 960, "due", ())
    (slot,) = within_day.slots(
        by_minute(), evidence, Window(date(2026, 3, 1), date(2026, 3, 9), utc(1, 0, 11)), WORKING
    )
    assert (slot.status, slot.runs) == ("missing", "08:03-08:04")


def test_a_minute_that_came_late_is_late():
    evidence = deliveries(*minutes(*all_minutes()[:-1]), *minutes("23:59", delay_s=301))
    (slot,) = within_day.slots(
        by_minute(), evidence, Window(date(2026, 3, 1), date(2026, 3, 1), utc(2)), WORKING
    )
    assert (slot.came, slot.late, slot.status) == (1440, 1, "late")


def test_a_name_without_a_time_is_of_the_last_part_that_had_ended():
    feed = feed_of("PT1H", "PT30M")
    evidence = deliveries(arrived("E", utc(1, 1, 5)), arrived("E", utc(1, 3, 5)))
    (slot,) = within_day.slots(
        feed, evidence, Window(date(2026, 3, 1), date(2026, 3, 1), utc(1, 4, 29)), WORKING
    )
    assert (slot.came, slot.expected, slot.runs) == (2, 16, "09:00")


def test_the_hour_that_is_there_twice_is_told_by_its_offset():
    feed = feed_of("PT1H", "PT30M", zone="Europe/Berlin", covers=r"_(?P<time>\d{10})")
    # 25 October 2026: 00, 01, 02 (+2), then 02 (+1) and 03 to 23, an hour of UTC each.
    names = ["00", "01", "02", "02", *(f"{hour:02}" for hour in range(3, 24))]
    begins = [datetime(2026, 10, 24, 22, tzinfo=UTC) + timedelta(hours=n) for n in range(25)]
    each = [
        arrived("E", begin + timedelta(hours=1, minutes=1), name=f"x_20261025{name}.csv")
        for begin, name in zip(begins, names, strict=True)
    ]
    window = Window(date(2026, 10, 25), date(2026, 10, 25), utc(26, month=10))
    (whole,) = within_day.slots(feed, deliveries(*each), window, WORKING)
    assert (whole.came, whole.expected, whole.status) == (25, 25, "came")
    (slot,) = within_day.slots(feed, deliveries(*each[:3], *each[4:]), window, WORKING)
    assert (slot.came, slot.expected, slot.runs) == (24, 25, "02:00+0100")


# Weekly, monthly, reference


def test_a_weekly_feed_is_awaited_a_week_after_it_last_came():
    feed = feed_of("P7D", "P1D", reference=True)
    evidence = deliveries(arrived("E", utc(2, 1)), arrived("E", utc(9, 1)), arrived("E", utc(19, 1)))
    assert found(feed, evidence, utc(20)) == {
        (2, "E"): "came",
        (9, "E"): "came",
        (16, "E"): "late",  # expected by the 16th, a day of grace, came on the 19th
        (26, "E"): "due",
    }
    assert found(feed, evidence, utc(27, 17))[26, "E"] == "missing"


def test_a_reference_feed_missing_for_longer_than_the_window_is_still_shown():
    feed = feed_of("P30D", "P1D", reference=True)
    evidence = deliveries(arrived("E", datetime(2025, 11, 1, tzinfo=UTC)))
    slots = list(cadence.slots(feed, evidence, Window(date(2026, 3, 1), date(2026, 3, 31), utc(31)), WORKING))
    assert [(slot.slot, slot.status) for slot in slots] == [(date(2025, 12, 1), "missing")]


def test_twice_a_day_is_one_delivery_and_its_correction():
    feed = feed_of("P7D", "P1D", reference=True)
    evidence = deliveries(arrived("E", utc(2, 1)), arrived("E", utc(2, 2)))
    assert found(feed, evidence, utc(3)) == {(2, "E"): "came", (9, "E"): "due"}


def test_a_held_reference_delivery_shows_held_until_a_good_one_comes():
    feed = feed_of("P7D", "P1D", reference=True)
    held = arrived("E", utc(9, 1), "held")
    assert found(feed, deliveries(arrived("E", utc(2, 1)), held), utc(20))[9, "E"] == "held"
    after = deliveries(arrived("E", utc(2, 1)), held, arrived("E", utc(9, 5)))
    assert found(feed, after, utc(10)) == {(2, "E"): "came", (9, "E"): "came", (16, "E"): "due"}


def test_a_feed_of_two_senders_of_which_one_came_misses_the_other():
    feed = feed_of("P7D", "P1D", reference=True, senders=2)
    evidence = deliveries(arrived("E", utc(2, 1)))
    assert found(feed, evidence, utc(5)) == {(2, "E"): "came", (9, "E"): "due", (2, None): "missing"}


def test_the_kind_of_a_feed_follows_its_cadence():
    assert kind(feed_of()) is daily
    assert kind(feed_of("PT1H")) is within_day
    assert kind(feed_of("P7D")) is cadence
    assert kind(feed_of(reference=True)) is cadence
