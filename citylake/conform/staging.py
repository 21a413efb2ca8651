"""Staging: what a requested backfill would make, on a branch that nobody else reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from citylake import ledger
from citylake.conform import batch, output
from citylake.conform.session import RowsFailed, in_session, translated
from citylake.conform.work import MOST_PARTITIONS, ROLE, Work, next_work
from citylake.errors import DataFailed, WrongUse
from citylake.ledger.requests import find_request
from citylake.table import Table, find_table

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def branch_name(request_id: str) -> str:
    """The branch of a request."""
    return f"request_{request_id.lower()}"


def stage(table: Table, request_id: str) -> dict:
    """Make the partitions of a staged request on its branch, from the inputs as they are now.

    The branch begins at the table's present state, so it is the whole table as it would be. Doing it
    again begins anew. The ledger records nothing as made. The caller holds the table's lock.
    Returns table_id, partitions, rows, branch, snapshot_id.
    """
    with ledger.connect(ROLE) as connection:
        request = find_request(connection, request_id)
    _check(table, request_id, request)
    work = next_work(table, request)
    branch = branch_name(request_id)
    if work is None:
        return {"table_id": table.table_id, "partitions": 0, "rows": 0, "branch": branch, "snapshot_id": None}
    with ledger.run(ROLE, "stage", f"{table.table_id} {request_id}") as run:
        snapshot, run.rows = in_session(lambda spark: _make(spark, table, work, branch, run.run_id))
    return {
        "table_id": table.table_id, "partitions": len(work.items), "rows": run.rows, "branch": branch,
        "snapshot_id": snapshot,
    }  # fmt: skip


def discard(table_id: str, request_id: str) -> None:
    """Remove the branch of a request that was accepted or cancelled. Safe to repeat."""
    found = output.find_table(find_table(table_id))
    if found is not None:
        output.drop_branch(found, branch_name(request_id))


def _make(spark: SparkSession, table: Table, work: Work, branch: str, run_id: str) -> tuple[int, int]:
    found = output.open_table(table)
    rows, snapshot = 0, found.current_snapshot().snapshot_id
    output.begin_branch(found, branch, snapshot)
    for start in range(0, len(work.items), MOST_PARTITIONS):
        part = work.only(work.items[start : start + MOST_PARTITIONS])
        try:
            with translated():
                snapshot, counts = batch.write(spark, table, part, found, branch, run_id)
        except RowsFailed as error:
            raise _failed(table, f"a row cannot be computed: {error}") from error
        repeated = sorted(partition for partition, count in counts.items() if count.repeated)
        if repeated:
            raise _failed(table, f"keys ({', '.join(table.key)}) repeat in {', '.join(repeated[:5])}")
        rows += sum(count.rows for count in counts.values())
    return snapshot, rows


def _check(table: Table, request_id: str, request: dict | None) -> None:
    if request is None:
        raise WrongUse(f"there is no request '{request_id}'", next_step="`citylake backfill` makes one.")
    if request["table_id"] != table.table_id or request["status"] != "staged":
        raise WrongUse(
            f"request '{request_id}' cannot be staged for this table", where=table.table_id,
            found=f"a {request['status']} request for {request['table_id']}",
            expected="a staged request for it",
        )  # fmt: skip


def _failed(table: Table, found: str) -> DataFailed:
    return DataFailed(
        "the requested partitions cannot be made", where=table.table_id, found=found,
        next_step="The table is as it was; change the job, then stage again.",
    )  # fmt: skip
