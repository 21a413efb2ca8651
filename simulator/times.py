"""Instants as tenths of seconds since the calendar's first day, local: how departments write columns of them."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import pandas as pd

DAY_S = 86_400
DAY_DS = DAY_S * 10
AHEAD_DS = 8 * 36_000  # local time is ahead of UTC; China has had no summer time since 1991
_TENTHS = tuple(f".{tenth}" for tenth in range(10))
_NO_TENTHS = ("",) * 10


@cache
def _clock(between: str) -> np.ndarray:
    """Every second of a day as text: a table, for a city has more events than a day has seconds."""
    two = [f"{number:02d}" for number in range(60)]
    texts = [f"{between}{hour}:{minute}:{second}" for hour in two[:24] for minute in two for second in two]
    return np.array(texts, dtype=object)


def day_text(ordinals: np.ndarray) -> np.ndarray:
    """Days since the calendar's first as `2026-03-01`; 0 is no day, and no text."""
    numbers, which = np.unique(ordinals, return_inverse=True)
    texts = [date.fromordinal(int(day)).isoformat() if day else "" for day in numbers]
    return np.array(texts, dtype=object)[which]


def instants_after(seconds: pd.Series | np.ndarray, midnight_of: date) -> np.ndarray:
    """Those so many seconds after the midnight of a day."""
    return np.rint(np.asarray(seconds) * 10).astype(np.int64) + midnight_of.toordinal() * DAY_DS


def time_text(instants: pd.Series, between: str = " ", tenths: bool = True) -> pd.Series:
    """Instants as `2026-03-01 08:12:41.2`, with another text between day and time, and with or without tenths."""
    days, rest = np.divmod(instants.to_numpy(), DAY_DS)
    numbers, which = np.unique(days, return_inverse=True)
    names = np.array([date.fromordinal(int(day)).isoformat() for day in numbers], dtype=object)
    digits = np.array(_TENTHS if tenths else _NO_TENTHS, dtype=object)
    texts = names[which] + _clock(between)[rest // 10] + digits[rest % 10]
    return pd.Series(texts, instants.index, dtype=object)
