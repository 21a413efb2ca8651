"""Dates and times of a feed file as SQL, in three stages: cast, guarded against impossible years, in its zone."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from citylake.admit.names import instant_name, literal, quoted, text_name, time_name
from citylake.column import Column
from citylake.feed import Feed

_DATE = "[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T]0?0:00(:00([.]0+)?)?)?"
_LOCAL = "[-0-9/]+([ T]+[0-9:.]+)?"  # no words such as 'epoch', and no offset
_OFFSET = ":[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$"


def casts(feed: Feed) -> list[str]:
    """Select items over texts: the time in each, of any year."""
    return [f"{time} as {cast}" for time, cast, _ in _stages(feed)]


def guarded(feed: Feed) -> list[str]:
    """Select items over `casts`: null where the year is none."""
    return [f"{_within_years(cast)} as {name}" for _, cast, name in _stages(feed)]


def _stages(feed: Feed) -> Iterator[tuple[str, str, str]]:
    """Of every time in a text: how it is cast, under which name, and its name once guarded."""
    for column in _timed(feed):
        yield _cast(column), quoted(f"_cast_{column.name}"), time_name(column)
        if _may_have_offset(column):
            yield _offset_cast(column), quoted(f"_offset_cast_{column.name}"), instant_name(column)


def value(column: Column, feed: Feed) -> str:
    """A date or an instant over `guarded`, null where the text is none."""
    time, zone = time_name(column), literal(feed.format.timezone)
    if column.type == "date" or _is_instant(column):
        return time
    local = f"{time} at time zone {zone}"
    if skipped := _days_with_a_skipped_hour(feed.format.timezone):
        # Where the clock was put forward, an hour never was; where it was put back, the second one is meant.
        never = f"{local} at time zone {zone} <> {time}"
        local = f"case when {time}::date in ({skipped}) and {never} then null else {local} end"
    if not _may_have_offset(column):
        return local
    return f"case when {time} is null then {instant_name(column)} else {local} end"


def business_date(feed: Feed) -> str:
    """The local date of the row's event time over `guarded`; null for reference feeds.

    Reading the local text is cheaper than turning the instant back to local time.
    """
    if feed.partition is None:
        return "null::date"
    column = feed.column(feed.partition.by)
    time, zone = time_name(column), literal(feed.day_zone)
    if column.type == "date":
        return time
    if _is_instant(column):
        return f"({time} at time zone {zone})::date"
    if feed.day_zone != feed.format.timezone:
        return f"({value(column, feed)} at time zone {zone})::date"
    if not _may_have_offset(column):
        return f"{time}::date"
    return f"case when {time} is null then ({instant_name(column)} at time zone {zone})::date else {time}::date end"


def _timed(feed: Feed) -> list[Column]:
    return [column for column in feed.columns if column.type in ("date", "timestamp")]


def _is_instant(column: Column) -> bool:
    """Whether the column's format says which instant it is."""
    return column.is_epoch or "%z" in (column.format or "").lower()


def _may_have_offset(column: Column) -> bool:
    return column.type == "timestamp" and not column.format


def _cast(column: Column) -> str:
    text = text_name(column)
    if column.is_epoch:
        return _epoch(column, text)
    if column.format:
        parsed = f"try_strptime({text}, {literal(column.format)})"
        return f"{parsed}::date" if column.type == "date" else parsed
    # A bare cast would take 2020-01-05x, and drop an hour.
    shape = _DATE if column.type == "date" else _LOCAL
    return f"case when regexp_full_match({text}, '{shape}') then try_cast({text} as {column.type}) end"


def _offset_cast(column: Column) -> str:
    """A text with an offset says itself which instant it is; one without is local to the department."""
    text = text_name(column)
    # DuckDB reads an offset only behind seconds.
    whole = f"regexp_replace({text}, '([ T][0-9]{{1,2}}:[0-9]{{2}})(Z|[+-])', '\\1:00\\2')"
    is_local = f"regexp_full_match({text}, '{_LOCAL}')"
    return (
        f"case when {is_local} then null when regexp_matches({text}, '{_OFFSET}')"
        f" then try_cast({whole} as timestamptz) end"
    )


def _epoch(column: Column, text: str) -> str:
    """Seconds or milliseconds since 1970 as an instant."""
    per_unit = 1_000_000 if column.format == "epoch_s" else 1_000
    micros = f"round(try_cast({text} as decimal(20, 3)) * {per_unit})::bigint"
    return f"case when regexp_full_match({text}, '-?[0-9]{{1,14}}([.][0-9]+)?') then make_timestamptz({micros}) end"


def _within_years(value: str) -> str:
    """Years 2 to 9999: what lies beyond, 'infinity' too, is no date to Python or to Iceberg, in some time zone."""
    return f"case when year({value}) between 2 and 9999 then {value} end"


@functools.cache
def _days_with_a_skipped_hour(timezone: str) -> str:
    """SQL list of the days of 1900 to 2100 on which the clock of a zone is put forward, empty for none."""
    zone, day = ZoneInfo(timezone), datetime(1900, 1, 1)  # noqa: DTZ001 (local)
    found, before = [], zone.utcoffset(day)
    while day.year <= 2100:
        after = zone.utcoffset(day + timedelta(days=1))
        if before is not None and after is not None and after > before:
            found.append(f"date '{day:%Y-%m-%d}'")
        day, before = day + timedelta(days=1), after
    return ", ".join(found)
