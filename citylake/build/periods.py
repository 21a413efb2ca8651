"""Periods that a publication makes again: the stale days, and the months and years that hold them."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, order=True)
class Period:
    """A day, month or year of local time; both ends are included."""

    period_type: str
    period: str
    first_date: date
    last_date: date


def day_of(day: date) -> Period:
    """The period of one day."""
    return Period("day", day.isoformat(), day, day)


def month_of(day: date) -> Period:
    """The month that holds a day."""
    last = calendar.monthrange(day.year, day.month)[1]
    return Period("month", f"{day:%Y-%m}", day.replace(day=1), day.replace(day=last))


def year_of(day: date) -> Period:
    """The year that holds a day."""
    return Period("year", f"{day:%Y}", date(day.year, 1, 1), date(day.year, 12, 31))


def touched_periods(days: Iterable[date], sealed: Iterable[date] = ()) -> list[Period]:
    """The days, and their months and years except those with a sealed day, whose rows may be gone."""
    days = set(days)
    whole = {month_of(day) for day in days} | {year_of(day) for day in days}
    sealed = set(sealed)
    kept = {item for item in whole if not any(item.first_date <= day <= item.last_date for day in sealed)}
    return sorted({day_of(day) for day in days} | kept)


def span(periods: Iterable[Period]) -> tuple[date, date] | None:
    """The first and last day of all periods, or None where there are none."""
    periods = list(periods)
    if not periods:
        return None
    return min(item.first_date for item in periods), max(item.last_date for item in periods)
