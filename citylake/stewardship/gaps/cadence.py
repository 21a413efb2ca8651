"""Weekly, monthly and reference feeds: whether the next delivery came in time after the last one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from citylake.calendar import WorkingDays
from citylake.feed import Feed
from citylake.stewardship.gaps import days
from citylake.stewardship.gaps.daily import absent
from citylake.stewardship.gaps.slot import Arrived, Evidence, Slot, Status, Window


def slots(feed: Feed, evidence: Evidence, window: Window, working: WorkingDays) -> Iterator[Slot]:
    """One slot for each delivery that came, and the one awaited next, by sender.

    The awaited one is shown whatever its day: a feed can be missing for longer than the window.
    """
    awaited = sorted(evidence.senders, key=lambda name: evidence.senders[name].last_at)[
        -feed.arrival.senders :
    ]
    for sender in sorted(evidence.senders):
        yield from _came(feed, sender, evidence, window, working)
        if sender in awaited:
            yield from _awaited(feed, sender, evidence, window, working)
    begin = feed.arrival.since or min(
        (days.local_day(feed, sender.first_at) for sender in evidence.senders.values()), default=None
    )
    if begin and begin <= window.last:
        deadline_at = days.deadline_of_day(feed, begin)
        status = Status.missing if window.at > deadline_at else Status.due
        for absentee, number in absent(feed, evidence, evidence.senders.keys(), window.at):
            yield Slot(feed.feed_id, begin, absentee, status, number, 0, 0, deadline_at, begin,
                       senders=number, is_awaited=True)  # fmt: skip


def _came(
    feed: Feed, sender: str, evidence: Evidence, window: Window, working: WorkingDays
) -> Iterator[Slot]:
    """What came, each against the day by which it was expected; nobody expected the first."""
    expected = feed.arrival.since
    for day, first in _first_by_day(feed, sender, evidence).items():
        slot = expected or day
        deadline_at = days.deadline_of_day(feed, slot)
        is_late = first.arrived_at > deadline_at
        status = Status.late if is_late else Status.came
        drawn_on = min(slot, day)
        if window.first <= max(slot, day) and drawn_on <= window.last:
            yield Slot(feed.feed_id, slot, sender, status, 1, 1, int(is_late), deadline_at, drawn_on,
                       first.arrived_at, first.delivery)  # fmt: skip
        expected = days.next_expected(feed, day, working)


def _awaited(
    feed: Feed, sender: str, evidence: Evidence, window: Window, working: WorkingDays
) -> Iterator[Slot]:
    """What is expected next, or came since and needs somebody."""
    came = _first_by_day(feed, sender, evidence)
    last_at = max(
        (each.arrived_at for each in evidence.arrived if each.sender == sender and each.state is Status.came),
        default=None,
    )
    troubled = [
        each
        for each in evidence.arrived
        if each.sender == sender
        and each.state is not Status.came
        and (last_at is None or each.arrived_at > last_at)
    ]
    newest = max(troubled, key=lambda each: each.arrived_at, default=None)
    slot = days.next_expected(feed, max(came), working) if came else feed.arrival.since
    if slot is None:
        slot = days.local_day(feed, newest.arrived_at if newest else evidence.senders[sender].first_at)
    deadline_at = days.deadline_of_day(feed, slot)
    if slot > window.last and not newest:
        return
    if newest:
        yield Slot(feed.feed_id, slot, sender, newest.state, 1, 0, 0, deadline_at, slot, newest.arrived_at,
                   newest.delivery)  # fmt: skip
    else:
        status = Status.missing if window.at > deadline_at else Status.due
        yield Slot(feed.feed_id, slot, sender, status, 1, 0, 0, deadline_at, slot, is_awaited=True)


def _first_by_day(feed: Feed, sender: str, evidence: Evidence) -> dict[date, Arrived]:
    """The first delivery of each local day, oldest first: what comes twice a day is one and its correction."""
    found: dict[date, Arrived] = {}
    for each in sorted(evidence.arrived, key=lambda each: each.arrived_at):
        if each.sender == sender and each.state is Status.came:
            found.setdefault(days.local_day(feed, each.arrived_at), each)
    return found
