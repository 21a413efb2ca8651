"""Requests: make partitions or an admission again, for a reason somebody wrote down."""

from __future__ import annotations

import json

from citylake.clock import new_id
from citylake.ledger.runs import caller

_INSERT = (
    "insert into ledger.requests (request_id, kind, table_id, partition_from, partition_to, delivery_id,"
    " status, reason, requested_by, accepted_at) values (%(request_id)s, %(kind)s, %(table_id)s, %(first)s,"
    " %(last)s, %(delivery_id)s, %(status)s, %(reason)s, %(by)s,"
    " case when %(status)s = 'accepted' then clock_timestamp() end)"
)


def request_backfill(connection, table_id: str, first: str, last: str, reason: str, *, staged: bool) -> str:
    """Ask for output partitions `first` to `last` (both included; `all` for reference tables) to be made again.

    Staged requests wait: nothing is made stale until `accept`. Returns the request's id.
    """
    return _insert(connection, "backfill", table_id, reason, first=first, last=last, staged=staged)


def request_backfill_of_made(connection, table_ids: list[str], reason: str) -> None:
    """Ask for every partition that was made of some outputs to be made again."""
    made = connection.execute(
        "select table_id, min(partition) as first, max(partition) as last from ledger.versions"
        " where table_id = any(%s) group by table_id",
        (table_ids,),
    ).fetchall()
    for row in made:
        request_backfill(connection, row["table_id"], row["first"], row["last"], reason, staged=False)


def request_readmission(connection, table_id: str, delivery_id: str, reason: str) -> str:
    """Ask for a delivery to be admitted again. Returns the request's id."""
    return _insert(connection, "readmit", table_id, reason, delivery_id=delivery_id)


def request_recapture(connection, table_id: str, first: str, last: str, reason: str) -> str:
    """Note that the source of an admitted table is asked again for days, and why. Returns the request's id."""
    return _insert(connection, "recapture", table_id, reason, first=first, last=last)


def _insert(
    connection, kind: str, table_id: str, reason: str, *, first: str | None = None, last: str | None = None,
    delivery_id: str | None = None, staged: bool = False,
) -> str:  # fmt: skip
    request_id = new_id()
    connection.execute(
        _INSERT,
        {
            "request_id": request_id, "kind": kind, "table_id": table_id, "first": first, "last": last,
            "delivery_id": delivery_id, "status": "staged" if staged else "accepted", "reason": reason,
            "by": caller(),
        },
    )  # fmt: skip
    return request_id


def find_request(connection, request_id: str) -> dict | None:
    """The request of that id, or None."""
    return connection.execute("select * from ledger.requests where request_id = %s", (request_id,)).fetchone()


def accept(connection, request_id: str) -> None:
    """Let a staged request take effect: its partitions become stale."""
    connection.execute(
        "update ledger.requests set status = 'accepted', accepted_at = clock_timestamp()"
        " where request_id = %s and status = 'staged'",
        (request_id,),
    )


def cancel(connection, request_id: str) -> None:
    """Withdraw a staged request."""
    connection.execute(
        "update ledger.requests set status = 'cancelled' where request_id = %s and status = 'staged'",
        (request_id,),
    )


def record_difference(connection, request_id: str, difference: dict) -> None:
    """Keep what a staged request would change."""
    connection.execute(
        "update ledger.requests set difference = %s where request_id = %s",
        (json.dumps(difference, ensure_ascii=False, default=str), request_id),
    )
