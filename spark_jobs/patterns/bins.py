"""Bins of time: what makes a join on a range a join on equality, and divides a key that has too many rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

_MICROSECOND = timedelta(microseconds=1)


def bin_of(at: str | Column, width: timedelta) -> Column:
    """The beginning, in microseconds since 1970, of the bin that an instant lies in; null where it is null."""
    # Whole numbers only: floor of a quotient of doubles may round an instant into the next bin.
    micros = F.unix_micros(F.col(at) if isinstance(at, str) else at)
    return micros - F.pmod(micros, F.lit(width // _MICROSECOND))


def in_bins(rows: DataFrame, first: Column, last: Column, width: timedelta, name: str) -> DataFrame:
    """`rows` once for every bin between two instants, both included; those without an instant are left out."""
    step = F.lit(width // _MICROSECOND)
    bins = F.sequence(bin_of(first, width), bin_of(last, width), step)
    return rows.filter(first.isNotNull() & last.isNotNull()).withColumn(name, F.explode(bins))


def is_whole(names: Sequence[str]) -> Column:
    """Whether none of the columns is null; true of no column."""
    whole = F.lit(True)
    for name in names:
        whole = whole & F.col(name).isNotNull()
    return whole
