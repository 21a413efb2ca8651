"""Successive rows of a thing as sessions, and repeated ones as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs.patterns.bins import bin_of, is_whole

_MIDNIGHT = datetime(1969, 12, 31, 16, tzinfo=UTC)  # in Hangzhou; 1970-01-01 there


def sessions(
    rows: DataFrame, *, by: Sequence[str], at: str, gap: timedelta, longest: timedelta,
    name: str = "session", blocks_from: datetime = _MIDNIGHT, rising: str | None = None,
) -> DataFrame:  # fmt: skip
    """`rows` with `<name>_key` and `<name>_started_at`: rows of a `by`, each no more than `gap` after the one before.

    The key is a hash of `by` and the start, so it stays whatever comes later, unless a late row begins the session
    earlier or joins two. A session of which nobody would see the begin is not possible to make by the day. So a chain
    of rows that lasts longer than `longest` is cut at fixed instants: `blocks_from` and every `longest` after it, which with a
    whole number of days is a local midnight. A chain that lasts up to `longest` is never cut, wherever midnight falls.
    Both are null where `by` or `at` holds a null. Rows at one instant are in one session, so no order is needed.

    With `rising`, a column without nulls, a session also ends where that does not rise: a row whose value is not above that of
    the row before begins another. Of rows at one instant the least value comes first; those equal in both are in one session.

    A session belongs to the day of its start; that day is made from `longest + gap` before it to `longest + gap` after
    it: a chain that is seen to last longer than `longest` there lasts longer, and any other is seen whole. Sorts a
    key in one task, whatever its size.
    """
    keyed = is_whole([*by, at])
    apart = rows.withColumn("_apart", F.when(~keyed, F.xxhash64(*rows.columns)))
    key = (*by, "_apart")
    in_time = Window.partitionBy(*key).orderBy(at, *([rising] if rising else []))
    continues = F.col(at) - F.lag(at).over(in_time) <= F.lit(gap)
    if rising:
        continues = continues & (F.col(rising) > F.lag(rising).over(in_time))
    begun = apart.withColumn("_begins", F.when(continues, 0).otherwise(1))
    chained = begun.withColumn("_chain", F.sum("_begins").over(in_time))  # rows that are equal have one sum
    of_chain = Window.partitionBy(*key, "_chain")
    lasts = F.max(at).over(of_chain) - F.min(at).over(of_chain)
    since_blocks = F.col(at) - F.lit(blocks_from - datetime(1970, 1, 1, tzinfo=UTC))
    block = F.when(F.col("_lasts") > F.lit(longest), bin_of(since_blocks, longest))
    blocked = chained.withColumn("_lasts", lasts).withColumn("_block", block)
    started = F.min(at).over(Window.partitionBy(*key, "_chain", "_block"))
    found = blocked.withColumn(f"{name}_started_at", F.when(keyed, started))
    # JSON, because a mere concatenation could make two keys one.
    text = F.to_json(F.struct(*by, F.unix_micros(f"{name}_started_at").alias("_started")))
    hashed = F.when(keyed, F.substring(F.sha2(text, 256), 1, 32))
    return found.withColumn(f"{name}_key", hashed).select(*rows.columns, f"{name}_key", f"{name}_started_at")


def without_repeats(
    rows: DataFrame, *, by: Sequence[str], at: str, within: timedelta, order: Sequence[str]
) -> DataFrame:
    """`rows` but those that come no more than `within` after the one before of the same `by`: of a chain of such rows the first.

    At one instant the least in `order` is first, which should leave no ties. No row with a null in `by` or `at` is left out.
    A row is judged by the one just before it, so a day needs `within` before it. Sorts a key in one task, whatever its size.
    """
    apart = rows.withColumn("_apart", F.when(~is_whole([*by, at]), F.xxhash64(*rows.columns)))
    in_time = Window.partitionBy(*by, "_apart").orderBy(at, *order)
    since_last = F.when(is_whole([*by, at]), F.col(at) - F.lag(at).over(in_time))
    judged = apart.withColumn("_repeats", F.coalesce(since_last <= F.lit(within), F.lit(False)))
    return judged.filter(~F.col("_repeats")).select(*rows.columns)
