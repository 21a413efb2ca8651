"""Who stands at the top of whom: shares that are held over time, followed to the end."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs.patterns.reuse import once
from spark_jobs.patterns.sums import exact_sum

_SPAN = ("_since", "_until")


def majority(
    holdings: DataFrame, *, holder: str, held: str, share: str, since: str, until: str, above: float
) -> DataFrame:
    """held, holder, since and until (null: no end) of spans in which a holder has more than `above` of what is held.

    What one holder has by several rows at one time is summed. Where two holders have more than `above`, the one with more
    counts, then the least: spans of one `held` do not overlap. A holder of itself, and a null share, count for nothing.

    The time of what is held is cut wherever any of its holdings begins or ends, so work grows with the square of the
    holdings of one enterprise, which are few: shares are parts of a whole.
    """
    rows = holdings.filter(F.col(holder) != F.col(held))
    cuts = rows.select(held, F.explode(F.array(since, until)).alias("_since")).filter("_since is not null")
    in_time = Window.partitionBy(held).orderBy("_since")
    pieces = cuts.distinct().withColumn("_until", F.lead("_since").over(in_time))
    # Null in `until` is no end, and in `_until` the last piece, which only what has no end reaches.
    reaches = F.col(until).isNull() | (F.col(until) > F.col("_since"))
    had = pieces.join(rows.select(held, holder, share, since, until), on=held, how="inner").filter(
        (F.col(since) <= F.col("_since")) & reaches
    )
    summed = had.groupBy(held, *_SPAN, holder).agg(exact_sum(share).alias("_share"))
    # Of structs the least: the greatest share, then the least holder.
    first = F.min(F.struct((-F.col("_share")).alias("_less"), F.col(holder).alias("_holder")))
    chosen = summed.filter(F.col("_share") > above).groupBy(held, *_SPAN).agg(first.alias("_first"))
    return chosen.select(
        held,
        F.col("_first._holder").alias(holder),
        F.col("_since").alias(since),
        F.col("_until").alias(until),
    )


def tops(
    links: DataFrame, first: date, last: date, *, below: str, above: str, since: str, until: str
) -> DataFrame:
    """`below`, `above`, `since`, `until` (the day after) of spans within `first` to `last`: where following links leads.

    `links` hold spans of days (null in `until`: no end) in which something stands below something else; spans of one
    `below` do not overlap. A link is followed, and the next, until nothing stands above: then `above` is that. What
    stands above nothing all the time, and what nothing stands above, is its own top, and has spans as well where
    it is in `links`. In a ring, or below one, it is the least of the ring.

    By pointer jumping: each round makes every pointer twice as long, so a chain of a thousand takes ten joins. What has
    arrived is not looked at again. A round is computed before the next begins; joins are on equality and grow with the
    spans, however many stand under one top.
    """
    pointers = once(_pointers(links, first, last, below, above, since, until))
    reach, enough = 1, float("inf")  # links that a pointer spans, and that lead to every end
    while True:
        waiting = pointers.filter("not _arrived")
        # What waits is in or below a ring, which is no longer than what waits is many; or a chain is longer than the
        # reach, and of it as many wait as it is longer. Without anything that waits the reach is enough.
        enough = min(enough, reach + waiting.select("_node").distinct().count())
        if reach >= enough:
            break
        onwards = _followed(waiting, pointers, least=True)
        pointers = once(pointers.filter("_arrived").unionByName(onwards))
        reach *= 2
    rings = _followed(waiting, pointers, least=False).withColumn("_top", F.col("_least"))
    whole = pointers.filter("_arrived").unionByName(rings)
    return whole.select(
        F.col("_node").alias(below),
        F.col("_top").alias(above),
        F.col("_since").alias(since),
        F.col("_until").alias(until),
    )


def _pointers(
    links: DataFrame, first: date, last: date, below: str, above: str, since: str, until: str
) -> DataFrame:
    """_node, _top, _since, _until, _least, _arrived: of everything in `links` on each day exactly one, to itself where
    nothing stands above. `_least` is the least that a pointer passes before it reaches `_top`."""
    begin, end = F.lit(first), F.lit(last + timedelta(days=1))
    up = links.filter(F.col(below) != F.col(above)).select(
        F.col(below).alias("_node"), F.col(above).alias("_top"),
        F.greatest(F.col(since), begin).alias("_since"), F.least(F.coalesce(until, end), end).alias("_until"),
    ).filter("_since < _until")  # fmt: skip
    in_time = Window.partitionBy("_node").orderBy("_since")
    before = up.select(
        "_node",
        F.coalesce(F.lag("_until").over(in_time), begin).alias("_free_since"),
        F.col("_since").alias("_free_until"),
    )
    after = up.groupBy("_node").agg(F.max("_until").alias("_free_since")).withColumn("_free_until", end)
    always = (
        up.select(F.col("_top").alias("_node"))
        .distinct()
        .join(up.select("_node"), on="_node", how="left_anti")
        .select("_node", begin.alias("_free_since"), end.alias("_free_until"))
    )
    free = before.unionByName(after).unionByName(always).filter("_free_since < _free_until")
    itself = free.select("_node", F.col("_node").alias("_top"), *_free(), F.lit(True).alias("_arrived"))
    return up.withColumn("_arrived", F.lit(False)).unionByName(itself).withColumn("_least", F.col("_node"))


def _free() -> list[Column]:
    return [F.col("_free_since").alias("_since"), F.col("_free_until").alias("_until")]


def _followed(waiting: DataFrame, pointers: DataFrame, *, least: bool) -> DataFrame:
    """`waiting` with the pointers that begin where theirs end, in the days of both; with `least` the least that both
    pass, else what the second alone passes: once around the ring, where pointers are as long as one."""
    onwards = pointers.select(
        F.col("_node").alias("_top"), F.col("_top").alias("_next"), F.col("_least").alias("_next_least"),
        F.col("_since").alias("_next_since"), F.col("_until").alias("_next_until"),
        F.col("_arrived").alias("_next_arrived"),
    )  # fmt: skip
    # On a day everything has one pointer, so none is followed twice.
    both = waiting.join(onwards, on="_top", how="inner").select(
        "_node", F.col("_next").alias("_top"), F.greatest("_since", "_next_since").alias("_since"),
        F.least("_until", "_next_until").alias("_until"), F.col("_next_arrived").alias("_arrived"),
        (F.least("_least", "_next_least") if least else F.col("_next_least")).alias("_least"),
    )  # fmt: skip
    return both.filter("_since < _until")
