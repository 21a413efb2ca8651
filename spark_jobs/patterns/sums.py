"""Sums and means that do not depend on the order of rows."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

_EXACT = 1_000_000  # sums are made of whole millionths


def exact_sum(value: str | Column) -> Column:
    """The sum of a double column as a double, rounded to millionths, null where there is no value.

    Sums whole millionths: a sum of doubles depends on their order, which a shuffle does not keep, and
    the same rows must always give the same bits. Values must stay below 9e12 in sum.
    """
    return _millionths(value) / F.lit(float(_EXACT))


def exact_mean(value: str | Column) -> Column:
    """The mean of the values that are not null, from the same exact sum; null where there is none."""
    column = F.col(value) if isinstance(value, str) else value
    # try_divide: without any value the count is 0, and ANSI SQL fails on a division by it.
    return F.try_divide(_millionths(column), F.count(column) * F.lit(float(_EXACT)))


def _millionths(value: str | Column) -> Column:
    column = F.col(value) if isinstance(value, str) else value
    return F.sum(F.round(column * F.lit(float(_EXACT))).cast("bigint"))
