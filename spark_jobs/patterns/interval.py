"""The intervals in which an instant lies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.patterns.bins import bin_of, in_bins, is_whole
from spark_jobs.patterns.history import latest

_BINS_PER_INTERVAL = 16  # of the longest; most are shorter and lie in one or two


def intervals(
    rows: DataFrame, others: DataFrame, *, by: Sequence[str], at: str, since: str, until: str, longest: timedelta,
    columns: Sequence[str], row_key: Sequence[str] = (), order: Sequence[str] = (),
) -> DataFrame:  # fmt: skip
    """`rows` with `columns` of the intervals in `others` of the same `by` that cover `at`: since <= at < until.

    With every one of them, a row once for each; with `row_key` (columns that tell rows apart, without nulls) with one: that which
    began last, then the greatest in `order`. A row that none covers comes out once, its new columns null, also where
    `by` or `at` holds a null. `by` may be empty. An interval without an end, or longer than `longest`, ends `longest`
    after its begin; one that ends before it begins covers nothing.

    A day is made from the intervals that began up to `longest` before it. Joins on equal bins of a sixteenth of `longest`:
    work grows with the intervals that share a bin with a row, also where a key has many.
    """
    width = longest / _BINS_PER_INTERVAL
    ends = F.least(F.col(until), F.col(since) + F.lit(longest))  # least takes no notice of a null
    named = [F.col(name).alias(f"_by_{n}") for n, name in enumerate(by)]
    known = others.filter(is_whole([*by, since])).select(
        *named, F.col(since).alias("_since"), ends.alias("_until"), F.struct(*columns).alias("_other"),
        F.struct(*order).alias("_order") if order else F.lit(None).alias("_order"),
    )  # fmt: skip
    known = known.filter(F.col("_since") < F.col("_until"))
    known = in_bins(known, F.col("_since"), F.col("_until"), width, "_bin")
    facts = rows.select(F.struct(*rows.columns).alias("_row")).withColumn("_at", F.col(f"_row.{at}"))
    same = F.col("_row_bin") == F.col("_bin")
    for n, name in enumerate(by):
        same = same & (F.col(f"_row.{name}") == F.col(f"_by_{n}"))
    covers = (F.col("_since") <= F.col("_at")) & (F.col("_at") < F.col("_until"))
    # A row lies in one bin, so it meets an interval once, however many bins that is in.
    joined = facts.withColumn("_row_bin", bin_of("_at", width)).join(known, on=same & covers, how="left")
    if row_key:
        keyed = joined.select(
            "*", *[F.col(f"_row.{name}").alias(f"_key_{n}") for n, name in enumerate(row_key)]
        )
        ordering = ("_since", *(["_order"] if order else []))
        joined = latest(keyed, by=[f"_key_{n}" for n in range(len(row_key))], order=ordering)
    return joined.select("_row.*", *[F.col(f"_other.{name}").alias(name) for name in columns])
