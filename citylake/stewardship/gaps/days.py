"""The slots of a feed by the calendar: which days are expected, when they end, and when they must have come."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from citylake.calendar import WorkingDays
from citylake.feed import Feed

_DAY = timedelta(days=1)


def zone(feed: Feed) -> ZoneInfo:
    """The zone whose midnight ends the feed's days."""
    return ZoneInfo(feed.day_zone)


def local_day(feed: Feed, moment: datetime) -> date:
    """The feed's day at a moment."""
    return moment.astimezone(zone(feed)).date()


def begin_of_day(feed: Feed, day: date) -> datetime:
    """Local midnight, in UTC: a day has 23 or 25 hours where clocks change."""
    return datetime.combine(day, time(), zone(feed)).astimezone(UTC)


def end_of_day(feed: Feed, day: date) -> datetime:
    """The local midnight after a day, in UTC."""
    return begin_of_day(feed, day + _DAY)


def deadline_of_day(feed: Feed, day: date) -> datetime:
    """When a day's delivery must have come, as `ledger.readiness` computes it."""
    return end_of_day(feed, day) + feed.arrival.deadline


def is_expected(feed: Feed, day: date, working: WorkingDays) -> bool:
    """Whether the feed delivers for that day."""
    return feed.arrival.calendar == "every_day" or day in working


def expected_days(feed: Feed, first: date, last: date, working: WorkingDays) -> Iterator[date]:
    """The days from first to last, both included, for which the feed delivers."""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if is_expected(feed, day, working):
            yield day


def latest_ended(feed: Feed, moment: datetime, working: WorkingDays) -> date:
    """The latest expected day that had ended at a moment: the one a file without a date is taken to be for."""
    day = local_day(feed, moment) - _DAY
    while not is_expected(feed, day, working):
        day -= _DAY
    return day


def next_expected(feed: Feed, arrived: date, working: WorkingDays) -> date:
    """The day by which the next delivery of a weekly, monthly or reference feed is expected."""
    day = arrived + timedelta(days=math.ceil(feed.arrival.every / _DAY))
    while not is_expected(feed, day, working):
        day += _DAY
    return day


def parts_of_day(feed: Feed, day: date) -> list[tuple[datetime, datetime]]:
    """Begin and end, in UTC, of the hours or minutes of a day: 1440 minutes, 1380 or 1500 where clocks change."""
    begin, end = begin_of_day(feed, day), end_of_day(feed, day)
    number = math.ceil((end - begin) / feed.arrival.every)
    bounds = [begin + n * feed.arrival.every for n in range(number)] + [end]
    return list(zip(bounds, bounds[1:], strict=False))


def part_at(feed: Feed, moment: datetime) -> datetime:
    """The begin of the hour or minute that a moment falls in."""
    begin = begin_of_day(feed, local_day(feed, moment))
    return begin + (moment - begin) // feed.arrival.every * feed.arrival.every
