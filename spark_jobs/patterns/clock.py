"""Clocks that are wrong, set right by when what they wrote was received."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def set_right(
    rows: DataFrame, *, by: Sequence[str], at: str, received: str, least_count: int, name: str
) -> DataFrame:
    """`rows` with `name`: `at` by the clock that `received` is read from, each clock (`by`) put right by one difference.

    Sending takes a moment mostly and hours now and then, but never less than nothing: the least time between `at` and
    `received` is how far the clock is off. A clock of which fewer than `least_count` rows hold both is left as it is, since
    all of them may have been sent late. Differences are whole microseconds. Nulls in `by` are one clock.

    A clock is seen within the rows of one `by` alone: with the day among them a day made alone is that day.
    """
    of_clock = Window.partitionBy(*by)
    sent_us = F.unix_micros(received) - F.unix_micros(at)
    is_known = F.count(sent_us).over(of_clock) >= least_count
    off_us = F.when(is_known, F.min(sent_us).over(of_clock)).otherwise(F.lit(0))
    return rows.withColumn(name, F.timestamp_micros(F.unix_micros(at) + off_us))
