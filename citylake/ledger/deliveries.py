"""Deliveries and their outcomes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class Delivery:
    """One object a department sent for one feed, as kept in the landing bucket."""

    delivery_id: str
    feed_id: str
    sender: str
    name: str
    source_uri: str
    source_version: str
    landing_uri: str
    size_bytes: int
    sha256: str
    compression: str
    encoding: str
    arrived_at: datetime
    landed_at: datetime | None = None
    is_arrival_told: bool = True


@dataclass(frozen=True)
class Outcome:
    """What an admission did with a delivery; the counts obey the row equation."""

    delivery_id: str
    status: str
    records_parsed: int = 0
    records_admitted: int = 0
    records_quarantined: int = 0
    records_held: int = 0
    records_erased: int = 0
    rule_counts: dict[str, int] = field(default_factory=dict)
    null_counts: dict[str, int] = field(default_factory=dict)
    drift: dict = field(default_factory=dict)
    reasons: list[dict] = field(default_factory=list)
    repeats: str | None = None
    covers: tuple[date, date] | None = None
    partitions: dict[str, int] = field(default_factory=dict)
    admitted_snapshot: int | None = None
    quarantine_snapshot: int | None = None
    feed_version: str = ""
    known_at: datetime | None = None
    started_at: datetime | None = None


_COLUMNS = (
    "delivery_id feed_id sender name source_uri source_version landing_uri size_bytes sha256 compression"
    " encoding arrived_at landed_at is_arrival_told"
)


def _delivery(row: dict) -> Delivery:
    return Delivery(**{name: row[name] for name in _COLUMNS.split()})


def record_delivery(connection, delivery: Delivery, run_id: str) -> bool:
    """Insert a delivery; False where this source version is recorded already. Safe to repeat."""
    names = [name for name in _COLUMNS.split() if name != "landed_at"]
    cursor = connection.execute(
        f"insert into ledger.deliveries ({', '.join(names)}, run_id)"
        f" values ({', '.join(['%s'] * (len(names) + 1))})"
        " on conflict (feed_id, source_uri, source_version) do nothing",
        [getattr(delivery, name) for name in names] + [run_id],
    )
    return cursor.rowcount == 1


def is_recorded(connection, feed_id: str, source_uri: str, source_version: str) -> bool:
    """Whether this version of a source was landed for the feed, whenever that was."""
    row = connection.execute(
        "select 1 from ledger.deliveries where feed_id = %s and source_uri = %s and source_version = %s",
        (feed_id, source_uri, source_version),
    ).fetchone()
    return row is not None


def latest_by_source(connection, feed_id: str) -> dict[str, Delivery]:
    """The delivery that was landed last from each source address of a feed, by address."""
    rows = connection.execute(
        "select distinct on (source_uri) * from ledger.deliveries where feed_id = %s"
        " order by source_uri, arrived_at desc, landed_at desc",
        (feed_id,),
    )
    return {row["source_uri"]: _delivery(row) for row in rows}


def find_delivery(connection, delivery_id: str) -> Delivery | None:
    """The delivery of that id, or None."""
    row = connection.execute(
        "select * from ledger.deliveries where delivery_id = %s", (delivery_id,)
    ).fetchone()
    return _delivery(row) if row else None


def is_expired(connection, delivery_id: str) -> bool:
    """Whether its bytes and rows were deleted because it is past retention."""
    found = connection.execute(
        "select 1 from ledger.expired_deliveries where delivery_id = %s", (delivery_id,)
    ).fetchone()
    return found is not None


def unknown(connection) -> list[Delivery]:
    """Objects that no feed took and none has taken since, in order of arrival."""
    rows = connection.execute(
        "select * from ledger.deliveries as kept where kept.feed_id like '%%.unknown' and not exists ("
        "  select 1 from ledger.deliveries as taken where taken.source_uri = kept.source_uri"
        "  and taken.source_version = kept.source_version and taken.feed_id <> kept.feed_id)"
        " order by kept.arrived_at, kept.delivery_id",
        (),
    )
    return [_delivery(row) for row in rows]


def waiting(connection, feed_id: str | None = None) -> list[Delivery]:
    """Deliveries without an outcome, or to be admitted again, in order of arrival."""
    rows = connection.execute(
        "select deliveries.* from ledger.waiting inner join ledger.deliveries using (delivery_id)"
        " where %(feed)s::text is null or deliveries.feed_id = %(feed)s"
        " order by deliveries.arrived_at, deliveries.delivery_id",
        {"feed": feed_id},
    )
    return [_delivery(row) for row in rows]


def repeated(connection, delivery: Delivery, covers: tuple[date, date] | None = None) -> str | None:
    """The delivery that this one repeats, or None; `covers` is the period its name promises.

    Equal bytes count as repeated only where nothing else came since from the same sender (from anyone,
    where a delivery is everything) for the same partitions: A, B, A is three facts, A, A is one. Bytes
    without a record are the same for every day: the period that is emptied by them must be the same too.
    """
    # Only admitted deliveries have rows in delivery_partitions.
    row = connection.execute(
        """
        select earlier.delivery_id
        from ledger.deliveries as earlier
        cross join lateral (
            select * from ledger.admissions
            where admissions.delivery_id = earlier.delivery_id
            order by admissions.attempt desc
            limit 1
        ) as outcome
        where
            earlier.feed_id = %(feed)s and earlier.sender = %(sender)s and earlier.sha256 = %(sha256)s
            and outcome.status = 'admitted'
            and outcome.covers_from is not distinct from %(from)s
            and outcome.covers_to is not distinct from %(to)s
            and (earlier.arrived_at, earlier.delivery_id) < (%(arrived)s, %(id)s)
            and not exists (
                select 1
                from ledger.delivery_partitions as ours
                inner join ledger.delivery_partitions as theirs on theirs.partition = ours.partition
                inner join ledger.deliveries as between_them on between_them.delivery_id = theirs.delivery_id
                inner join ledger.feeds on feeds.feed_id = between_them.feed_id
                where
                    ours.delivery_id = earlier.delivery_id
                    and between_them.feed_id = earlier.feed_id
                    and (between_them.sender = earlier.sender or feeds.delivers = 'everything')
                    and (between_them.arrived_at, between_them.delivery_id)
                        > (earlier.arrived_at, earlier.delivery_id)
                    and (between_them.arrived_at, between_them.delivery_id) < (%(arrived)s, %(id)s)
            )
        order by earlier.arrived_at desc, earlier.delivery_id desc
        limit 1
        """,
        {
            "feed": delivery.feed_id, "sender": delivery.sender, "sha256": delivery.sha256,
            "arrived": delivery.arrived_at, "id": delivery.delivery_id,
            "from": covers and covers[0], "to": covers and covers[1],
        },
    ).fetchone()  # fmt: skip
    return row["delivery_id"] if row else None


def next_attempt(connection, delivery_id: str) -> int:
    """The number of the next attempt to admit a delivery, from 1; another one at the same time waits for this one's end."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (delivery_id,))
    row = connection.execute(
        "select coalesce(max(attempt), 0) + 1 as attempt from ledger.admissions where delivery_id = %s",
        (delivery_id,),
    ).fetchone()
    return row["attempt"]


