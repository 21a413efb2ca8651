"""Rows whose match keys are equal or one character apart: near in time, or wherever they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs.patterns.bins import bin_of, in_bins, is_whole

# Times the time that is looked at: of `others` few then lie in two bins, and each has a row for every wildcard. Equal
# hashes leave few pairs; bins only keep one that is seen again and again from being compared over all time.
_WIDER = 8


def match_wildcards(
    rows: DataFrame, others: DataFrame, *, by: Sequence[str], key: str, at: str, other_at: str, back: timedelta,
    ahead: timedelta, columns: Sequence[str], row_key: Sequence[str], order: Sequence[str], once: bool = False,
) -> DataFrame:  # fmt: skip
    """`rows` with `columns` of the row of `others` whose match key is equal or one character apart, near in time.

    `key` is a column that admission made by `match_key(<domain>)`, in both frames beside `<key>_match`. Others are of the
    same `by`, with `other_at` from `back` before `at` to `ahead` after it. Equal keys come first, then the nearest in time,
    then the greatest in `order`, which should leave no ties, nor hold nulls, as `row_key` must not in `rows`.
    Every row comes out once, with `is_exact` (whether the keys are equal; null where nothing was found) and
    `alike_count`, how many of `others` were one character apart (or, where one is equal, equal): above 1 it is a guess.
    Values too short for wildcards are found only where they are equal; nulls in `by`, `key` or `at` find nothing.

    With `once`, only two of which each is the other's first choice: a row of `others` is given to one row at most, and whom it
    leaves goes without. A day is made from `back + ahead` before and after it, with `once` from twice as much.
    Joins on one number made of hash, bin of time and `by`.
    """
    width = (back + ahead) * _WIDER
    named = [F.col(name).alias(f"_by_{n}") for n, name in enumerate(by)]
    facts = rows.filter(is_whole([*by, key, at])).select(
        *named, _number(key).alias("_key"), _hashes(key).alias("_hashes"), F.col(at).alias("_at"),
        F.struct(*row_key).alias("_row_key"), bin_of(at, width).alias("_bin"),
    )  # fmt: skip
    known = others.filter(is_whole([*by, key, other_at])).select(
        *named, _number(key).alias("_other_key"), _hashes(key).alias("_hashes"), F.col(other_at).alias("_other_at"),
        F.struct(*order).alias("_order"), F.struct(*columns).alias("_other"),
    )  # fmt: skip
    known = in_bins(known, F.col("_other_at") - F.lit(ahead), F.col("_other_at") + F.lit(back), width, "_bin")
    names = [f"_by_{n}" for n in range(len(by))]
    pairs = (
        _in_slots(facts, names)
        .join(_in_slots(known, names).drop("_slot"), on="_meeting", how="inner")
        .filter(
            F.col("_other_at").between(F.col("_at") - F.lit(back), F.col("_at") + F.lit(ahead))
            # Equal values share every wildcard too; two that differ share one at most.
            & ((F.col("_slot") == F.col("_key")) | (F.col("_key") != F.col("_other_key")))
        )
    )
    found = _first_choices(pairs, once).select("_row_key", "_other", "is_exact", "alike_count")
    joined = rows.withColumn("_row_key", F.struct(*row_key)).join(found, on="_row_key", how="left")
    return joined.select(
        *rows.columns, *[F.col(f"_other.{name}").alias(name) for name in columns], "is_exact", "alike_count"
    )


def alike(
    rows: DataFrame, others: DataFrame, *, key: str, row_key: Sequence[str], columns: Sequence[str]
) -> DataFrame:
    """`row_key`, `columns` of `others` and `is_exact` of every pair whose match keys `key` are equal or one character apart.

    `rows` are few: they are sent to wherever the others are, which are read once and not sorted. Nulls find nothing, values
    too short for wildcards what is equal. Names of `row_key` and `columns` differ.
    """
    few = rows.filter(F.col(key).isNotNull()).select(
        *row_key, _number(key).alias("_key"), _hashes(key).alias("_hashes")
    )
    known = others.filter(F.col(key).isNotNull()).select(
        *columns, _number(key).alias("_other_key"), _hashes(key).alias("_hashes")
    )
    exploded = [
        each.withColumn("_hash", F.explode("_hashes"))
        .withColumn("_slot", _number("_hash"))
        .drop("_hashes", "_hash")
        for each in (known, few)
    ]
    met = exploded[0].join(F.broadcast(exploded[1]), on="_slot", how="inner")
    is_exact = F.col("_key") == F.col("_other_key")
    # Equal values share every wildcard too; two that differ share one at most.
    return met.filter((F.col("_slot") == F.col("_key")) | ~is_exact).select(
        *row_key, *columns, is_exact.alias("is_exact")
    )


def _number(text: str | Column) -> Column:
    """Sixty-four bits of a hash: a wildcard has no more; texts of digits would be most of what is shuffled and sorted."""
    return F.xxhash64(text)


def _hashes(key: str) -> Column:
    """The key and its wildcards, as texts: to make numbers of the parts of an array takes longer than of rows."""
    return F.split(F.concat_ws(" ", key, f"{key}_match"), " ")


def _in_slots(rows: DataFrame, by: Sequence[str]) -> DataFrame:
    """`rows` once for the key and for each wildcard, with the number by which two of them meet.

    One number is sorted by its bits; several columns would be compared one by one wherever the first is equal.
    """
    exploded = rows.withColumn("_hash", F.explode("_hashes")).withColumn("_slot", _number("_hash"))
    return exploded.withColumn("_meeting", F.xxhash64(*by, "_slot", "_bin")).drop(
        "_hashes", "_hash", "_bin", *by
    )


def _first_choices(pairs: DataFrame, once: bool) -> DataFrame:
    """The pair that each row likes best; with `once` only where the other likes it best too."""
    far = F.abs(F.unix_micros("_at") - F.unix_micros("_other_at"))
    judged = pairs.withColumn("is_exact", F.col("_key") == F.col("_other_key")).withColumn("_far", far)
    of_row, of_other = Window.partitionBy("_row_key"), Window.partitionBy("_order")
    best = (F.col("is_exact").desc(), F.col("_far").asc())
    alike = F.when(F.max("is_exact").over(of_row), F.count_if("is_exact").over(of_row))
    liked = judged.withColumn("alike_count", F.coalesce(alike, F.count("*").over(of_row))).withColumn(
        "_choice", F.row_number().over(of_row.orderBy(*best, F.col("_order").desc()))
    )
    if once:
        answer = F.row_number().over(of_other.orderBy(*best, F.col("_row_key").asc()))
        liked = liked.withColumn("_answer", answer).filter("_answer = 1")
    return liked.filter("_choice = 1")
