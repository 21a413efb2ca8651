"""What hangs together by links, however many lie between."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from spark_jobs.patterns.reuse import once


def components(links: DataFrame, *, by: Sequence[str], one: str, other: str, least: str) -> DataFrame:
    """`by`, `one` and `least` of everything that is linked to something else: the least of all that it hangs together with.

    `links` say that `one` and `other` belong together, either way round, among rows of the same `by`; what is linked to nothing
    but itself is not in the result, whoever is the least of others is, with itself. The links are of one type that has an order.

    By large and small stars in turn (Kiveris et al. 2014, Connected Components in MapReduce and Beyond): everything is linked to
    the least of those it is linked to, until each has one link, to the least of all. Each round is computed before the next
    begins; a star takes one, a chain of a thousand about ten. Joins and windows are on equality and grow with the links.
    """
    high, low = F.greatest(one, other), F.least(one, other)
    named = links.filter(F.col(one) != F.col(other)).select(*by, high.alias("_node"), low.alias("_lower"))
    stars = once(named.distinct())
    while not _unfinished(stars, by).isEmpty():
        stars = once(_small_stars(_large_stars(stars, by), by))
    whole = stars.unionByName(stars.select(*by, F.col("_lower").alias("_node"), "_lower").distinct())
    return whole.select(*by, F.col("_node").alias(one), F.col("_lower").alias(least))


def _unfinished(stars: DataFrame, by: Sequence[str]) -> DataFrame:
    """Nodes that have two links to lesser ones, or one to a lesser that has one itself."""
    links = Window.partitionBy(*by, "_node")
    both = stars.select(*by, "_node", F.lit(1).alias("_up")).unionByName(
        stars.select(*by, F.col("_lower").alias("_node"), F.lit(0).alias("_up")).distinct()
    )
    counted = both.withColumn("_links", F.count("*").over(links)).filter("_up = 1 and _links > 1")
    return counted.select("_node").limit(1)


def _large_stars(links: DataFrame, by: Sequence[str]) -> DataFrame:
    """Every greater neighbour of a node is linked to the least of its neighbours and itself."""
    around = links.unionByName(
        links.select(*by, F.col("_lower").alias("_node"), F.col("_node").alias("_lower"))
    )
    least = F.least(F.min("_lower").over(Window.partitionBy(*by, "_node")), "_node")
    return (
        around.withColumn("_least", least)
        .filter(F.col("_lower") > F.col("_node"))
        .select(*by, F.col("_lower").alias("_node"), F.col("_least").alias("_lower"))
        .distinct()
    )


def _small_stars(links: DataFrame, by: Sequence[str]) -> DataFrame:
    """A node and its lesser neighbours are linked to the least of them."""
    least = F.min("_lower").over(Window.partitionBy(*by, "_node"))
    below = links.withColumn("_least", least)
    others = below.filter(F.col("_lower") != F.col("_least")).select(
        *by, F.col("_lower").alias("_node"), F.col("_least").alias("_lower")
    )
    return others.unionByName(below.select(*by, "_node", F.col("_least").alias("_lower"))).distinct()
