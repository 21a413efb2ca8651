"""Retention: rows and bytes that are past it are deleted everywhere in the lake, and a certificate says so.

A feed is kept as long as its file says, or its department's; a conformed table as long as its declaration says, or the input
that is kept least. Days count by the lake's clock. What is published stays: it tells of nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from citylake import lake, ledger
from citylake.admit import forgetting
from citylake.clock import new_id
from citylake.conform.work import only_writer
from citylake.errors import DataFailed
from citylake.feed import Feed, load_feeds
from citylake.ledger import retention
from citylake.ledger.retention import Certificate
from citylake.table import Table, load_tables

ROLE = "retain"


@dataclass(frozen=True)
class Kept:
    """How long a table is kept, and what of it is past that now.

    `kept_from` is the first day that is kept. `rows_past` are rows of earlier days and of deliveries that are past, those in
    quarantine included; `deliveries_past` have bytes in landing still.
    """

    table_id: str
    kept_for: timedelta
    kept_from: date
    clock_at: datetime
    rows_past: int
    deliveries_past: tuple[str, ...] = ()
    landing_past: tuple[str, ...] = ()

    @property
    def is_past(self) -> bool:
        """Whether something is to be deleted."""
        return bool(self.rows_past or self.deliveries_past)


def kept_for(table: Table) -> timedelta | None:
    """How long rows of a conformed table are kept; None where it is made of lists only, whose state now it shows."""
    if table.retention is not None or not table.partitioned:
        return table.retention
    feeds = {feed.admitted: feed.kept_for for feed in load_feeds().values()}
    tables = load_tables()
    found = [
        feeds[item.table] if item.table in feeds else kept_for(tables[item.table])
        for item in table.inputs.values()
        if not item.as_of
    ]
    return min((each for each in found if each is not None), default=None)


def look() -> list[Kept]:
    """Every table with what is past retention of it now, feeds first. Changes nothing."""
    with ledger.connect(ROLE) as connection:
        return [*(_of_feed(connection, feed) for feed in load_feeds().values()), *_of_tables(connection)]


def enforce(
    *, begin: Callable[[int], None] = lambda _: None, advance: Callable[[], None] = lambda: None
) -> dict:
    """Delete what is past retention; returns certificates (how many), rows and objects (deleted), sealed (partitions).

    First all that reads those days is sealed, then rows go, with snapshots and files that held them, then bytes. Safe to
    repeat and to kill at any instant: what is left is found again. `begin` is told how many tables there are, `advance` is
    called after each. Raises: DataFailed where something is left that should be gone.
    """
    found = look()
    begin(len(found))
    issued: list[Certificate] = []
    with ledger.connect(ROLE) as connection:
        unfinished = retention.unfinished(connection)
        sealed = retention.keep_from(connection, {kept.table_id: kept.kept_from for kept in found})
    for kept in found:
        if kept.is_past or kept.table_id in unfinished:
            issued.append(_delete(kept))
        advance()
    return {
        "certificates": len(issued), "rows": sum(each.rows_deleted for each in issued),
        "objects": sum(each.objects_deleted for each in issued), "sealed": sealed,
    }  # fmt: skip


def _of_feed(connection, feed: Feed) -> Kept:
    now, today = retention.clock_at(connection, feed.day_zone)
    day = today - feed.kept_for
    past = retention.past_deliveries(connection, feed.feed_id, day)
    kept = Kept(
        feed.admitted, feed.kept_for, day, now, 0, tuple(row["delivery_id"] for row in past),
        tuple(row["landing_uri"] for row in past),
    )  # fmt: skip
    return _with_rows(kept)


def _of_tables(connection) -> list[Kept]:
    now, today = retention.clock_at(connection)
    lasting = {name: kept_for(table) for name, table in load_tables().items()}
    return [
        _with_rows(Kept(table_id, period, today - period, now, 0))
        for table_id, period in lasting.items()
        if period is not None
    ]


def _with_rows(kept: Kept) -> Kept:
    rows = sum(_count(table_id, rows) for table_id, rows in _rows(kept).items())
    return replace(kept, rows_past=rows)


def _rows(kept: Kept) -> dict[str, str]:
    """The tables of which rows go, and which rows: of quarantine by delivery, since a refused row's day may not be known."""
    of_days = f"_business_date < '{kept.kept_from}'"
    if not kept.deliveries_past:  # as of all conformed tables
        return {kept.table_id: of_days}
    of_deliveries = "_delivery_id in (" + ", ".join(f"'{each}'" for each in kept.deliveries_past) + ")"
    quarantine = kept.table_id.replace("admitted.", "quarantine.", 1)
    return {quarantine: of_deliveries, kept.table_id: f"{of_days} or {of_deliveries}"}


