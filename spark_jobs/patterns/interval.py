"""The intervals in which an instant lies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from spark_jobs.patterns.bins import bin_of, in_bins, is_whole
from spark_jobs.patterns.sweep import sweeper

_BINS_PER_INTERVAL = 16  # of the longest; most are shorter and lie in one or two
_INTERVALS_PER_BIN = 16  # so that at most one interval in sixteen lies in two bins
_MICROSECOND = timedelta(microseconds=1)


def intervals(
    rows: DataFrame, others: DataFrame, *, by: Sequence[str], at: str, since: str, until: str, longest: timedelta,
    columns: Sequence[str], row_key: Sequence[str] = (), order: Sequence[str] = (),
) -> DataFrame:  # fmt: skip
    """`rows` with `columns` of the intervals in `others` of the same `by` that cover `at`: since <= at < until.

    With every one of them, a row once for each; with `row_key` (columns that tell rows apart, without nulls) with one: that which
    began last, then the greatest in `order`. A row that none covers comes out once, its new columns null, also where
    `by` or `at` holds a null. `by` may be empty. An interval without an end, or longer than `longest`, ends `longest`
    after its begin; one that ends before it begins covers nothing.

    A day is made from the intervals that began up to `longest` before it. With every one, joins on equal bins of a sixteenth of
    `longest`: work grows with the intervals that share a bin with a row, also where a key has many. With one, goes through
    both in order of time within bins of 16 x `longest` (in Python, a batch of Arrow at a time): work grows with their rows.
    """
    ends = F.least(F.col(until), F.col(since) + F.lit(longest))  # least takes no notice of a null
    named = [F.col(name).alias(f"_by_{n}") for n, name in enumerate(by)]
    known = others.filter(is_whole([*by, since])).select(
        *named, F.col(since).alias("_since"), ends.alias("_until"), F.struct(*columns).alias("_other"),
        F.struct(*order).alias("_order") if order else F.lit(None).alias("_order"),
    )  # fmt: skip
    known = known.filter(F.col("_since") < F.col("_until"))
    if row_key:
        return _last(rows, known, by, at, longest * _INTERVALS_PER_BIN, columns)
    width = longest / _BINS_PER_INTERVAL
    known = in_bins(known, F.col("_since"), F.col("_until"), width, "_bin")
    facts = rows.select(F.struct(*rows.columns).alias("_row")).withColumn("_at", F.col(f"_row.{at}"))
    same = F.col("_row_bin") == F.col("_bin")
    for n, name in enumerate(by):
        same = same & (F.col(f"_row.{name}") == F.col(f"_by_{n}"))
    covers = (F.col("_since") <= F.col("_at")) & (F.col("_at") < F.col("_until"))
    # A row lies in one bin, so it meets an interval once, however many bins that is in.
    joined = facts.withColumn("_row_bin", bin_of("_at", width)).join(known, on=same & covers, how="left")
    return joined.select("_row.*", *[F.col(f"_other.{name}").alias(name) for name in columns])


def _last(rows, known, by, at, width, columns) -> DataFrame:
    """`rows` with the interval that covers them and began last."""
    keys = [f"_by_{n}" for n in range(len(by))]
    is_possible = is_whole([*by, at])
    facts = rows.filter(is_possible).select(
        *[F.col(name).alias(key) for name, key in zip(by, keys, strict=True)], bin_of(at, width).alias("_bin"),
        F.unix_micros(at).alias("_at"), F.lit(1).alias("_side"), F.struct(*rows.columns).alias("_row"),
    )  # fmt: skip
    # An instant at which an interval ends is not in it.
    binned = in_bins(known, F.col("_since"), F.col("_until") - F.lit(_MICROSECOND), width, "_bin").select(
        *keys, "_bin", F.unix_micros(F.greatest("_since", F.timestamp_micros("_bin"))).alias("_at"), F.lit(0).alias("_side"),
        F.unix_micros("_until").alias("_until"), F.struct("_since", "_order").alias("_order"), "_other",
    )  # fmt: skip
    # At one instant intervals come before the rows they cover, of intervals the one that counts comes last.
    in_time = (*keys, "_bin", "_at", "_side", "_order")
    ordered = (
        facts.unionByName(binned, allowMissingColumns=True)
        .repartition(*keys, "_bin")
        .sortWithinPartitions(*in_time)
        .select(*keys, "_bin", "_at", "_side", "_until", "_row", "_other")
    )
    added = [field for field in known.select("_other.*").schema.fields if field.name in columns]
    fields = [*rows.schema.fields, *(StructField(field.name, field.dataType) for field in added)]
    found = ordered.mapInArrow(sweeper(len(keys), tuple(columns)), StructType(fields))
    return found.unionByName(rows.filter(~is_possible), allowMissingColumns=True)
