"""Public holidays and working days: China's, from the package chinesecalendar, or those of the city's own file."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from citylake import settings
from citylake.declaration import Strict, read_yaml, validated

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class _CityCalendar(Strict):
    """`cities/<city>/working_days.yml`: the free days of a city outside China, year by year."""

    weekend: tuple[_Weekday, ...]
    free: tuple[date, ...]
    working: tuple[date, ...] = ()  # days of a weekend that are worked
    years: tuple[int, ...]  # for which the lists are complete


@dataclass(frozen=True)
class WorkingDays:
    """Which days are worked: all but the weekend and `free`, and those of `working` besides.

    `years` are those whose free days are announced; of others only the weekend is known.
    """

    weekend: frozenset[int]  # 1 is Monday, as date.isoweekday()
    free: frozenset[date]
    working: frozenset[date]
    years: frozenset[int]

    def __contains__(self, day: date) -> bool:
        """Whether the day is worked."""
        return day in self.working or (day.isoweekday() not in self.weekend and day not in self.free)


@functools.cache
def working_days() -> WorkingDays:
    """The working days of this lake's city: of its own file where it has one, else China's.

    Raises: Problems with every mistake of the file.
    """
    path = settings.PROJECT / "cities" / settings.current().city / "working_days.yml"
    if not path.is_file():
        return china()
    declared = validated(_CityCalendar, read_yaml(path), path)
    weekend = frozenset(WEEKDAYS.index(name) + 1 for name in declared.weekend)
    lists = (frozenset(days) for days in (declared.free, declared.working, declared.years))
    return WorkingDays(weekend, *lists)


def china() -> WorkingDays:
    """China's working days, with the weekends that make up for the long holidays."""
    from chinese_calendar import constants

    years = frozenset(day.year for day in constants.holidays)
    return WorkingDays(frozenset((6, 7)), frozenset(constants.holidays), frozenset(constants.workdays), years)


def working_day_numbers(last: date, first: date = date(1970, 1, 1)) -> tuple[list[date], list[int]]:
    """The days from `first` to `last`, and of each how many working days of this lake's city lie between `first` and it, both
    included: the difference of two is the number of working days after the one up to the other.

    Of years that are not announced only the weekend is known. Raises: as working_days.
    """
    worked = working_days()
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return days, list(itertools.accumulate(int(day in worked) for day in days))


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
