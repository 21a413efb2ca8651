"""Forget what a feed's tables held before: after a change of what is kept of persons nothing but current rows may remain."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from citylake import lake, ledger
from citylake.ledger import readmissions


@contextlib.contextmanager
def writing(role: str, feed_id: str, delivery_id: str | None = None, *, alone: bool = False) -> Iterator[Any]:
    """Hold a feed's tables while files are uploaded and committed; with `alone` nobody else does meanwhile, with a
    delivery nobody else writes its rows. Gives the connection to the ledger that holds the lock.

    The lock is PostgreSQL's and falls with the connection, so a killed run leaves none behind.
    """
    function = "pg_advisory_lock" if alone else "pg_advisory_lock_shared"
    with ledger.connect(role, autocommit=True) as connection:
        connection.execute(f"select {function}(hashtextextended(%s, 0))", (f"write {feed_id}",))
        if delivery_id:
            connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (f"write {delivery_id}",))
        yield connection


def forget(role: str, feed_id: str) -> int:
    """Do what is asked to be forgotten of a feed, if anything and if no re-admission is left; returns objects deleted.

    Older snapshots expire, and every file goes that the current ones do not refer to: also what killed runs left.
    Bytes in landing stay. Safe to repeat and to kill at any instant.
    """
    with ledger.connect(role) as connection:
        asked = readmissions.to_forget(connection, feed_id).get(feed_id)
    if not asked:
        return 0
    with writing(role, feed_id, alone=True):
        objects = sum(forget_history(role, f"{layer}.{feed_id}") for layer in ("quarantine", "admitted"))
        with ledger.connect(role) as connection:
            readmissions.forgotten(connection, asked, objects)
    return objects


def forget_all_but_main(role: str, table_id: str) -> int:
    """As `forget_history`, where the table may have branches besides: they go first."""
    table = lake.iceberg_table(role, table_id)
    if table is None:
        return 0
    for branch in [name for name in table.refs() if name != "main"]:
        table.manage_snapshots().remove_branch(branch).commit()
    return forget_history(role, table_id)


def forget_history(role: str, table_id: str) -> int:
    """Leave of a table its current rows only; returns how many objects went. Nobody may write to it meanwhile."""
    table = lake.iceberg_table(role, table_id)
    if table is None:
        return 0
    _step_past_deletions(table)
    current = table.current_snapshot()
    old = [each.snapshot_id for each in table.snapshots() if each != current]
    if old:
        table.maintenance.expire_snapshots().by_ids(old).commit()
    return _delete_unreferred(role, table, table_id)


def _step_past_deletions(table) -> None:
    """Make an empty commit where the current snapshot lists files it deleted: with each are its least and greatest values."""
    from pyiceberg.manifest import ManifestEntryStatus

    current = table.current_snapshot()
    if current is None:
        return
    entries = (
        entry
        for manifest in current.manifests(table.io)
        for entry in manifest.fetch_manifest_entry(table.io, discard_deleted=False)
    )
    if any(entry.status == ManifestEntryStatus.DELETED for entry in entries):
        with table.transaction() as transaction, transaction.update_snapshot().fast_append():
            pass


def _delete_unreferred(role: str, table, table_id: str) -> int:
    """Delete every object of a table's folder that its current snapshot does not refer to.

    Metadata files stay: they hold names of columns and no values, and readers may have the address of one.
    """
    referred = set()
    if current := table.current_snapshot():
        referred.add(current.manifest_list)
        for manifest in current.manifests(table.io):
            referred.add(manifest.manifest_path)
            referred |= {entry.data_file.file_path for entry in manifest.fetch_manifest_entry(table.io)}
    kept = {lake.split_uri(address)[1] for address in referred}
    bucket, folder = lake.split_uri(lake.table_location(table_id))
    going = [
        item["Key"]
        for item in lake.list_objects(role, bucket, f"{folder}/")
        if item["Key"] not in kept and not item["Key"].endswith(".metadata.json")
    ]
    for start in range(0, len(going), 1000):
        batch = [{"Key": key} for key in going[start : start + 1000]]
        answer = lake.s3(role).delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        if failed := answer.get("Errors"):
            raise RuntimeError(f"{len(failed)} objects of {table_id} could not be deleted: {failed[0]}")
    return len(going)