def _is_feed(kept: Kept) -> bool:
    return kept.table_id.startswith("admitted.")


def _count(table_id: str, rows: str) -> int:
    """How many rows of a table there are that should be gone; files of other days are not opened."""
    table = lake.iceberg_table(ROLE, table_id)
    if table is None:
        return 0
    return table.scan(row_filter=rows, selected_fields=("_business_date",)).count()


def _delete(kept: Kept) -> Certificate:
    """Delete what is past of one table, look that it is gone, and certify it."""
    with ledger.run(ROLE, "retain", kept.table_id) as run:
        before = _objects(kept)
        with _alone(kept):
            _delete_rows(kept)
            _delete_bytes(kept, run.run_id)
        after = _objects(kept)
        _refuse_left(kept, after)
        run.rows = kept.rows_past
        certificate = Certificate(
            certificate_id=new_id(), run_id=run.run_id, table_id=kept.table_id, kept_for=kept.kept_for,
            kept_from=kept.kept_from, clock_at=kept.clock_at, deliveries=len(kept.deliveries_past),
            rows_deleted=kept.rows_past, objects_deleted=len(before - after), objects_left=len(after),
            listing_sha256=hashlib.sha256("\n".join(sorted(after)).encode()).hexdigest(),
        )  # fmt: skip
        with ledger.connect(ROLE) as connection:
            retention.issue(connection, certificate)
    return certificate


def _alone(kept: Kept) -> AbstractContextManager:
    """The lock that admission, or the table's conform job, holds to write."""
    if _is_feed(kept):
        return forgetting.writing(ROLE, kept.table_id.removeprefix("admitted."), alone=True)
    return only_writer(kept.table_id, ROLE)


def _delete_rows(kept: Kept) -> None:
    for table_id, rows in _rows(kept).items():
        table = lake.iceberg_table(ROLE, table_id)
        if table is None:
            continue
        table.delete(rows)
        forgetting.forget_all_but_main(ROLE, table_id)


def _delete_bytes(kept: Kept, run_id: str) -> None:
    for uri in kept.landing_past:
        bucket, key = lake.split_uri(uri)
        lake.s3(ROLE).delete_object(Bucket=bucket, Key=key)
    with ledger.connect(ROLE) as connection:
        retention.expire(connection, list(kept.deliveries_past), run_id)


def _objects(kept: Kept) -> set[str]:
    """Addresses of all objects of a table, of its quarantine, and of its feed in landing."""
    folders = [lake.table_location(table_id) + "/" for table_id in _rows(kept)]
    if _is_feed(kept):
        folders.append(lake.landing_folder(kept.table_id.removeprefix("admitted.")))
    return {
        lake.object_uri(bucket, item["Key"])
        for bucket, prefix in map(lake.split_uri, folders)
        for item in lake.list_objects(ROLE, bucket, prefix)
    }


def _refuse_left(kept: Kept, listed: set[str]) -> None:
    rows = sum(_count(table_id, rows) for table_id, rows in _rows(kept).items())
    left = listed.intersection(kept.landing_past)
    if rows or left:
        raise DataFailed(
            "what is past retention is not gone", where=kept.table_id,
            found=f"{rows} rows of days before {kept.kept_from}, {len(left)} objects in landing", expected="none",
            next_step="Something wrote to the table meanwhile: `citylake privacy retention --enforce` tries again.",
        )  # fmt: skip
