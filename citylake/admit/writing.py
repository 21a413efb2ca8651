"""Admitted and quarantined rows into Iceberg: per table one transaction that replaces the delivery's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from citylake import lake
from citylake.feed import Feed

_TECHNICAL = {
    "_delivery_id": "string", "_source_row": "integer", "_business_date": "date", "_known_at": "timestamp",
    "_landed_at": "timestamp", "_extra": "string",
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """A table and what it must look like: column name -> type, and whether files are apart by month.

    `leaving` gives the deliveries about to be admitted again, when asked: where a column's type changes, their rows could
    not be read any more, so they leave the table in the same commit.
    """

    table_id: str
    columns: dict[str, str]
    by_month: bool
    leaving: Callable[[], Iterable[str]] = tuple


def admitted_schema(feed: Feed) -> dict[str, str]:
    """Column name -> type of a feed's admitted rows."""
    return feed.admitted_columns | _TECHNICAL


def quarantine_schema() -> dict[str, str]:
    """Column name -> type of every feed's quarantined rows."""
    kept = {name: kind for name, kind in _TECHNICAL.items() if name != "_extra"}
    return kept | {"rules": "list", "record": "string"}


def replace_rows(
    role: str, target: Target, delivery_id: str, run_id: str, files: list[Path], *, was_tried: bool
) -> int | None:
    """Make the rows of a delivery in a table be those of `files`; returns the snapshot, None without one.

    Uploads first, then one commit that deletes the delivery's rows and adds the files. Repeating
    replaces; a kill before the commit leaves orphan files, which maintenance removes. To delete is to read every
    manifest of the table; it is left out unless another attempt at this delivery ever began (`was_tried`). Nobody else
    may write this delivery's rows meanwhile: what is only added is committed whatever came between.
    """
    from pyiceberg.exceptions import CommitFailedException, ValidationException
    from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

    uploaded = _upload(role, target.table_id, delivery_id, run_id, files)
    table = _table(role, target.table_id, target.columns, target.by_month, create=bool(files))
    if table is None:
        return None

    @retry(
        # Not valid: somebody admitted this very delivery meanwhile. Then those rows are replaced.
        retry=retry_if_exception_type((CommitFailedException, ValidationException)), stop=stop_after_attempt(10),
        wait=wait_random_exponential(0.05, 2), reraise=True,
    )  # fmt: skip
    def commit() -> int | None:
        table.refresh()
        _replace(table, target, delivery_id, run_id, uploaded, was_tried=was_tried)
        return _snapshot(table)

    return commit() if was_tried or uploaded else _snapshot(table)


def _snapshot(table) -> int | None:
    snapshot = table.current_snapshot()
    return snapshot.snapshot_id if snapshot else None


def _upload(role: str, table_id: str, delivery_id: str, run_id: str, files: list[Path]) -> list[str]:
    prefix = lake.attempt_prefix(table_id, delivery_id, run_id)
    addresses = []
    for number, path in enumerate(files):
        address = f"{prefix}/{number:05d}.parquet"
        bucket, key = lake.split_uri(address)
        lake.s3(role).upload_file(str(path), bucket, key)
        addresses.append(address)
    return addresses


def _replace(
    table, target: Target, delivery_id: str, run_id: str, uploaded: list[str], *, was_tried: bool
) -> None:
    import warnings

    properties = {"citylake.delivery-id": delivery_id, "citylake.run-id": run_id}
    retyped = _retyped(table, target.columns)
    with table.transaction() as transaction, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Delete operation did not match any records")
        if table.current_snapshot() is not None and (was_tried or retyped):
            leaving = target.leaving() if retyped else ()
            going = ", ".join(f"'{each}'" for each in sorted({delivery_id, *leaving}))
            # Before the columns change: what is rewritten is read as it was written.
            transaction.delete(f"_delivery_id in ({going})", snapshot_properties=properties)
        _reshape(transaction, table.schema().column_names, target.columns, retyped)
        if uploaded:
            transaction.add_files(uploaded, snapshot_properties=properties, check_duplicate_files=False)


def _retyped(table, columns: dict[str, str]) -> set[str]:
    """The columns whose type is another than in files the table may hold.

    Files carry no field ids and are read by the names of columns, so a column that went and comes back with another
    type counts too.
    """
    now = {field.name: field.field_type for field in table.schema().fields}
    return {
        field.name
        for schema in table.schemas().values()
        for field in schema.fields
        if (kind := columns.get(field.name)) not in (None, "list")
        and field.field_type != _types()[kind]
        and now.get(field.name) != _types()[kind]
    }


def _reshape(transaction, known: list[str], columns: dict[str, str], retyped: set[str]) -> None:
    """Give the table exactly these columns. One of another type is another column: Iceberg promotes none of ours."""
    going = [name for name in known if "." not in name and (name not in columns or name in retyped)]
    coming = [name for name in columns if name not in known or name in retyped]
    if going or coming:
        with transaction.update_schema(allow_incompatible_changes=True) as update:
            for name in going:
                update.delete_column(name)
            for name in coming:
                update.add_column(name, _types()[columns[name]])


def _types() -> dict:
    from pyiceberg import types

    return {
        "string": types.StringType(), "integer": types.LongType(), "double": types.DoubleType(),
        "boolean": types.BooleanType(), "date": types.DateType(), "timestamp": types.TimestamptzType(),
        "list": types.ListType(element_id=1000, element=types.StringType(), element_required=False),
    }  # fmt: skip


def _table(role: str, table_id: str, columns: dict[str, str], by_month: bool, *, create: bool):
    from pyiceberg.exceptions import NamespaceAlreadyExistsError, TableAlreadyExistsError
    from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC, PartitionField, PartitionSpec
    from pyiceberg.schema import Schema
    from pyiceberg.transforms import MonthTransform
    from pyiceberg.types import NestedField

    found = lake.iceberg_table(role, table_id)
    if found is not None or not create:
        return found
    identifier, catalog = lake.identifier(table_id), lake.catalog(role)
    for depth in (1, 2):
        try:
            catalog.create_namespace(identifier[:depth])
        except NamespaceAlreadyExistsError:
            continue
    fields = [NestedField(n, name, _types()[kind], required=False)
              for n, (name, kind) in enumerate(columns.items(), start=1)]  # fmt: skip
    spec = UNPARTITIONED_PARTITION_SPEC
    if by_month:
        source = next(field.field_id for field in fields if field.name == "_business_date")
        spec = PartitionSpec(PartitionField(source, 1000, MonthTransform(), "_business_month"))
    try:
        return catalog.create_table(
            identifier, Schema(*fields), lake.table_location(table_id), spec,
            properties={
                "format-version": "2",
                "commit.retry.num-retries": "10",
                # Ids are longer than the 16 characters that column bounds keep by default; full bounds let
                # a delete by delivery drop whole files instead of reading them.
                "write.metadata.metrics.column._delivery_id": "full",
                "write.metadata.delete-after-commit.enabled": "true",
                "write.metadata.previous-versions-max": "20",
            },
        )  # fmt: skip
    except TableAlreadyExistsError:
        return catalog.load_table(identifier)
