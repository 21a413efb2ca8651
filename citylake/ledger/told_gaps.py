"""Gaps that were told: each once when it is there, and once when it is closed."""

from __future__ import annotations

from datetime import datetime


def open_gaps(connection) -> dict[tuple[str, str, str], dict]:
    """The gaps that were told and not closed, by feed, slot and sender."""
    rows = connection.execute("select * from ledger.told_gaps where closed_at is null").fetchall()
    return {(row["feed_id"], row["slot"], row["sender"]): row for row in rows}


def note_told(connection, gap: tuple[str, str, str], senders: int, deadline_at: datetime) -> bool:
    """Note that a gap is told; False where it was told before and is open. Role land. Safe to repeat."""
    cursor = connection.execute(
        "insert into ledger.told_gaps as known (feed_id, slot, sender, senders, deadline_at) values (%s, %s, %s, %s, %s)"
        " on conflict (feed_id, slot, sender) do update set senders = excluded.senders,"
        " deadline_at = excluded.deadline_at, told_at = clock_timestamp(), closed_at = null, closed_as = null,"
        " closed_by = null where known.closed_at is not null",
        (*gap, senders, deadline_at),
    )
    return cursor.rowcount == 1


def note_closed(connection, gap: tuple[str, str, str], closed_as: str, closed_by: str | None) -> bool:
    """Note how a told gap was closed, and by which delivery; False where it was closed before. Role land."""
    cursor = connection.execute(
        "update ledger.told_gaps set closed_at = clock_timestamp(), closed_as = %s, closed_by = %s"
        " where feed_id = %s and slot = %s and sender = %s and closed_at is null",
        (closed_as, closed_by, *gap),
    )
    return cursor.rowcount == 1
