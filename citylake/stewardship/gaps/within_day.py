"""Feeds that deliver several times a day: how many of a day's hours or minutes came, and which did not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime

from citylake.calendar import WorkingDays
from citylake.feed import Feed
from citylake.stewardship.gaps import days
from citylake.stewardship.gaps.daily import absent
from citylake.stewardship.gaps.slot import WORST_FIRST, Arrived, Evidence, Slot, Status, Window

Parts = dict[datetime, Arrived]  # the delivery of each hour or minute, by its begin


def slots(feed: Feed, evidence: Evidence, window: Window, working: WorkingDays) -> Iterator[Slot]:
    """One slot per day and sender within a window."""
    parts = parts_by_sender(feed, evidence)
    begin = _begin(feed, evidence)
    if begin is None:
        return
    first = max(window.first, days.local_day(feed, begin))
    last = min(window.last, days.local_day(feed, window.at))
    for day in days.expected_days(feed, first, last, working):
        of_day = [part for part in days.parts_of_day(feed, day) if part[0] >= begin]
        if not of_day:
            continue
        present = {sender for sender, each in parts.items() if any(part[0] in each for part in of_day)}
        for sender in sorted(present):
            yield _slot(feed, day, sender, of_day, parts[sender], window.at)
        for absentee, number in absent(feed, evidence, present, of_day[-1][1] + feed.arrival.deadline):
            yield _slot(feed, day, absentee, of_day, {}, window.at, number)


def _begin(feed: Feed, evidence: Evidence) -> datetime | None:
    """The first hour or minute that is expected: that of the first delivery, where no date is declared."""
    if feed.arrival.since:
        return days.begin_of_day(feed, feed.arrival.since)
    first_at = min((sender.first_at for sender in evidence.senders.values()), default=None)
    if first_at is None:
        return None
    # Where the window begins later, the first delivery is not in evidence, and its exact minute not needed.
    named = [_part_of(feed, each) for each in evidence.arrived if each.arrived_at == first_at]
    return min(named, default=days.part_at(feed, first_at))


def parts_by_sender(feed: Feed, evidence: Evidence) -> dict[str, Parts]:
    """For each sender which delivery brought each hour or minute: the first admitted one, else the worst."""
    found: dict[str, Parts] = {}
    for arrived in sorted(evidence.arrived, key=lambda each: each.arrived_at):
        parts = found.setdefault(arrived.sender, {})
        begin = _part_of(feed, arrived)
        before = parts.get(begin)
        # The first admitted one stands; among the others the one that needs somebody most.
        if before is None or (
            before.state is not Status.came
            and (arrived.state is Status.came or WORST_FIRST[arrived.state] < WORST_FIRST[before.state])
        ):
            parts[begin] = arrived
    return found


def _part_of(feed: Feed, arrived: Arrived) -> datetime:
    """The hour or minute a delivery is for: as its name says, else the last that had ended when it arrived."""
    try:
        named = feed.covers.moment(arrived.name) if feed.covers else None
    except ValueError:  # an impossible time
        named = None
    if named is None:
        return days.part_at(feed, days.part_at(feed, arrived.arrived_at) - feed.arrival.every)
    first, second = (named.replace(tzinfo=days.zone(feed), fold=fold).astimezone(UTC) for fold in (0, 1))
    # The hour that is there twice when clocks go back: the second one, as soon as it can have ended.
    return days.part_at(feed, second if second + feed.arrival.every <= arrived.arrived_at else first)


def _slot(
    feed: Feed, day: date, sender: str | None, parts: list[tuple[datetime, datetime]], brought: Parts,
    now: datetime, senders: int = 1,
) -> Slot:  # fmt: skip
    states: Counter[Status] = Counter()
    lacking: list[tuple[datetime, datetime]] = []
    for begin, end in parts:
        arrived, deadline_at = brought.get(begin), end + feed.arrival.deadline
        if arrived is None:
            states[Status.missing if now > deadline_at else Status.due] += 1
            if now > deadline_at:
                lacking.append((begin, end))
        elif arrived.state is Status.came:
            states[Status.late if arrived.arrived_at > deadline_at else Status.came] += 1
        else:
            states[arrived.state] += 1
    status = min(states, key=WORST_FIRST.__getitem__)
    latest = max((brought[begin] for begin, _ in parts if begin in brought), key=_arrived_at, default=None)
    return Slot(
        feed.feed_id, day, sender, status, len(parts) * senders, states[Status.came] + states[Status.late],
        states[Status.late], (lacking or parts[-1:])[0][1] + feed.arrival.deadline, day,
        latest.arrived_at if latest else None, latest.delivery if latest else None, _runs(feed, parts, lacking), senders,
    )  # fmt: skip


def _arrived_at(arrived: Arrived) -> datetime:
    return arrived.arrived_at


def _runs(
    feed: Feed, parts: list[tuple[datetime, datetime]], lacking: list[tuple[datetime, datetime]]
) -> tuple[tuple[str, str], ...]:
    """The begins of the first and last of each run of missing parts, in local time."""
    offsets = {begin.astimezone(days.zone(feed)).utcoffset() for begin, _ in parts}
    form = ("%H:%M:%S" if feed.arrival.every.seconds % 60 else "%H:%M") + ("%z" if len(offsets) > 1 else "")
    runs: list[list[datetime]] = []
    for begin, end in lacking:
        if runs and runs[-1][2] == begin:
            runs[-1][1:] = [begin, end]
        else:
            runs.append([begin, begin, end])
    local = days.zone(feed)
    return tuple(
        (first.astimezone(local).strftime(form), last.astimezone(local).strftime(form))
        for first, last, _ in runs
    )
