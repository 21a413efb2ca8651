"""Openings and closings of the same thing as pairs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs.patterns.bins import is_whole


def pair(
    rows: DataFrame, *, by: Sequence[str], at: str, kind: str, opens: str, closes: str, within: timedelta,
    order: Sequence[str], closes_first: bool = True,
) -> DataFrame:  # fmt: skip
    """Each opening with the next closing of the same `by`, if no other opening stands between and it is no later than `within`.

    Returns `by`, `opened` and `closed` (structs of all columns of `rows`, null where there is none), `paired_as` (pair,
    open_only, close_only) and `_business_date`, the day of the opening, or of a closing that is alone. Every row whose
    `kind` is `opens` or `closes` is in exactly one of them, once; rows of another kind are left out. A null in `by` or
    `at` never pairs. At one instant closings come before openings (after them with `closes_first=False`), then the
    least in `order`, which should leave no ties.

    A day is made from `within` before it to `within` after it. Sorts a key in one task, whatever its size.
    """
    events = rows.filter(F.col(kind).isin(opens, closes))
    keyed = is_whole([*by, at])
    events = events.select(
        *by, at, F.struct(*rows.columns).alias("_row"), (F.col(kind) == opens).alias("_opens"),
        keyed.alias("_keyed"), *[F.col(name).alias(f"_order_{n}") for n, name in enumerate(order)],
        # Rows without a key pair with nothing: together they would be one key, and one task's work.
        F.when(~keyed, F.xxhash64(at, *order)).alias("_apart"),
    )  # fmt: skip
    tie = F.col("_opens").asc() if closes_first else F.col("_opens").desc()
    in_time = Window.partitionBy(*by, "_apart").orderBy(
        F.col(at).asc_nulls_first(), tie, *[F.col(f"_order_{n}") for n in range(len(order))]
    )
    after = F.lead(F.struct("_opens", at, "_row")).over(in_time)
    before = F.lag(F.struct("_opens", at)).over(in_time)
    beside = events.withColumn("_after", after).withColumn("_before", before)
    paired_after = ~F.col("_after._opens") & (F.col(f"_after.{at}") - F.col(at) <= F.lit(within))
    paired_before = F.col("_before._opens") & (F.col(at) - F.col(f"_before.{at}") <= F.lit(within))
    judged = beside.withColumn(
        "_paired",
        F.col("_keyed")
        & F.coalesce(F.when(F.col("_opens"), paired_after).otherwise(paired_before), F.lit(False)),
    )
    closing = judged.filter(F.col("_opens") | ~F.col("_paired"))  # a paired closing stands with its opening
    closed = F.when(~F.col("_opens"), F.col("_row")).when(F.col("_paired"), F.col("_after._row"))
    return closing.select(
        *by,
        F.when(F.col("_opens"), F.col("_row")).alias("opened"),
        closed.alias("closed"),
        F.when(~F.col("_opens"), "close_only")
        .when(F.col("_paired"), "pair")
        .otherwise("open_only")
        .alias("paired_as"),
        F.col("_row._business_date").alias("_business_date"),
    )
