"""Inputs of a conformed table as DataFrames: pinned, cut to their windows, current rows only."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from citylake import lake
from citylake.calendar import working_day_numbers
from citylake.conform.current import TECHNICAL, current_rows
from citylake.conform.days import Range, within
from citylake.conform.work import ROLE, Work, windows
from citylake.feed import load_feeds
from citylake.table import Table, load_tables

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SPARK_TYPES = {
    "string": "string", "integer": "bigint", "double": "double", "boolean": "boolean", "date": "date",
    "timestamp": "timestamp",
}  # fmt: skip


@dataclass(frozen=True)
class Pin:
    """A snapshot of an input's table, and how many rows the whole table has in it."""

    snapshot_id: int
    row_count: int


def pin(table: Table) -> dict[str, Pin | None]:
    """The snapshot of each input's table now, by the input's name; None where there are no rows yet.

    Call it after reading the versions: every version recorded by then is in these snapshots.
    """
    return {name: _pinned(item.table) for name, item in table.inputs.items()}


def _pinned(table_id: str) -> Pin | None:
    table = lake.iceberg_table(ROLE, table_id)
    snapshot = None if table is None else table.current_snapshot()
    if snapshot is None:
        return None
    # PyIceberg and Spark both write the total; who does not may have written any number of rows.
    told = snapshot.summary.get("total-records") if snapshot.summary else None
    return Pin(snapshot.snapshot_id, int(told) if told else sys.maxsize)


def load(spark: SparkSession, table: Table, work: Work, pins: dict[str, Pin | None]) -> dict[str, DataFrame]:
    """The inputs by name. Those from feeds hold current rows, with the columns of `current.TECHNICAL`."""
    frames = {}
    for name, item in table.inputs.items():
        feed = load_feeds().get(item.table.removeprefix("admitted."))
        pinned = pins[name]
        snapshot = pinned.snapshot_id if pinned else None
        rows = read(spark, item.table, snapshot, columns_of(item.table), windows(item, table, work.days))
        frames[name] = current_rows(rows, feed, work.counting.get(name, [])) if feed else rows
    if table.reads_calendar:
        frames["calendar"] = calendar(spark, work.days)
    return frames


def calendar(spark: SparkSession, days: Sequence[date]) -> DataFrame:
    """calendar_date and working_day_number (`working_day_numbers`) of each day from 1970 to the last of `days`.

    From long before the days that are made: what is decided on one of them may have begun years ago.
    """
    import pyarrow as pa

    dates, numbers = working_day_numbers(max(days))
    return spark.createDataFrame(
        pa.table(
            {
                "calendar_date": pa.array(dates, pa.date32()),
                "working_day_number": pa.array(numbers, pa.int64()),
            }
        )
    )


def columns_of(table_id: str) -> dict[str, str]:
    """Column name -> declared type of an input table: a feed's admitted rows or a conformed table."""
    feed = load_feeds().get(table_id.removeprefix("admitted."))
    if feed is None:
        return {column.name: column.type for column in load_tables()[table_id].columns}
    return feed.admitted_columns | TECHNICAL


def read(
    spark: SparkSession,
    table_id: str,
    snapshot: int | None,
    columns: dict[str, str],
    spans: list[Range] | None,
) -> DataFrame:
    """The declared columns of a table at a snapshot, of the days in `spans` or of all.

    A column that the table does not have yet is null, and a table without rows is an empty frame:
    a feed may be declared before its first delivery.
    """
    from pyspark.sql import functions as F

    if snapshot is None:
        schema = ", ".join(f"`{name}` {SPARK_TYPES[kind]}" for name, kind in columns.items())
        return spark.createDataFrame([], schema)
    rows = spark.read.option("versionAsOf", snapshot).table(spark_name(table_id))
    if spans is not None:
        rows = rows.filter(within("_business_date", spans))
    present = set(rows.columns)
    return rows.select(
        *[
            F.col(name) if name in present else F.lit(None).cast(SPARK_TYPES[kind]).alias(name)
            for name, kind in columns.items()
        ]
    )


def spark_name(table_id: str, branch: str | None = None) -> str:
    """A table, or a branch of it, as Spark's catalogue names it."""
    parts = [lake.CATALOG, *lake.identifier(table_id), *([f"branch_{branch}"] if branch else [])]
    return ".".join(f"`{part}`" for part in parts)
