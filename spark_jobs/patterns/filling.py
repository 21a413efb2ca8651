"""What a series left out of a list that it goes along."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

_STEPS = 1000  # distances are taken to a thousandth, instants to a millisecond


def left_out(
    rows: DataFrame, listed: DataFrame, *, series: Sequence[str], by: Sequence[str], number: str, along: str, at: str
) -> DataFrame:  # fmt: skip
    """The rows of `listed` whose number lies between those of two successive rows of a series, with the instant they were passed.

    Returns the columns of `listed`, then `series` and `at`. Both frames hold `by`, a whole `number` and a distance `along`; a
    series is of one `by` and holds a number once, `listed` one row per `by` and number. Instants are interpolated by distance
    between the two rows, in whole milliseconds, half up; null where the distances do not rise. Rows that are in no series,
    because a column of `series` is null, must not be among `rows`.

    Joins on equal numbers: work grows with the numbers that are left out, whatever the length of the list.
    """
    place = [number, along, at]
    following = F.lead(F.struct(*place)).over(Window.partitionBy(*series).orderBy(number))
    gaps = (
        rows.select(*series, *by, F.struct(*place).alias("_from"))
        .withColumns({name: F.col(f"_from.{name}") for name in place})
        .withColumn("_to", following)
        .filter(F.col(f"_to.{number}") > F.col(number) + 1)
    )
    numbers = F.sequence(F.col(number) + 1, F.col(f"_to.{number}") - 1)
    missing = gaps.select(*series, *by, "_from", "_to", F.explode(numbers).alias(number))
    # One row of the list has a number, so this only loses numbers that are not listed.
    found = missing.join(listed, on=[*by, number], how="inner")
    return found.select(*listed.columns, *series, _passed(along, at).alias(at))


def _passed(along: str, at: str) -> Column:
    """The instant at a distance between `_from` and `_to`; whole numbers only, so that a half is a half."""

    def steps(value: Column) -> Column:
        return F.round(value * F.lit(float(_STEPS))).cast("bigint")

    begin = steps(F.col(f"_from.{along}"))
    whole, part = steps(F.col(f"_to.{along}")) - begin, steps(F.col(along)) - begin
    since = F.unix_micros(F.col(f"_from.{at}"))
    rest, lasts = F.pmod(since, F.lit(_STEPS)), F.unix_micros(F.col(f"_to.{at}")) - since
    # Since the whole millisecond before `_from`, and half a millisecond more, which is then cut off: floor((2 a + b) / 2 b).
    twice = F.lit(2) * (rest * whole + lasts * part) + F.lit(_STEPS) * whole
    millis = _div(twice, F.when(whole > 0, F.lit(2 * _STEPS) * whole))
    instant = F.timestamp_millis(_div(since - rest, F.lit(_STEPS)) + millis)
    return F.when((part >= 0) & (part <= whole), instant)


def _div(value: Column, by: Column) -> Column:
    """A whole quotient; null where `by` is."""
    return F.call_function("div", value, by)
