"""Stale partitions of outputs: which, from which inputs, and what was made of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from citylake.ledger.deliveries import bump


@dataclass(frozen=True)
class Stale:
    """An output partition that should be made again."""

    table_id: str
    partition: str
    fingerprint: str
    reason: str


def declare_table(
    connection, table_id: str, kind: str, *, partitioned: bool, inputs: list[dict], declaration: dict
) -> None:
    """Make the ledger know an output and its inputs; safe to repeat.

    `inputs` holds dictionaries with input_table, days_before, days_after, as_of, drives.
    """
    connection.execute(
        "insert into ledger.tables (table_id, kind, partitioned, declaration) values (%s, %s, %s, %s)"
        " on conflict (table_id) do update set kind = excluded.kind, partitioned = excluded.partitioned,"
        " declaration = excluded.declaration, declared_at = clock_timestamp()"
        " where ledger.tables.declaration <> excluded.declaration",
        (table_id, kind, partitioned, json.dumps(declaration, ensure_ascii=False)),
    )
    connection.execute(
        "delete from ledger.table_inputs where table_id = %s and input_table <> all(%s)",
        (table_id, [item["input_table"] for item in inputs]),
    )
    for item in inputs:
        connection.execute(
            "insert into ledger.table_inputs values (%(table_id)s, %(input_table)s, %(days_before)s,"
            " %(days_after)s, %(as_of)s, %(drives)s) on conflict (table_id, input_table) do update set"
            " days_before = excluded.days_before, days_after = excluded.days_after, as_of = excluded.as_of,"
            " drives = excluded.drives",
            {"table_id": table_id, **item},
        )


def stale(connection, table_id: str | None = None) -> list[Stale]:
    """The stale partitions of a table or of all, newest first."""
    rows = connection.execute(
        "select table_id, partition, fingerprint, reason from ledger.stale"
        " where %(table)s::text is null or table_id = %(table)s order by table_id, partition desc",
        {"table": table_id},
    )
    return [Stale(**row) for row in rows]


def requested(connection, request: dict) -> list[Stale]:
    """The partitions a request (a row of ledger.requests) asks for, stale or not, sealed ones left out."""
    rows = connection.execute(
        """
        select distinct expected_inputs.table_id, expected_inputs.partition
        from ledger.expected_inputs
        left join ledger.seals
            on seals.table_id = expected_inputs.table_id and seals.partition = expected_inputs.partition
        where
            expected_inputs.table_id = %(table_id)s and seals.table_id is null
            and (
                expected_inputs.partition = 'all'
                or expected_inputs.partition between %(partition_from)s and %(partition_to)s
            )
        order by expected_inputs.partition desc
        """,
        request,
    )
    return [Stale(**row, fingerprint="", reason=f"requested: {request['reason']}") for row in rows]


def expected_inputs(connection, table_id: str, partitions: list[str]) -> list[dict]:
    """What the partitions should be made from: partition, input_table, input_partition, input_version."""
    return connection.execute(
        "select partition, input_table, input_partition, input_version from ledger.expected_inputs"
        " where table_id = %s and partition = any(%s)",
        (table_id, partitions),
    ).fetchall()


def current_deliveries(connection, feed_id: str, first: str | None, last: str | None) -> list[dict]:
    """The deliveries that count now for `period` and `everything` feeds: delivery_id, partition.

    `first` and `last` are partitions, both included; None means no bound.
    """
    return connection.execute(
        "select delivery_id, partition from ledger.current_deliveries where feed_id = %(feed)s"
        " and (%(first)s::text is null or partition >= %(first)s)"
        " and (%(last)s::text is null or partition <= %(last)s)",
        {"feed": feed_id, "first": first, "last": last},
    ).fetchall()


def record_made(
    connection, stale_partition: Stale, inputs: list[dict], run_id: str, *,
    row_count: int | None = None, snapshot_id: int | None = None, read_at: datetime | None = None,
) -> int:  # fmt: skip
    """Record that a partition was made from `inputs` (rows of expected_inputs); returns its version.

    `read_at` is when the inputs were read: a request accepted since then is not served by this.
    Clears a block. One transaction with the caller's.
    """
    version = bump(
        connection, stale_partition.table_id, stale_partition.partition, run_id,
        fingerprint=stale_partition.fingerprint, row_count=row_count, snapshot_id=snapshot_id,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ledger.inputs_used values (%s, %s, %s, %s, %s, %s)",
            [
                (stale_partition.table_id, stale_partition.partition, version,
                 item["input_table"], item["input_partition"], item["input_version"])
                for item in inputs
            ],
        )  # fmt: skip
    if read_at:
        connection.execute(
            "update ledger.versions set changed_at = %s where table_id = %s and partition = %s",
            (read_at, stale_partition.table_id, stale_partition.partition),
        )
    _unblock(connection, stale_partition)
    return version


def record_considered(connection, stale_partition: Stale, inputs: list[dict], *, read_at: datetime) -> bool:
    """Record that the partition's content is already what `inputs` make: no new version, no longer stale.

    What reads the partition stays as it is. The version counts as made from these inputs, so that a later
    change is not blamed on deliveries that changed nothing. False, and nothing is recorded, where the
    partition has no version yet. Clears a block. One transaction with the caller's.
    """
    place = {"table": stale_partition.table_id, "partition": stale_partition.partition}
    row = connection.execute(
        "update ledger.versions set fingerprint = %(fingerprint)s, changed_at = %(read_at)s"
        " where table_id = %(table)s and partition = %(partition)s returning version",
        {**place, "fingerprint": stale_partition.fingerprint, "read_at": read_at},
    ).fetchone()
    if row is None:
        return False
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ledger.inputs_used values (%(table)s, %(partition)s, %(version)s, %(input_table)s,"
            " %(input_partition)s, %(input_version)s)"
            " on conflict (table_id, partition, version, input_table, input_partition)"
            " do update set input_version = excluded.input_version",
            [
                # `partition` is also a key of expected_inputs: the same one.
                {**item, **place, "version": row["version"]}
                for item in inputs
            ],
        )
    _unblock(connection, stale_partition)
    return True


def _unblock(connection, item: Stale) -> None:
    connection.execute(
        "delete from ledger.blocks where table_id = %s and partition = %s", (item.table_id, item.partition)
    )


def block(
    connection, partitions: list[Stale], reason: str, run_id: str, *, read_at: datetime | None = None
) -> None:
    """Do not try these partitions again until their inputs change or somebody asks after `read_at` (now)."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ledger.blocks (table_id, partition, fingerprint, reason, run_id, blocked_at)"
            " values (%s, %s, %s, %s, %s, coalesce(%s, clock_timestamp()))"
            " on conflict (table_id, partition) do update set"
            " fingerprint = excluded.fingerprint, reason = excluded.reason, run_id = excluded.run_id,"
            " blocked_at = excluded.blocked_at",
            [
                (item.table_id, item.partition, item.fingerprint, reason, run_id, read_at)
                for item in partitions
            ],
        )


