"""Retention: which days and deliveries are past it, what is sealed by that, and the certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class Certificate:
    """What was deleted of a table because it was past retention, and what was listed after."""

    certificate_id: str
    run_id: str
    table_id: str
    kept_for: timedelta
    kept_from: date
    clock_at: datetime
    deliveries: int
    rows_deleted: int
    objects_deleted: int
    objects_left: int
    listing_sha256: str


def clock_at(connection, zone: str | None = None) -> tuple[datetime, date]:
    """What time it is for the lake's data, and the local day in a zone, or in the lake's own."""
    row = connection.execute(
        "select now, (now at time zone coalesce(%s, lake.timezone))::date as day"
        " from (select ledger.clock_now() as now) as clock cross join ledger.lake",
        (zone,),
    ).fetchone()
    return row["now"], row["day"]


def past_deliveries(connection, feed_id: str, day: date) -> list[dict]:
    """Deliveries of a feed that are about no day from `day` on and still have bytes: delivery_id and landing_uri.

    What a delivery is about are the days of its rows and those that its name promises; where neither is known, the day it
    arrived. What the state of now is made of is kept, however old it is: the last delivery of a list, all changes of a list.
    """
    return connection.execute(
        """
        select deliveries.delivery_id, deliveries.landing_uri
        from ledger.deliveries
        inner join ledger.feeds on feeds.feed_id = deliveries.feed_id
        left join ledger.outcomes on outcomes.delivery_id = deliveries.delivery_id
        left join lateral (
            select max(nullif(partition, 'all'))::date as day
            from ledger.delivery_partitions
            where delivery_partitions.delivery_id = deliveries.delivery_id
        ) as rows on true
        where
            deliveries.feed_id = %(feed)s
            and coalesce(greatest(rows.day, outcomes.covers_to), deliveries.arrived_at::date) < %(day)s
            and not exists (
                select 1 from ledger.expired_deliveries
                where expired_deliveries.delivery_id = deliveries.delivery_id
            )
            and not exists (
                select 1 from ledger.delivery_partitions
                where
                    delivery_partitions.delivery_id = deliveries.delivery_id and delivery_partitions.partition = 'all'
                    and (
                        feeds.delivers <> 'everything'
                        or deliveries.delivery_id in (select delivery_id from ledger.current_deliveries)
                    )
            )
        order by deliveries.delivery_id
        """,
        {"feed": feed_id, "day": day},
    ).fetchall()


def keep_from(connection, days: dict[str, date]) -> int:
    """Record from which day each table is kept, and seal what would have to be made again of earlier ones.

    Returns how many partitions were sealed. To be committed before anything is deleted: what is stale meanwhile would be made
    of half its input.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ledger.kept_from as known (table_id, day) values (%s, %s)"
            " on conflict (table_id) do update set day = excluded.day, changed_at = clock_timestamp()"
            " where known.day < excluded.day",
            list(days.items()),
        )
    sealed = connection.execute(
        """
        insert into ledger.seals (table_id, partition, reason)
        select distinct on (expected.table_id, expected.partition)
            expected.table_id, expected.partition,
            'made of ' || expected.input_table || ', which is kept from ' || kept_from.day || ' on'
        from ledger.expected_inputs as expected
        inner join ledger.table_inputs
            on table_inputs.table_id = expected.table_id and table_inputs.input_table = expected.input_table
        inner join ledger.kept_from on kept_from.table_id = expected.input_table
        where
            not table_inputs.as_of and expected.partition <> 'all'
            and expected.input_partition < kept_from.day::text
        on conflict do nothing
        """
    )
    return sealed.rowcount


def unfinished(connection, verb: str = "retain") -> set[str]:
    """Tables whose last deletion, by retention or another verb, did not come to its end.

    What went may still be in older snapshots and files.
    """
    rows = connection.execute(
        "select distinct on (subject) subject, status from ledger.runs where verb = %s"
        " order by subject, started_at desc",
        (verb,),
    )
    return {row["subject"] for row in rows if row["status"] != "done"}


def expire(connection, deliveries: list[str], run_id: str) -> None:
    """Record that bytes and rows of deliveries are gone; what was known of their values goes too."""
    connection.execute("delete from ledger.profiles where delivery_id = any(%s)", (deliveries,))
    connection.execute(
        "insert into ledger.expired_deliveries (delivery_id, run_id)"
        " select delivery_id, %s from unnest(%s::text[]) as delivery_id on conflict do nothing",
        (run_id, deliveries),
    )


def issue(connection, certificate: Certificate) -> None:
    """Record a certificate."""
    values = vars(certificate)
    connection.execute(
        f"insert into ledger.certificates ({', '.join(values)})"
        f" values ({', '.join(f'%({name})s' for name in values)})",
        values,
    )


def certificates(connection, table_id: str | None = None) -> list[dict]:
    """All certificates, of one table or of all, the latest first."""
    return connection.execute(
        "select * from ledger.certificates where %(table)s::text is null or table_id = %(table)s"
        " order by issued_at desc, table_id",
        {"table": table_id},
    ).fetchall()
