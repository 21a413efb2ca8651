"""How busy the lake is: what waits, what is stale, who works on it; and the clock of a replayed city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Activity:
    """The ledger at one instant.

    `waiting` counts deliveries of known feeds only: others are kept and never admitted. `undeclared`
    are outputs that have inputs but that no run has made known yet. `working` are the callers of runs
    that have not ended: those of a killed process stay for ever, so who calls must be asked whether it lives.
    """

    deliveries: int
    outcomes: int
    held: int
    waiting: int
    stale: int
    made: int
    blocked: int
    publications: int
    undeclared: frozenset[str]
    working: frozenset[str]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do by the ledger."""
        return not (self.waiting or self.stale or self.undeclared)


def activity(connection, outputs: dict[str, set[str]]) -> Activity:
    """What is left to do. `outputs` holds the inputs that drive each declared output table."""
    counts = connection.execute(
        """
        select
            (select count(*) from ledger.deliveries) as deliveries,
            (select count(*) from ledger.outcomes) as outcomes,
            (select count(*) from ledger.outcomes where status = 'held') as held,
            (
                select count(*) from ledger.waiting
                inner join ledger.feeds on feeds.feed_id = waiting.feed_id
            ) as waiting,
            (select count(*) from ledger.stale) as stale,
            (
                select count(*) from ledger.versions
                inner join ledger.tables on tables.table_id = versions.table_id
            ) as made,
            (select count(*) from ledger.blocks) as blocked,
            (select count(*) from ledger.publications where status = 'published') as publications
        """
    ).fetchone()
    present = _ids(connection, "select distinct table_id as id from ledger.versions")
    declared = _ids(connection, "select table_id as id from ledger.tables")
    undeclared = {table for table, inputs in outputs.items() if table not in declared and inputs & present}
    working = _ids(connection, "select caller as id from ledger.runs where status = 'running'")
    return Activity(undeclared=frozenset(undeclared), working=working, **counts)


def _ids(connection, query: str) -> frozenset[str]:
    return frozenset(row["id"] for row in connection.execute(query))


def stale_by_table(connection) -> dict[str, int]:
    """How many partitions of each table are stale."""
    found = connection.execute(
        "select table_id, count(*) as number from ledger.stale group by table_id order by 1"
    )
    return {row["table_id"]: row["number"] for row in found}


def left_of_request(connection, request_id: str, tables: list[str]) -> tuple[list[str], list[str]]:
    """What is left to make of a request in `tables`: the stale partitions, and the blocked ones with reasons."""
    asked = {"request": request_id, "tables": tables}
    within = (
        " inner join ledger.requests on requests.request_id = %(request)s"
        " where {0}.table_id = any(%(tables)s) and ({0}.partition = 'all'"
        " or {0}.partition between requests.partition_from and requests.partition_to)"
    )
    stale = connection.execute(
        "select stale.table_id, stale.partition from ledger.stale" + within.format("stale"), asked
    )
    blocked = connection.execute(
        "select blocks.table_id, blocks.partition, blocks.reason from ledger.blocks"
        + within.format("blocks")
        + " and blocks.blocked_at > requests.accepted_at",
        asked,
    )
    return (
        [f"{row['table_id']} {row['partition']}" for row in stale],
        [f"{row['table_id']} {row['partition']}: {row['reason']}" for row in blocked],
    )  # fmt: skip


def failure_message(connection, caller: str) -> str | None:
    """What the latest failed run of a caller said, or None."""
    row = connection.execute(
        "select message from ledger.runs where caller = %s and status = 'failed' order by started_at desc limit 1",
        (caller,),
    ).fetchone()
    return row["message"] if row else None


def set_replay_clock(connection, at: datetime) -> datetime:
    """Move the clock of a replayed city on to `at`, never back; returns where it is. Role land."""
    row = connection.execute(
        "update ledger.lake set replay_at = greatest(replay_at, %s) returning replay_at", (at,)
    ).fetchone()
    return row["replay_at"]
