"""Instants as the city's clocks show them, and how long lies between two."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

ZONE = "Asia/Shanghai"


def local_day(at: str | Column) -> Column:
    """The local day of an instant."""
    return F.to_date(F.from_utc_timestamp(at, ZONE))


def seconds_between(earlier: str | Column, later: str | Column) -> Column:
    """Seconds, with their fractions, from one instant to another; null where either is."""
    return (F.unix_micros(later) - F.unix_micros(earlier)) / F.lit(1e6)
