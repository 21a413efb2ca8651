"""The row of another frame that is nearest in time."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs.patterns.bins import bin_of, in_bins, is_whole

_BINS_PER_REACH = 16  # so that at most one row in eight lies in two bins


def nearest(
    rows: DataFrame, others: DataFrame, *, by: Sequence[str], at: str, other_at: str, within: timedelta,
    columns: Sequence[str], order: Sequence[str], once: bool = False, rounds: int = 3, row_order: Sequence[str] = (),
) -> DataFrame:  # fmt: skip
    """`rows` with `columns` of the row of `others` of the same `by` nearest in time, no farther than `within` either way.

    Every row comes out once; its new columns are null where nothing is near enough, or where `by` or `at` holds a null.
    Of two equally far the earlier counts, of several at one instant the greatest in `order`. `by` may be empty.

    With `once` a row of `others` is given to one row at most: the nearest two that are free are taken first, of equal
    distances the earliest (greedy by distance; ties at one instant by `row_order` and `order`, which should leave none).
    In each of `rounds` rounds every two are taken that are nearest to each other; who would come later goes without,
    so that a chain of rows in each other's way has a bounded length. It is no assignment with the least total distance.

    A day is made from `within` before and after it, with `once` from 2 x `rounds` x `within`. Both frames are sorted by
    time within bins of time: work grows with their rows, not with their pairs, and a key with many rows is divided.
    """
    arguments = (rows, others, by, at, other_at, within, columns, order)
    return _once(*arguments, rounds, row_order) if once else _each(*arguments)


def _each(rows, others, by, at, other_at, within, columns, order) -> DataFrame:
    width = within * _BINS_PER_REACH
    sides = _sides(rows, others, by, at, other_at, columns, order, ())
    facts = sides[0].withColumn("_bin", bin_of("_at", width))
    known = in_bins(sides[1], F.col("_at") - F.lit(within), F.col("_at") + F.lit(within), width, "_bin")
    both = facts.unionByName(known, allowMissingColumns=True)
    ties = [F.col("_side"), *[F.col(f"_other_order_{n}").asc_nulls_first() for n in range(len(order))]]
    # Descending instead of a frame that ends at the last row, which Spark begins anew for every row.
    for name, time in (("_before", F.col("_at").asc()), ("_after", F.col("_at").desc())):
        so_far = (
            Window.partitionBy(*by, "_bin").orderBy(time, *ties).rowsBetween(Window.unboundedPreceding, 0)
        )
        both = both.withColumn(name, F.last("_other", ignorenulls=True).over(so_far))
    found = both.filter("_side = 1")
    back, ahead = F.col("_at") - F.col("_before._at"), F.col("_after._at") - F.col("_at")
    is_ahead = F.coalesce(ahead < back, F.col("_before").isNull())
    chosen = found.withColumn("_chosen", F.when(is_ahead, F.col("_after")).otherwise(F.col("_before")))
    near = F.when(is_ahead, ahead).otherwise(back) <= F.lit(within)
    return chosen.select("_row.*", *_taken(near, "_chosen", columns))


def _once(rows, others, by, at, other_at, within, columns, order, rounds, row_order) -> DataFrame:
    reach = within * 2 * rounds
    width = reach * _BINS_PER_REACH
    facts, known = _sides(rows, others, by, at, other_at, columns, order, row_order)
    is_possible = F.col("_at").isNotNull() & is_whole(by)
    # In bins that overlap by the reach: what becomes of a row is right in the bin it lies in.
    binned = [
        in_bins(side, F.col("_at") - F.lit(reach), F.col("_at") + F.lit(reach), width, "_bin")
        for side in (facts.filter(is_possible), known)
    ]
    free = binned[0].unionByName(binned[1], allowMissingColumns=True)
    ties = [name for name in free.columns if name.startswith(("_row_order_", "_other_order_"))]
    in_time = Window.partitionBy(*by, "_bin").orderBy("_at", "_side", *ties)
    at_home = (F.col("_side") == 1) & (F.col("_bin") == bin_of("_at", width))
    ended = []
    for _ in range(rounds):
        judged = _mutual(free, in_time, within)
        ended.append(judged.filter(F.col("_is_taken") & at_home).select("_row", "_chosen"))
        free = judged.filter(~F.col("_is_taken")).select(*free.columns)
    ended += [free.filter(at_home).select("_row"), facts.filter(~is_possible).select("_row")]
    found = functools.reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), ended)
    return found.select("_row.*", *_taken(F.lit(True), "_chosen", columns))


def _mutual(free: DataFrame, in_time, within: timedelta) -> DataFrame:
    """`free` with `_is_taken`, of those that are nearest to each other, which are neighbours in time; and whom, `_chosen`."""
    beside = F.struct("_at", "_side", "_other")
    near = free.withColumn("_last", F.lag(beside).over(in_time)).withColumn(
        "_next", F.lead(beside).over(in_time)
    )

    def distance(name: str, far: Column) -> Column:
        return F.when((F.col(f"{name}._side") != F.col("_side")) & (far <= F.lit(within)), far)

    back = distance("_last", F.col("_at") - F.col("_last._at"))
    ahead = distance("_next", F.col("_next._at") - F.col("_at"))
    is_back = back.isNotNull() & (ahead.isNull() | (back <= ahead))
    choosing = near.withColumn("_choice", F.when(is_back, -1).when(ahead.isNotNull(), 1))
    is_mutual_back = (F.col("_choice") == -1) & (F.lag("_choice").over(in_time) == 1)
    is_mutual_ahead = (F.col("_choice") == 1) & (F.lead("_choice").over(in_time) == -1)
    chosen = F.when(F.col("_choice") == -1, F.col("_last._other")).otherwise(F.col("_next._other"))
    return choosing.withColumn(
        "_is_taken", F.coalesce(is_mutual_back | is_mutual_ahead, F.lit(False))
    ).withColumn("_chosen", chosen)


def _sides(
    rows: DataFrame, others: DataFrame, by: Sequence[str], at: str, other_at: str, columns: Sequence[str],
    order: Sequence[str], row_order: Sequence[str],
) -> tuple[DataFrame, DataFrame]:  # fmt: skip
    """Both frames with `by`, `_at`, `_side` (1 rows, 0 others), what they carry and what they are ordered by."""
    facts = rows.select(
        *by, F.col(at).alias("_at"), F.lit(1).alias("_side"), F.struct(*rows.columns).alias("_row"),
        *[F.col(name).alias(f"_row_order_{n}") for n, name in enumerate(row_order)],
    )  # fmt: skip
    known = others.filter(is_whole([*by, other_at])).select(
        *by, F.col(other_at).alias("_at"), F.lit(0).alias("_side"),
        F.struct(F.col(other_at).alias("_at"), *columns).alias("_other"),
        *[F.col(name).alias(f"_other_order_{n}") for n, name in enumerate(order)],
    )  # fmt: skip
    return facts, known


def _taken(condition: Column, struct: str, columns: Sequence[str]) -> list[Column]:
    return [F.when(condition, F.col(f"{struct}.{name}")).alias(name) for name in columns]
