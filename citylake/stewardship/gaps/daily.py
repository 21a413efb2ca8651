"""Feeds of days: for each expected day and sender, whether it came, when, or what became of it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date, datetime, timedelta

from citylake.calendar import WorkingDays
from citylake.feed import Feed
from citylake.stewardship.gaps import days
from citylake.stewardship.gaps.slot import WORST_FIRST, Arrived, Evidence, Slot, Status, Window

_Troubled = dict[date, dict[str, Arrived]]


def first_day(feed: Feed, evidence: Evidence, working: WorkingDays) -> date | None:
    """The first day that is expected; None where nothing ever came and no date is declared.

    What the first delivery brought besides its latest day is history, which nobody awaited day by day.
    """
    if feed.arrival.since:
        return feed.arrival.since
    begins = [evidence.first_day] if evidence.first_day else []
    first_at = min((sender.first_at for sender in evidence.senders.values()), default=None)
    begins += [
        min(max(_days_of(feed, evidence, arrived, working)), days.local_day(feed, arrived.arrived_at))
        for arrived in evidence.arrived
        if arrived.arrived_at == first_at
    ]
    # Where nothing was ever admitted, and what came first came long before the window.
    return min(begins, default=first_at and days.latest_ended(feed, first_at, working))


def slots(feed: Feed, evidence: Evidence, window: Window, working: WorkingDays) -> Iterator[Slot]:
    """The slots of a feed of days within a window, oldest first."""
    begin = first_day(feed, evidence, working)
    if begin is None:
        return
    troubled = _troubled(feed, evidence, working)
    last = min(window.last, days.local_day(feed, window.at))
    for day in days.expected_days(feed, max(begin, window.first), last, working):
        yield from _slots_of_day(feed, evidence, troubled.get(day, {}), day, window.at)


def _slots_of_day(
    feed: Feed, evidence: Evidence, troubled: dict[str, Arrived], day: date, now: datetime
) -> Iterator[Slot]:
    deadline_at = days.deadline_of_day(feed, day)
    brought = evidence.brought.get(day, {})
    for sender, (arrived_at, delivery) in sorted(brought.items()):
        is_late = arrived_at > deadline_at
        status = Status.late if is_late else Status.came
        yield Slot(
            feed.feed_id, day, sender, status, 1, 1, int(is_late), deadline_at, day, arrived_at, delivery
        )
    for sender, arrived in sorted(troubled.items()):
        if sender not in brought:
            yield Slot(
                feed.feed_id, day, sender, arrived.state, 1, 0, 0, deadline_at, day, arrived.arrived_at, arrived.delivery,
            )  # fmt: skip
    present = brought.keys() | troubled.keys()
    status = Status.missing if now > deadline_at else Status.due
    for absentee, number in absent(feed, evidence, present, deadline_at):
        yield Slot(feed.feed_id, day, absentee, status, number, 0, 0, deadline_at, day, senders=number)


def absent(
    feed: Feed, evidence: Evidence, present: Container[str], deadline_at: datetime
) -> Iterator[tuple[str | None, int]]:
    """Who has not delivered: each sender that was known by the deadline, then how many have no name yet.

    At most as many as are declared. Where more are known than that, one has taken another's place: those heard of
    last are expected.
    """
    known = {name: each for name, each in evidence.senders.items() if each.first_at <= deadline_at}
    lacking = feed.arrival.senders - sum(1 for name in evidence.senders if name in present)
    candidates = [name for name in known if name not in present]
    candidates.sort(key=lambda name: (known[name].last_at, name), reverse=True)
    named = sorted(candidates[: max(lacking, 0)])
    yield from ((name, 1) for name in named)
    if lacking > len(named):
        yield None, lacking - len(named)


def _troubled(feed: Feed, evidence: Evidence, working: WorkingDays) -> _Troubled:
    """For each day and sender the delivery that brought nothing, the one that needs somebody most."""
    found: _Troubled = {}
    for arrived in evidence.arrived:
        for day in _days_of(feed, evidence, arrived, working):
            of_day = found.setdefault(day, {})
            before = of_day.get(arrived.sender)
            if before is None or WORST_FIRST[arrived.state] < WORST_FIRST[before.state]:
                of_day[arrived.sender] = arrived
    return found


def _days_of(feed: Feed, evidence: Evidence, arrived: Arrived, working: WorkingDays) -> list[date]:
    """The days a delivery was for: as its name says, else the latest that had ended and had not come before."""
    try:
        covered = feed.covers.period(arrived.name) if feed.covers else None
    except ValueError:  # an impossible date, for which it is held
        covered = None
    if covered:
        number = (covered[1] - covered[0]).days + 1
        return [covered[0] + timedelta(days=n) for n in range(number)]
    day = days.latest_ended(feed, arrived.arrived_at, working)
    earlier = evidence.brought.get(day, {}).get(arrived.sender)
    if earlier and earlier[0] < arrived.arrived_at:
        day += timedelta(days=1)
    return [day]
