"""Erasures: who was erased (by keyed hash), what was taken out of which delivery, and what is left to do."""

from __future__ import annotations

from collections.abc import Collection

from citylake.clock import new_id
from citylake.ledger.runs import caller


def hashes(connection, domains: Collection[str]) -> list[str]:
    """The keyed hashes of all persons erased of some linkage domains. Without domains nothing is asked."""
    if not domains:
        return []
    rows = connection.execute(
        "select distinct unnest(hashes) as hash from ledger.erasures where domain = any(%s)", (list(domains),)
    )
    return [row["hash"] for row in rows]


def ask(connection, domain: str, found: list[str], because: str) -> dict:
    """Record that a person is to be erased; the erasure that is there where it was asked for before."""
    connection.execute(
        "insert into ledger.erasures (erasure_id, domain, hashes, because, asked_by) values (%s, %s, %s, %s, %s)"
        " on conflict (domain, hashes) do nothing",
        (new_id(), domain, found, because, caller()),
    )
    return connection.execute(
        "select * from ledger.erasures where domain = %s and hashes = %s", (domain, found)
    ).fetchone()


def every(connection) -> list[dict]:
    """All erasures, oldest first."""
    return connection.execute("select * from ledger.erasures order by asked_at, erasure_id").fetchall()


def one(connection, erasure_id: str) -> dict:
    """The erasure of that id."""
    return connection.execute("select * from ledger.erasures where erasure_id = %s", (erasure_id,)).fetchone()


def looked(connection, erasure_id: str) -> None:
    """Note that all deliveries were looked through."""
    connection.execute(
        "update ledger.erasures set looked_at = clock_timestamp() where erasure_id = %s and looked_at is null",
        (erasure_id,),
    )


def finish(connection, erasure_id: str) -> None:
    """Note that nothing is left."""
    connection.execute(
        "update ledger.erasures set finished_at = clock_timestamp() where erasure_id = %s", (erasure_id,)
    )


def begin_rewriting(connection, rewriting: dict) -> None:
    """Note what is about to be written over a delivery's bytes, before it is."""
    connection.execute(
        f"insert into ledger.rewritings ({', '.join(rewriting)})"
        f" values ({', '.join(f'%({name})s' for name in rewriting)})"
        # A stopped attempt may have written them already; then the bytes before are those it noted.
        " on conflict (delivery_id, erasure_id) do update set sha256_after = excluded.sha256_after,"
        " size_bytes = excluded.size_bytes, run_id = excluded.run_id, begun_at = clock_timestamp(), done_at = null",
        rewriting,
    )


def end_rewriting(connection, delivery_id: str, erasure_id: str) -> None:
    """Note that the bytes were written."""
    connection.execute(
        "update ledger.rewritings set done_at = clock_timestamp() where delivery_id = %s and erasure_id = %s",
        (delivery_id, erasure_id),
    )


def begun(connection, erasure_id: str) -> list[dict]:
    """Rewritings of an erasure that were begun and did not come to their end."""
    return connection.execute(
        "select rewritings.*, deliveries.feed_id from ledger.rewritings"
        " inner join ledger.deliveries on deliveries.delivery_id = rewritings.delivery_id"
        " where erasure_id = %s and done_at is null",
        (erasure_id,),
    ).fetchall()


def of_delivery(connection, delivery_id: str) -> list[dict]:
    """What was taken out of a delivery, earliest first."""
    return connection.execute(
        "select * from ledger.rewritings where delivery_id = %s order by begun_at", (delivery_id,)
    ).fetchall()


def feeds(connection, erasure_id: str) -> list[str]:
    """The feeds out of whose deliveries something was taken for an erasure."""
    rows = connection.execute(
        "select distinct deliveries.feed_id from ledger.rewritings"
        " inner join ledger.deliveries on deliveries.delivery_id = rewritings.delivery_id"
        " where rewritings.erasure_id = %s order by 1",
        (erasure_id,),
    )
    return [row["feed_id"] for row in rows]


def kept(connection, feed_ids: Collection[str]) -> list[dict]:
    """Deliveries of some feeds whose bytes are in landing, and those of other feeds that came as the same object.

    One row each, in order of arrival: the delivery, its status (null where it waits), and `together`, the feeds of
    all deliveries of the same bytes.
    """
    return connection.execute(
        """
        select deliveries.*, outcomes.status, array(
            select distinct same.feed_id from ledger.deliveries as same
            where same.sha256 = deliveries.sha256 order by 1
        ) as together
        from ledger.deliveries
        left join ledger.outcomes on outcomes.delivery_id = deliveries.delivery_id
        where
            deliveries.sha256 in (select sha256 from ledger.deliveries where feed_id = any(%(feeds)s))
            and not exists (
                select 1 from ledger.expired_deliveries
                where expired_deliveries.delivery_id = deliveries.delivery_id
            )
        order by deliveries.arrived_at, deliveries.delivery_id
        """,
        {"feeds": list(feed_ids)},
    ).fetchall()


def brought_again(connection) -> set[str]:
    """Deliveries whose bytes hold records of erased persons: they came after these had been erased.

    Such as were admitted without them, and such as were not read since they repeat bytes that were rewritten.
    """
    rows = connection.execute(
        """
        select outcomes.delivery_id
        from ledger.outcomes
        where
            not exists (
                select 1 from ledger.expired_deliveries
                where expired_deliveries.delivery_id = outcomes.delivery_id
            )
            and (
                outcomes.records_erased > 0
                or exists (
                    select 1 from ledger.rewritings
                    where
                        rewritings.delivery_id = outcomes.repeats
                        and not exists (
                            select 1 from ledger.rewritings as own
                            where
                                own.delivery_id = outcomes.delivery_id
                                and own.erasure_id = rewritings.erasure_id
                        )
                )
            )
            and not exists (
                select 1 from ledger.readmissions where readmissions.delivery_id = outcomes.delivery_id
            )
        """
    )
    return {row["delivery_id"] for row in rows}


def listed(connection) -> list[dict]:
    """Every erasure with its feeds and counts, the latest first."""
    return connection.execute(
        """
        select
            erasures.erasure_id, erasures.domain, erasures.because, erasures.asked_by, erasures.asked_at,
            erasures.looked_at, erasures.finished_at, count(rewritings.delivery_id) as deliveries,
            coalesce(sum(rewritings.records_erased), 0)::bigint as records,
            array_remove(array_agg(distinct deliveries.feed_id), null) as feeds
        from ledger.erasures
        left join ledger.rewritings on rewritings.erasure_id = erasures.erasure_id
        left join ledger.deliveries on deliveries.delivery_id = rewritings.delivery_id
        group by erasures.erasure_id
        order by erasures.asked_at desc, erasures.erasure_id desc
        """
    ).fetchall()


def sealed_days(connection, table_id: str) -> list[str]:
    """The days of an output that are sealed: nothing makes them again."""
    rows = connection.execute(
        "select partition from ledger.seals where table_id = %s and partition <> 'all' order by 1",
        (table_id,),
    )
    return [row["partition"] for row in rows]
