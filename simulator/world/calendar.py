"""China's holidays and make-up working days, as the State Council announces them (package chinesecalendar)."""

from __future__ import annotations

from datetime import date
from typing import Literal

DayKind = Literal["working_day", "weekend", "holiday", "makeup_working_day"]
_SATURDAY, _SUNDAY = 5, 6


def kind_of_day(day: date) -> DayKind:
    """What kind of day it is; of years not announced yet only weekends are known.

    A holiday is every free day that belongs to one, its weekends and days in lieu too.
    """
    from chinese_calendar import constants

    if day in constants.workdays:
        return "makeup_working_day"
    if day in constants.holidays:
        return "holiday"
    return "weekend" if day.weekday() >= _SATURDAY else "working_day"


def is_free(day: date) -> bool:
    """Whether most people need not work."""
    return kind_of_day(day) in ("weekend", "holiday")


def is_rest_day(day: date) -> bool:
    """Whether it is a public holiday or a Sunday: hospitals have few patients."""
    kind = kind_of_day(day)
    return kind == "holiday" or (kind == "weekend" and day.weekday() == _SUNDAY)
