"""The verb: make what is stale of a conformed table, newest first, batch after batch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from citylake import ledger
from citylake.conform import batch, output
from citylake.conform.session import RowsFailed, in_session, translated
from citylake.conform.staging import stage
from citylake.conform.work import ROLE, Work, declare_tables, next_work, only_writer
from citylake.errors import DataFailed
from citylake.ledger import partitions, readmissions
from citylake.table import Table, find_table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from citylake.conform.frame import DayCount

_MOST_TRIES = 3


@dataclass
class Run:
    """A run of the verb on one table, and what it did so far."""

    table: Table
    run_id: str
    partitions: int = 0
    rows: int = 0
    unchanged: int = 0
    batches: int = 0
    blocked: dict[str, str] = field(default_factory=dict)  # partition -> reason
    tries: Counter = field(default_factory=Counter)  # of (partition, fingerprint)


def conform(table_id: str, request: str | None = None) -> dict:
    """Make the stale partitions of a table until none is stale. Safe to repeat and to kill at any instant.

    Returns table_id, partitions (made), rows (in them), unchanged (reference tables whose content was
    there already). Nothing stale: all 0, and no Spark session is opened.
    With the id of a staged request, makes the requested partitions on the branch `request_<id>` of the
    table instead, records nothing as made, and returns branch and snapshot_id too.
    Raises: DataFailed where partitions could not be made (they are blocked until their inputs change or
    somebody asks), WrongUse where job and declaration disagree, ServerUnavailable.
    """
    table = find_table(table_id)
    declare_tables()
    with only_writer(table.table_id):
        if request:
            return stage(table, request)
        done = Run(table, "")
        if next_work(table):
            with ledger.run(ROLE, "conform", table.table_id) as run:
                done = Run(table, run.run_id)
                in_session(lambda spark: _until_nothing_is_stale(spark, done))
                run.rows = done.rows
                run.message = f"{done.partitions} partitions made, {done.unchanged} unchanged"
                _fail_for_blocked(done)
    return {
        "table_id": table.table_id, "partitions": done.partitions, "rows": done.rows,
        "unchanged": done.unchanged,
    }  # fmt: skip


def _until_nothing_is_stale(spark: SparkSession, run: Run) -> None:
    # Asked anew each time: what arrived meanwhile comes first, and after a lost session nothing comes twice.
    while work := next_work(run.table):
        _refuse_endless(run, work)
        _make(spark, run, work)


def _make(spark: SparkSession, run: Run, work: Work) -> None:
    """Make one batch; where a row of it fails, halve it until the failing partition is alone: block that."""
    try:
        with translated():
            if (
                run.table.is_current_rows
                and batch.is_there(spark, run.table, work)
                and _considered(run, work)
            ):
                return
            snapshot, counts = _write(spark, run, work)
    except RowsFailed as error:
        if len(work.items) == 1:
            _block(run, work, {work.items[0].partition: f"a row cannot be computed: {error}"})
            return
        middle = len(work.items) // 2
        for items in (work.items[:middle], work.items[middle:]):
            _make(spark, run, work.only(items))
        return
    except output.MovedMeanwhile:
        return  # nothing was published; it is still stale and comes again
    repeated = {
        partition: f"{count.repeated} of {count.rows} rows repeat a key ({', '.join(run.table.key)})"
        for partition, count in counts.items()
        if count.repeated
    }
    if repeated:
        # Not published. The others of the batch are still stale and come again without these.
        _block(run, work, repeated)
    else:
        _made(run, work, snapshot, counts)


def _write(spark: SparkSession, run: Run, work: Work) -> tuple[int, dict[str, DayCount]]:
    """Write a batch to its branch and, if every key is there once, make the branch the table's state."""
    found = output.open_table(run.table)
    base = found.current_snapshot().snapshot_id
    run.batches += 1
    branch = output.run_branch(run.run_id, run.batches)
    output.begin_branch(found, branch, base)
    snapshot, counts = batch.write(spark, run.table, work, found, branch, run.run_id)
    with ledger.connect(ROLE) as connection:
        if readmissions.is_under_way(connection, run.table.table_id, work.read_at):
            raise output.MovedMeanwhile("an input is being admitted again: what was read may be half of it")
    if not any(count.repeated for count in counts.values()):
        output.publish_branch(found, branch, base)
    return snapshot, counts


def _made(run: Run, work: Work, snapshot: int, counts: dict[str, DayCount]) -> None:
    with ledger.connect(ROLE) as connection:
        for item in work.items:
            rows = counts[item.partition].rows if item.partition in counts else 0
            partitions.record_made(
                connection, item, work.inputs[item.partition], run.run_id, row_count=rows,
                snapshot_id=snapshot, read_at=work.read_at,
            )  # fmt: skip
    run.rows += sum(count.rows for count in counts.values())
    run.partitions += len(work.items)


def _considered(run: Run, work: Work) -> bool:
    """Record that nothing changed; False where the ledger never heard of it: a killed run left it there."""
    (item,) = work.items
    with ledger.connect(ROLE) as connection:
        known = partitions.record_considered(
            connection, item, work.inputs[item.partition], read_at=work.read_at
        )
    run.unchanged += known
    return known


def _block(run: Run, work: Work, reasons: dict[str, str]) -> None:
    with ledger.connect(ROLE) as connection:
        for item in work.items:
            if item.partition in reasons:
                partitions.block(
                    connection, [item], reasons[item.partition], run.run_id, read_at=work.read_at
                )
    run.blocked |= reasons


def _refuse_endless(run: Run, work: Work) -> None:
    """A partition that is stale again and again from the same inputs would keep this run busy for ever."""
    run.tries.update((item.partition, item.fingerprint) for item in work.items)
    often = sorted(partition for (partition, _), tries in run.tries.items() if tries > _MOST_TRIES)
    if often:
        raise DataFailed(
            f"{len(often)} partitions are stale again as soon as they are made", where=run.table.table_id,
            found=", ".join(often[:5]), next_step="Is something else writing to the table?",
        )  # fmt: skip


def _fail_for_blocked(run: Run) -> None:
    if not run.blocked:
        return
    lines = [f"{partition}: {reason}" for partition, reason in sorted(run.blocked.items())]
    raise DataFailed(
        f"{len(lines)} partitions could not be made; {run.partitions} others were",
        where=run.table.table_id,
        found="; ".join(lines[:5]) + ("; …" if len(lines) > 5 else ""),
        expected=f"rows that can be computed, one per key ({', '.join(run.table.key)})",
        next_step="Not tried again until an input changes, or somebody asks with `citylake backfill`.",
    )
