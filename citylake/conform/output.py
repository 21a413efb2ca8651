"""The Iceberg table that is made: written on a branch, looked at, then made the table's state at once.

Spark writes to a branch of its own and never to `main`. Only the process that holds the table's lock
moves `main` there, in one commit that fails if `main` is not where the branch began. So a write that
goes on in the server after its client was killed lands where nobody reads.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from citylake import lake
from citylake.conform.days import ranges, within
from citylake.conform.inputs import spark_name
from citylake.conform.work import ROLE
from citylake.errors import WrongUse
from citylake.table import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_RUN = "run_"
_PROPERTIES = {
    "format-version": "2",
    "commit.retry.num-retries": "10",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
}


class MovedMeanwhile(Exception):
    """Something else committed to the table since the branch began; the work is to be done again."""


def open_table(table: Table):
    """The table as PyIceberg knows it, made or given its new columns where needed, with a snapshot.

    Columns are only ever added: a column that the declaration no longer has stays, null in new rows.
    Raises: WrongUse where a declared column has another type in the table.
    """
    return _retrying()(lambda: _opened(table))


def _opened(table: Table):
    found = find_table(table)
    found = found if found is not None else _create(table)
    known = {field.name: field.field_type for field in found.schema().fields}
    _refuse_changed_types(table, known)
    missing = [column for column in table.columns if column.name not in known]
    if missing:
        with found.update_schema() as update:
            for column in missing:
                update.add_column(column.name, _types()[column.type], doc=column.description)
    if found.current_snapshot() is None:
        # An empty first snapshot: branches need one to begin at.
        found.append(found.schema().as_arrow().empty_table())
    return found


def has_all_columns(table: Table, found) -> bool:
    """Whether a table holds exactly the declared columns, so that its rows can be compared."""
    return set(found.schema().column_names) == {column.name for column in table.columns}


def _refuse_changed_types(table: Table, known: dict) -> None:
    changed = [
        f"'{column.name}' is {known[column.name]} in the table and {column.type} in the declaration"
        for column in table.columns
        if column.name in known and known[column.name] != _types()[column.type]
    ]
    if changed:
        raise WrongUse(
            "the type of a column changed: " + ", ".join(changed), where=table.table_id,
            next_step="Give the column a new name: rows made before keep the old one.",
        )  # fmt: skip


def begin_branch(found, name: str, base: int) -> None:
    """Make a branch at the snapshot `base`; branches that killed runs left behind are removed."""

    def begin() -> None:
        found.refresh()
        with found.manage_snapshots() as change:
            for branch in found.refs():
                if branch.startswith(_RUN):
                    change.remove_branch(branch)
            change.create_branch(base, name)

    # The write of a killed client may still commit to its own branch, once: that is no reason to fail.
    _retrying()(begin)


def run_branch(run_id: str, number: int) -> str:
    """The branch of the nth batch of a run."""
    return f"{_RUN}{run_id.lower()}_{number}"


def overwrite(made: DataFrame, table: Table, found, days: list[date], branch: str, run_id: str) -> None:
    """Replace exactly the given days (or the whole table) on a branch; an empty frame empties them."""
    from pyspark.sql import functions as F

    everything = F.lit(True)
    no_longer_declared = set(found.schema().column_names) - set(made.columns)
    (
        made.select("*", *[F.lit(None).alias(name) for name in sorted(no_longer_declared)])
        .writeTo(spark_name(table.table_id, branch))
        .option("snapshot-property.citylake.run-id", run_id)
        .overwrite(within("_business_date", ranges(days)) if table.partitioned else everything)
    )


def publish_branch(found, branch: str, base: int) -> int:
    """Make the branch's state the table's in one commit, and drop the branch; returns the snapshot.

    Raises: MovedMeanwhile where the table is no longer at `base`, the snapshot the branch began at.
    """
    from pyiceberg.exceptions import CommitFailedException

    found.refresh()
    snapshot = branch_snapshot(found, branch)
    if snapshot is None or found.current_snapshot().snapshot_id != base:
        raise MovedMeanwhile(f"{branch}: main is at {found.current_snapshot().snapshot_id}, not at {base}")
    try:
        with found.manage_snapshots() as change:
            change.set_current_snapshot(snapshot_id=snapshot).remove_branch(branch)
    except CommitFailedException as error:
        raise MovedMeanwhile(str(error)) from error
    return snapshot


def branch_snapshot(found, branch: str) -> int | None:
    """The snapshot a branch is at, None where there is no such branch."""
    ref = found.refs().get(branch)
    return ref.snapshot_id if ref else None


def drop_branch(found, branch: str) -> None:
    """Remove a branch where it exists; its rows go with the next clean-up of snapshots."""

    def drop() -> None:
        found.refresh()
        if branch in found.refs():
            with found.manage_snapshots() as change:
                change.remove_branch(branch)

    _retrying()(drop)


def _retrying():
    """Again, from what the table is by then, where somebody else's commit came first."""
    from pyiceberg.exceptions import CommitFailedException
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

    return Retrying(
        retry=retry_if_exception_type(CommitFailedException), stop=stop_after_attempt(10),
        wait=wait_random(0, 0.2), reraise=True,
    )  # fmt: skip


def find_table(table: Table):
    """The table, or None where it was never made."""
    return lake.iceberg_table(ROLE, table.table_id)


def _create(table: Table):
    from pyiceberg.exceptions import TableAlreadyExistsError
    from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionField, PartitionSpec
    from pyiceberg.schema import Schema
    from pyiceberg.transforms import IdentityTransform
    from pyiceberg.types import NestedField

    catalog, identifier = lake.catalog(ROLE), lake.identifier(table.table_id)
    for depth in (1, 2):
        catalog.create_namespace_if_not_exists(identifier[:depth])
    fields = [
        NestedField(n, column.name, _types()[column.type], required=False, doc=column.description)
        for n, column in enumerate(table.columns, start=1)
    ]
    spec = UNPARTITIONED_PARTITION_SPEC
    if table.partitioned:
        source = next(field.field_id for field in fields if field.name == "_business_date")
        spec = PartitionSpec(PartitionField(source, 1000, IdentityTransform(), "_business_date"))
    try:
        return catalog.create_table(
            identifier, Schema(*fields), lake.table_location(table.table_id), spec, properties=_PROPERTIES
        )
    except TableAlreadyExistsError:
        return catalog.load_table(identifier)


def _types() -> dict:
    from pyiceberg import types

    return {
        "string": types.StringType(), "integer": types.LongType(), "double": types.DoubleType(),
        "boolean": types.BooleanType(), "date": types.DateType(), "timestamp": types.TimestamptzType(),
    }  # fmt: skip