def causes(connection, table_id: str, partition: str, version: int) -> set[str]:
    """The deliveries that made `version` of a partition differ from the version before it.

    Empty for a first version. Follows changed inputs through conformed tables down to admitted ones.
    """
    return _causes(connection, table_id, partition, version, version - 1) if version > 1 else set()


def _causes(connection, table_id: str, partition: str, now: int, before: int) -> set[str]:
    # A version of 0 used nothing, so every input of a partition that is new counts as changed.
    changed = connection.execute(
        """
        select
            coalesce(later.input_table, earlier.input_table) as input_table,
            coalesce(later.input_partition, earlier.input_partition) as input_partition,
            coalesce(later.input_version, 0) as later_version,
            coalesce(earlier.input_version, 0) as earlier_version
        from (
            select * from ledger.inputs_used
            where table_id = %(table)s and partition = %(partition)s and version = %(now)s
        ) as later
        full outer join (
            select * from ledger.inputs_used
            where table_id = %(table)s and partition = %(partition)s and version = %(before)s
        ) as earlier
            on earlier.input_table = later.input_table and earlier.input_partition = later.input_partition
        where later.input_version is distinct from earlier.input_version
        """,
        {"table": table_id, "partition": partition, "now": now, "before": before},
    ).fetchall()
    found: set[str] = set()
    for item in changed:
        if item["input_table"].startswith("admitted."):
            rows = connection.execute(
                "select distinct delivery_id from ledger.version_log where table_id = %s and partition = %s"
                " and version > %s and version <= %s and delivery_id is not null",
                (item["input_table"], item["input_partition"],
                 item["earlier_version"], item["later_version"]),
            )  # fmt: skip
            found |= {row["delivery_id"] for row in rows}
        else:
            found |= _causes(
                connection, item["input_table"], item["input_partition"],
                item["later_version"], item["earlier_version"],
            )  # fmt: skip
    return found
