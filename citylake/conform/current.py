"""Current rows: of everything a department ever delivered, the rows that count now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from citylake.feed import Changes, Feed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# What an admitted row carries besides its feed's columns, in the types of a declaration.
TECHNICAL = {
    "_delivery_id": "string", "_source_row": "integer", "_business_date": "date", "_known_at": "timestamp",
}  # fmt: skip
_ARRIVAL = ("_known_at", "_delivery_id", "_source_row")


def current_rows(rows: DataFrame, feed: Feed, counting: list[dict]) -> DataFrame:
    """The rows of a feed that count now, by what it `delivers`:

    - additions: the latest row per key
    - period: the rows of the latest delivery per sender and day, so that a correction without a row
      for a key, or without any row, removes what was there
    - everything: the rows of the latest delivery
    - changes: per key the latest operation, unless it deletes

    `rows` are admitted rows of whole days; `counting` is ledger.current_deliveries (delivery_id,
    partition) for period and everything. In a feed with partitions the key is looked at within its
    day, so that what counts on one day never depends on whether another day was read.
    """
    key = (*feed.key, "_business_date") if feed.partition else feed.key
    if feed.mode == "additions":
        return _latest(rows, key)
    if isinstance(feed.delivers, Changes):
        latest = _latest(rows, key)
        return latest.filter(~latest[feed.delivers.changes].eqNullSafe(feed.delivers.delete))
    if feed.mode == "everything":
        return rows.filter(rows["_delivery_id"].isin([item["delivery_id"] for item in counting]))
    return _of_counting_deliveries(rows, counting)


def _latest(rows: DataFrame, key: tuple[str, ...]) -> DataFrame:
    from spark_jobs import patterns

    return patterns.latest(rows, by=key, order=_ARRIVAL)


def _of_counting_deliveries(rows: DataFrame, counting: list[dict]) -> DataFrame:
    from datetime import date

    from pyspark.sql import functions as F

    pairs = rows.sparkSession.createDataFrame(
        [(item["delivery_id"], date.fromisoformat(item["partition"])) for item in counting],
        "_delivery_id string, _business_date date",
    )
    # One row per sender and day: small whatever the rows, and unique, so nothing multiplies.
    return rows.join(F.broadcast(pairs), on=["_delivery_id", "_business_date"], how="left_semi")
