"""The gap grid from the ledger: what should have come, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from citylake.calendar import working_days
from citylake.feed import Feed
from citylake.ledger import arrivals
from citylake.stewardship.gaps import cadence, daily, within_day
from citylake.stewardship.gaps.slot import Arrived, Evidence, Sender, Slot, Status, Window

_DAY = timedelta(days=1)


def kind(feed: Feed):
    """The module that knows the feed's slots: within a day, of days, or by the time since the last delivery."""
    if feed.arrival.every < _DAY:
        return within_day
    return daily if feed.partition and feed.arrival.every == _DAY else cadence


def gaps(connection, feeds: Iterable[Feed], first: date, last: date) -> list[Slot]:
    """Every slot of the feeds from first to last day, both included, and all that are awaited, newest first.

    Nothing in a replayed city before its first delivery. Raises: Problems for a wrong calendar of the city.
    """
    now = arrivals.clock(connection)
    if now is None:
        return []
    window, working = Window(first, last, now), working_days()
    chosen = {feed.feed_id: feed for feed in feeds}
    evidence = read_evidence(connection, chosen, window)
    found = [
        slot
        for name, feed in chosen.items()
        for slot in kind(feed).slots(feed, evidence[name], window, working)
    ]
    return sorted(found, key=lambda slot: (-slot.slot.toordinal(), slot.feed, slot.sender or "~"))


def read_evidence(connection, feeds: dict[str, Feed], window: Window) -> dict[str, Evidence]:
    """What the ledger knows of the arrivals of feeds, as far as a window needs it."""
    found = {name: Evidence() for name in feeds}
    for row in arrivals.senders(connection, feeds):
        found[row["feed_id"]].senders[row["sender"]] = Sender(row["first_at"], row["last_at"])
    by_kind = {
        module: [n for n, feed in feeds.items() if kind(feed) is module]
        for module in (daily, within_day, cadence)
    }
    # What is for a day of the window came at the earliest the day before it, in whatever zone.
    since = _begin_of_window(window)
    rows = arrivals.arrived(connection, by_kind[daily], since=since, only_troubled=True)
    rows += arrivals.arrived(connection, by_kind[within_day], since=since)
    rows += arrivals.arrived(connection, by_kind[cadence])
    for row in rows:
        found[row["feed_id"]].arrived.append(
            Arrived(row["sender"], row["arrived_at"], row["delivery_id"], row["name"], Status(row["state"]))
        )
    _add_days(connection, {name: feeds[name] for name in by_kind[daily]}, window, found)
    return found


def _begin_of_window(window: Window) -> datetime:
    """Two days of UTC before the first day: before its eve in any zone."""
    return datetime.combine(window.first - 2 * _DAY, time(), UTC)


def _add_days(connection, feeds: dict[str, Feed], window: Window, found: dict[str, Evidence]) -> None:
    as_date = cache(date.fromisoformat)
    for name, day, sender, arrived_at, delivery in arrivals.brought(
        connection, feeds, window.first, window.last
    ):
        found[name].brought.setdefault(as_date(day), {})[sender] = (arrived_at, delivery)
    zones = {name: feed.day_zone for name, feed in feeds.items()}
    for name, day in arrivals.first_days(connection, zones).items():
        found[name].first_day = day
