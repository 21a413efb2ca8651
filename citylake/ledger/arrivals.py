"""What came, by feed, sender and day: what the gap grid and the delays are computed from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime


@contextlib.contextmanager
def in_bulk(connection) -> Iterator[None]:
    """Read `ledger.brought` in time that grows with its rows, in the block and its transaction.

    A planner that believes a table to be small, for it was never analysed, joins it row by row, and that takes
    the square. Without nested loops it reads each table once, which is right here whatever it believes.
    """
    connection.execute("set local enable_nestloop = off")
    yield
    connection.execute("set local enable_nestloop = on")


def clock(connection) -> datetime | None:
    """The lake's time; None in a replayed city before its first delivery."""
    return connection.execute("select ledger.clock_now() as now").fetchone()["now"]


def senders(connection, feed_ids: Iterable[str]) -> list[dict]:
    """feed_id, sender, first_at, last_at: who ever delivered, whatever became of it."""
    return connection.execute(
        "select feed_id, sender, min(arrived_at) as first_at, max(arrived_at) as last_at from ledger.deliveries"
        " where feed_id = any(%s) group by feed_id, sender",
        (list(feed_ids),),
    ).fetchall()


def arrived(
    connection, feed_ids: Iterable[str], *, since: datetime | None = None, only_troubled: bool = False
) -> list[dict]:
    """Deliveries one by one: feed_id, sender, delivery_id, name, arrived_at, state (came, held, quarantined, waiting).

    `since` leaves out what arrived before. `only_troubled` leaves out what came.
    """
    return connection.execute(
        "select feed_id, sender, delivery_id, name, arrived_at, state from ledger.arrivals"
        " where feed_id = any(%(feeds)s) and (%(since)s::timestamptz is null or arrived_at >= %(since)s)"
        " and (not %(troubled)s or state <> 'came')",
        {"feeds": list(feed_ids), "since": since, "troubled": only_troubled},
    ).fetchall()


def brought(connection, feed_ids: Iterable[str], first: date, last: date) -> list[tuple]:
    """For each feed, day (ISO) and sender the first delivery that brought it: its arrival and its id, as tuples."""
    from psycopg.rows import tuple_row

    with in_bulk(connection), connection.cursor(row_factory=tuple_row) as cursor:
        return cursor.execute(
            "select distinct on (feed_id, partition, sender) feed_id, partition, sender, arrived_at, delivery_id"
            " from ledger.brought where feed_id = any(%s) and partition between %s and %s"
            " order by feed_id, partition, sender, arrived_at, delivery_id",
            (list(feed_ids), first.isoformat(), last.isoformat()),
        ).fetchall()


def first_days(connection, zones: dict[str, str]) -> dict[str, date]:
    """For each feed the latest day that its first admitted delivery brought, that is not after it arrived.

    `zones` holds the time zone of each feed asked for.
    """
    firsts = connection.execute(
        """
        select asked.feed_id, first.delivery_id, to_char(first.arrived_at at time zone asked.zone, 'YYYY-MM-DD') as day
        from unnest(%(feeds)s::text[], %(zones)s::text[]) as asked (feed_id, zone)
        cross join lateral (
            select deliveries.delivery_id, deliveries.arrived_at
            from ledger.deliveries
            where
                deliveries.feed_id = asked.feed_id
                and exists (
                    select 1 from ledger.delivery_partitions
                    where delivery_partitions.delivery_id = deliveries.delivery_id
                        and delivery_partitions.record_count > 0
                )
            order by deliveries.arrived_at, deliveries.delivery_id
            limit 1
        ) as first
        """,
        {"feeds": list(zones), "zones": list(zones.values())},
    ).fetchall()
    arrived_on = {row["delivery_id"]: row["day"] for row in firsts}
    with in_bulk(connection):
        rows = connection.execute(
            "select feed_id, delivery_id, partition from ledger.brought where delivery_id = any(%s)",
            (list(arrived_on),),
        ).fetchall()
    latest: dict[str, str] = {}
    for row in rows:
        if row["partition"] <= arrived_on[row["delivery_id"]]:
            latest[row["feed_id"]] = max(row["partition"], latest.get(row["feed_id"], ""))
    return {feed_id: date.fromisoformat(day) for feed_id, day in latest.items()}


def day_delays(connection, begins: dict[str, tuple[str, date]]) -> list[dict]:
    """How long after the end of their day deliveries came: feed_id, is_correction, delays_s (ascending).

    `begins` holds zone and first expected day of each feed. Per day and sender the first delivery counts as such,
    every later one as a correction.
    """
    zones, first_days_ = zip(*begins.values(), strict=True) if begins else ((), ())
    with in_bulk(connection):
        return connection.execute(
            """
            with numbered as (
                select
                    brought.feed_id,
                    row_number() over (
                        partition by brought.feed_id, brought.partition, brought.sender
                        order by brought.arrived_at, brought.delivery_id
                    ) > 1 as is_correction,
                    extract(epoch from
                        brought.arrived_at - ((brought.partition::date + 1)::timestamp at time zone asked.zone)
                    )::double precision as delay_s
                from unnest(%(feeds)s::text[], %(zones)s::text[], %(first)s::text[]) as asked (feed_id, zone, first_day)
                inner join ledger.brought
                    on brought.feed_id = asked.feed_id and brought.partition >= asked.first_day
            )

            select feed_id, is_correction, array_agg(delay_s order by delay_s) as delays_s
            from numbered
            group by feed_id, is_correction
            """,
            {
                "feeds": list(begins), "zones": list(zones), "first": [day.isoformat() for day in first_days_],
            },
        ).fetchall()  # fmt: skip
