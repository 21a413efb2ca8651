"""What to make next, as the ledger knows it at one instant."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from citylake import ledger
from citylake.conform.days import Range, ranges, widened
from citylake.errors import ServerUnavailable
from citylake.feed import ALL, load_feeds
from citylake.ledger import partitions
from citylake.ledger.partitions import Stale
from citylake.stewardship import readmission
from citylake.table import Input, Table, load_tables

ROLE = "conform"
MOST_PARTITIONS = 92  # a batch: a quarter of days; measured in docs/decisions/0003
_LOCK_WAIT = timedelta(minutes=30)


@dataclass(frozen=True)
class Work:
    """Partitions to make in one batch, what they are made from, and which deliveries count.

    All of it was true at one instant, `read_at`: a fingerprint fits the inputs recorded with it, and
    a snapshot pinned later holds at least those versions.
    """

    items: tuple[Stale, ...]  # newest first
    inputs: dict[str, list[dict]]  # partition -> rows of ledger.expected_inputs
    counting: dict[str, list[dict]]  # name of an input -> its current deliveries
    read_at: datetime

    @property
    def days(self) -> list[date]:
        """The days to make, oldest first; none for a table without partitions."""
        return sorted(date.fromisoformat(item.partition) for item in self.items if item.partition != ALL)

    def only(self, items: Sequence[Stale]) -> Work:
        """The same work for some of its partitions."""
        return dataclasses.replace(self, items=tuple(items))


def windows(item: Input, table: Table, days: list[date]) -> list[Range] | None:
    """The days of an input that output days read; None where it is read as a whole."""
    if item.as_of or not table.partitioned:
        return None
    return widened(ranges(days), item.before, item.after)


def next_work(table: Table, request: dict | None = None) -> Work | None:
    """The newest stale partitions, as many as a batch takes, or None where nothing is stale.

    With a request, all the partitions it asks for, stale or not. Raises: WrongUse where the feed file of an input gives
    its rows another meaning than they were admitted with.
    """
    import psycopg

    with ledger.connect(ROLE) as connection:
        # One snapshot of the ledger for all the questions, or a version could slip in between them.
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        read_at = connection.execute("select clock_timestamp() as now").fetchone()["now"]
        if request:
            items = partitions.requested(connection, request)
        else:
            items = partitions.stale(connection, table.table_id)[:MOST_PARTITIONS]
        if not items:
            return None
        for feed in (
            load_feeds().get(item.table.removeprefix("admitted.")) for item in table.inputs.values()
        ):
            if feed:
                readmission.refuse_mixing(connection, feed)
        inputs: dict[str, list[dict]] = {item.partition: [] for item in items}
        for row in partitions.expected_inputs(connection, table.table_id, list(inputs)):
            inputs[row["partition"]].append(row)
        work = Work(tuple(items), inputs, {}, read_at)
        counting = {
            name: _counting(connection, windows(item, table, work.days), feed_id)
            for name, item in table.inputs.items()
            if (feed_id := _feed_with_current_deliveries(item))
        }
        return dataclasses.replace(work, counting=counting)


def _feed_with_current_deliveries(item: Input) -> str | None:
    layer, _, feed_id = item.table.partition(".")
    if layer != "admitted" or load_feeds()[feed_id].mode not in ("period", "everything"):
        return None
    return feed_id


def _counting(connection, spans: list[Range] | None, feed_id: str) -> list[dict]:
    first, last = (spans[0][0].isoformat(), spans[-1][1].isoformat()) if spans else (None, None)
    return partitions.current_deliveries(connection, feed_id, first, last)


def declare_tables() -> None:
    """Make the ledger know every conformed table and its inputs. Safe to repeat; writes only what changed."""
    with ledger.connect(ROLE) as connection:
        known = {
            row["table_id"]: row["declaration"]
            for row in connection.execute(
                "select table_id, declaration from ledger.tables where kind = 'conformed'"
            )
        }
        for table_id, table in sorted(load_tables().items()):
            declaration = json.loads(table.model_dump_json(by_alias=True))
            if known.get(table_id) != declaration:
                partitions.declare_table(
                    connection, table_id, "conformed", partitioned=table.partitioned, declaration=declaration,
                    inputs=[item.for_ledger() for item in table.inputs.values()],
                )  # fmt: skip


@contextlib.contextmanager
def only_writer(table_id: str, role: str = ROLE) -> Iterator[None]:
    """Hold the table's lock: a second run waits here, and finds nothing stale when its turn comes.

    The lock is PostgreSQL's and falls with the connection, so a killed run leaves none behind.
    Raises: ServerUnavailable where another run holds it for too long.
    """
    import psycopg

    with ledger.connect(role, autocommit=True) as connection:
        connection.execute(f"set lock_timeout = {int(_LOCK_WAIT.total_seconds() * 1000)}")
        try:
            connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (f"conform {table_id}",))
        except psycopg.errors.LockNotAvailable as error:
            raise ServerUnavailable(
                f"another run has been making this table for {_LOCK_WAIT}", where=table_id,
                next_step="See who in ledger.runs (verb conform, status running); then try again.",
            ) from error  # fmt: skip
        yield
