"""Instants as the city's clocks show them, and how long lies between two."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

ZONE = "Asia/Shanghai"


def local_day(at: str | Column) -> Column:
    """The local day of an instant."""
    return F.to_date(F.from_utc_timestamp(at, ZONE))


def seconds_between(earlier: str | Column, later: str | Column) -> Column:
    """Seconds, with their fractions, from one instant to another; null where either is."""
    return (F.unix_micros(later) - F.unix_micros(earlier)) / F.lit(1e6)


def by_local_day(rows: DataFrame, since: str, until: str) -> DataFrame:
    """`rows` once for each local day between two instants, with `_business_date`, that day in place of any before, and
    `within_us`: microseconds of the day that lie between them.

    Both instants must be known, and `until` not be before `since`. The day of `until` is one of them also where that is its
    first instant: with 0.
    """
    days = F.sequence(local_day(since), local_day(until), F.expr("interval 1 day"))
    of_day = rows.withColumn("_business_date", F.explode(days))
    begins = F.to_utc_timestamp(F.col("_business_date").cast("timestamp"), ZONE)
    ends = F.to_utc_timestamp(F.date_add("_business_date", 1).cast("timestamp"), ZONE)
    within = F.unix_micros(F.least(until, ends)) - F.unix_micros(F.greatest(since, begins))
    return of_day.withColumn("within_us", within)