def record_outcome(connection, table_id: str, outcome: Outcome, attempt: int, run_id: str) -> list[str]:
    """Record an admission: its counts, and version + 1 for every partition touched before or after.

    One transaction with the caller's. Returns the partitions whose version changed, sorted.
    """
    values = {
        "delivery_id": outcome.delivery_id, "attempt": attempt, "status": outcome.status,
        "records_parsed": outcome.records_parsed, "records_admitted": outcome.records_admitted,
        "records_quarantined": outcome.records_quarantined, "records_held": outcome.records_held,
        "records_erased": outcome.records_erased, "rule_counts": json.dumps(outcome.rule_counts),
        "null_counts": json.dumps(outcome.null_counts), "drift": json.dumps(outcome.drift),
        "reasons": json.dumps(outcome.reasons, ensure_ascii=False), "repeats": outcome.repeats,
        "covers_from": outcome.covers[0] if outcome.covers else None,
        "covers_to": outcome.covers[1] if outcome.covers else None,
        "admitted_snapshot": outcome.admitted_snapshot, "quarantine_snapshot": outcome.quarantine_snapshot,
        "feed_version": outcome.feed_version, "run_id": run_id, "known_at": outcome.known_at,
        "started_at": outcome.started_at,
    }  # fmt: skip
    connection.execute(
        f"insert into ledger.admissions ({', '.join(values)})"
        f" values ({', '.join(f'%({name})s' for name in values)})",
        values,
    )
    before = connection.execute(
        "delete from ledger.delivery_partitions where delivery_id = %s returning partition",
        (outcome.delivery_id,),
    ).fetchall()
    after = outcome.partitions if outcome.status == "admitted" else {}
    if after:
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into ledger.delivery_partitions (delivery_id, partition, record_count) values (%s, %s, %s)",
                [(outcome.delivery_id, partition, count) for partition, count in after.items()],
            )
    touched = sorted({row["partition"] for row in before} | set(after))
    for partition in touched:
        bump(connection, table_id, partition, run_id, delivery_id=outcome.delivery_id)
    return touched


def bump(
    connection, table_id: str, partition: str, run_id: str, *, delivery_id: str | None = None,
    fingerprint: str | None = None, row_count: int | None = None, snapshot_id: int | None = None,
) -> int:  # fmt: skip
    """Count a new version of a partition and log its cause; returns the version."""
    version = connection.execute(
        """
        insert into ledger.versions as known
            (table_id, partition, version, fingerprint, row_count, snapshot_id, run_id)
        values (%(table)s, %(partition)s, 1, %(fingerprint)s, %(rows)s, %(snapshot)s, %(run)s)
        on conflict (table_id, partition) do update set
            version = known.version + 1, fingerprint = excluded.fingerprint, row_count = excluded.row_count,
            snapshot_id = excluded.snapshot_id, run_id = excluded.run_id, changed_at = clock_timestamp()
        returning version
        """,
        {
            "table": table_id, "partition": partition, "fingerprint": fingerprint, "rows": row_count,
            "snapshot": snapshot_id, "run": run_id,
        },
    ).fetchone()["version"]  # fmt: skip
    connection.execute(
        "insert into ledger.version_log (table_id, partition, version, run_id, delivery_id)"
        " values (%s, %s, %s, %s, %s)",
        (table_id, partition, version, run_id, delivery_id),
    )
    return version
