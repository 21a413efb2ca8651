"""China's public holidays and make-up working days, from the package chinesecalendar."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta


def calendar_days(years: Iterable[int]) -> list[tuple]:
    """One row per day of the years, in order: date, is_holiday, name in English, name in Chinese,
    is_working_day, is_makeup_working_day. The last five are None in years not announced yet.
    """
    from chinese_calendar import constants

    announced = {day.year for day in constants.holidays}
    rows: list[tuple] = []
    for year in sorted(set(years)):
        day = date(year, 1, 1)
        while day.year == year:
            rows.append(_row(day, constants) if year in announced else (day, None, None, None, None, None))
            day += timedelta(days=1)
    return rows


def _row(day: date, constants) -> tuple:
    name = constants.holidays.get(day)
    chinese = constants.Holiday(name).chinese if name else None
    is_makeup = day in constants.workdays
    is_working = is_makeup or (day.isoweekday() <= 5 and not name)
    # The package lists the whole free time of a feast as its holidays, weekends included.
    return (day, name is not None, name, chinese, is_working, is_makeup)
