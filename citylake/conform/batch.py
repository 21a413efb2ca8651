"""One batch: partitions of a table made from pinned inputs and written to a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from citylake.conform import frame, output
from citylake.conform.days import ranges
from citylake.conform.inputs import columns_of, load, pin, read
from citylake.conform.session import plan_for
from citylake.conform.work import Work
from citylake.table import Table, job_module

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def write(
    spark: SparkSession, table: Table, work: Work, found, branch: str, run_id: str
) -> tuple[int, dict[str, frame.DayCount]]:
    """Make the work's partitions on a branch; returns its snapshot, rows and repeated keys by partition."""
    output.overwrite(made(spark, table, work), table, found, work.days, branch, run_id)
    found.refresh()
    snapshot = output.branch_snapshot(found, branch)
    assert snapshot is not None  # begin_branch made it, and only the table's lock holder removes it
    spans = ranges(work.days) if table.partitioned else None
    written = read(spark, table.table_id, snapshot, columns_of(table.table_id), spans)
    return snapshot, frame.count_by_day(written, table)


def made(spark: SparkSession, table: Table, work: Work) -> DataFrame:
    """What the table's job makes of its inputs, in the declared columns, of the work's days only.

    The inputs are pinned here: after the versions were read, so they hold at least those versions.
    """
    pins = pin(table)
    plan_for(spark, sum(each.row_count for each in pins.values() if each))
    inputs = load(spark, table, work, pins)
    if table.is_current_rows:
        return inputs["rows"].select(*[column.name for column in table.columns])
    return frame.shaped(job_module(table).conform(inputs, work.days), table, work.days)


def is_there(spark: SparkSession, table: Table, work: Work) -> bool:
    """Whether a reference table holds the rows already: a list sent every month mostly says the same."""
    found = output.find_table(table)
    snapshot = found.current_snapshot() if found is not None else None
    if snapshot is None or not output.has_all_columns(table, found):
        return False
    there = read(spark, table.table_id, snapshot.snapshot_id, columns_of(table.table_id), None)
    return frame.is_same(made(spark, table, work), there)
