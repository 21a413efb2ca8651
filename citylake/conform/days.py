"""Sets of days as ranges: what to read and what to overwrite."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

Range = tuple[date, date]  # both included
_DAY = timedelta(days=1)


def ranges(days: Iterable[date]) -> list[Range]:
    """The fewest ranges that hold exactly these days, oldest first."""
    return _merged((day, day) for day in days)


def widened(spans: Iterable[Range], before: timedelta, after: timedelta) -> list[Range]:
    """Each range with the days before and after it, merged where they touch: what a window reads."""
    return _merged((first - before, last + after) for first, last in spans)


def within(column: str, spans: list[Range]):
    """A Spark condition that holds on the days of the ranges; Iceberg prunes files by it."""
    import functools
    import operator

    from pyspark.sql import functions as F

    if not spans:
        return F.lit(False)
    parts = [F.col(column).between(F.lit(first), F.lit(last)) for first, last in spans]
    return functools.reduce(operator.or_, parts)


def _merged(spans: Iterable[Range]) -> list[Range]:
    merged: list[Range] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + _DAY:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
