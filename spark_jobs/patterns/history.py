"""What was known before: latest, in force, as of, previous, equal runs.

Each reads a bounded past of a row and none of its future, so that a day made alone (with the window its declaration
asks for) equals the same day made with all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F


def latest(rows: DataFrame, *, by: Sequence[str], order: Sequence[str]) -> DataFrame:
    """One row per `by`: the one that is greatest in `order`, compared left to right; nulls lose.

    Nulls in `by` are equal to each other. `order` should leave no ties, or any of the tied rows may come.
    """
    newest = Window.partitionBy(*by).orderBy(*[F.col(name).desc_nulls_last() for name in order])
    return rows.withColumn("_newest", F.row_number().over(newest)).filter("_newest = 1").drop("_newest")


def in_force(
    rows: DataFrame,
    days: Sequence[date],
    *,
    by: Sequence[str],
    since: str,
    until: str,
    order: Sequence[str] = (),
) -> DataFrame:
    """One row per `by` and day (`_business_date`): the row with since <= day < until, null being no end.

    Where intervals of one thing overlap, the one that began last counts, then the greatest in `order`.
    Makes rows x days rows: for reference tables.
    """
    on_each_day = rows.withColumn("_business_date", F.explode(F.array(*[F.lit(day) for day in days])))
    valid = on_each_day.filter(
        (F.col(since) <= F.col("_business_date"))
        & (F.col(until).isNull() | (F.col(until) > F.col("_business_date")))
    )
    return latest(valid, by=(*by, "_business_date"), order=(since, *order))


def as_of(
    rows: DataFrame, history: DataFrame, *, by: Sequence[str], at: str, since: str, within: timedelta,
    columns: Sequence[str],
) -> DataFrame:  # fmt: skip
    """`rows` with `columns` of the latest row of `history` at or before `at`, no older than `within`.

    `since` is the time of a row of `history`, which holds one row per `by` and `since`. Every row of
    `rows` comes out once; its new columns are null where nothing is young enough. One sort of both by
    time instead of a join on a range, which would be quadratic. `columns` must be new names in `rows`.
    """
    facts = rows.select(
        *by, F.col(at).alias("_at"), F.lit(1).alias("_side"), F.struct(*rows.columns).alias("_row")
    )
    past = history.select(
        *by, F.col(since).alias("_at"), F.lit(0).alias("_side"),
        F.struct(F.col(since).alias("_since"), *columns).alias("_past"),
    )  # fmt: skip
    # At the same instant history (side 0) sorts before the row that asks (side 1): "at or before".
    so_far = Window.partitionBy(*by).orderBy("_at", "_side").rowsBetween(Window.unboundedPreceding, 0)
    both = facts.unionByName(past, allowMissingColumns=True)
    found = both.withColumn("_past", F.last("_past", ignorenulls=True).over(so_far)).filter("_side = 1")
    young = F.col("_past._since") >= F.col("_at") - F.lit(within)
    return found.select("_row.*", *[F.when(young, F.col(f"_past.{name}")).alias(name) for name in columns])


def previous(columns: Sequence[str], *, by: Sequence[str], day: str, within: int) -> Column:
    """A struct of `day` and `columns` of the latest earlier row of the same `by`, at most `within` days ago.

    Null where there is none. Rows are one per `by` and day.
    """
    earlier = F.lag(F.struct(day, *columns)).over(Window.partitionBy(*by).orderBy(day))
    return F.when(earlier[day] >= F.date_sub(day, within), earlier)


def with_equal_run(
    rows: DataFrame, value: str, *, by: Sequence[str], at: str, step: timedelta, name: str
) -> DataFrame:
    """`rows` with the place of each row, from 1, in its run of equal values at successive steps of time.

    Null where the value is null. A null, a missing step or another value ends a run.
    """
    in_time = Window.partitionBy(*by).orderBy(at)
    continues = (F.lag(value).over(in_time) == F.col(value)) & (
        F.lag(at).over(in_time) == F.col(at) - F.lit(step)
    )
    begun = rows.withColumn("_begins", F.when(continues, 0).otherwise(1))
    numbered = begun.withColumn("_run", F.sum("_begins").over(in_time))
    place = F.row_number().over(Window.partitionBy(*by, "_run").orderBy(at))
    return numbered.withColumn(name, F.when(F.col(value).isNotNull(), place)).drop("_begins", "_run")
