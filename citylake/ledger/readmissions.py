"""Re-admissions: which deliveries stand as an earlier feed file made them, and which are asked for again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from citylake.clock import new_id
from citylake.ledger.requests import request_readmission
from citylake.ledger.runs import caller

# Everything that is made of a table, through other tables.
_OUTPUTS = """
    with recursive outputs as (
        select table_id from ledger.table_inputs where input_table = %(table)s
        union
        select table_inputs.table_id
        from ledger.table_inputs inner join outputs on outputs.table_id = table_inputs.input_table
    )
"""


def made_of(connection, feed_id: str) -> list[str]:
    """All outputs that are made of a feed, through others too."""
    rows = connection.execute(
        _OUTPUTS + "select table_id from outputs order by table_id", {"table": f"admitted.{feed_id}"}
    )
    return [row["table_id"] for row in rows]


def standing(connection, feed_id: str) -> list[dict]:
    """The feed files by which the feed's deliveries were last admitted or held, earliest first.

    One row each: feed_version, declaration, deliveries (ids, in order of arrival), admitted (those that have rows),
    records (parsed). Deliveries whose re-admission is asked for are left out, and those a steward rejected.
    """
    return connection.execute(
        """
        select
            outcome.feed_version, feed_versions.declaration,
            array_agg(deliveries.delivery_id order by deliveries.arrived_at, deliveries.delivery_id) as deliveries,
            coalesce(
                array_agg(deliveries.delivery_id) filter (where outcome.status = 'admitted'), '{}'
            ) as admitted,
            sum(outcome.records_parsed)::bigint as records
        from ledger.deliveries
        cross join lateral (
            select * from ledger.admissions
            where admissions.delivery_id = deliveries.delivery_id
            order by admissions.attempt desc
            limit 1
        ) as outcome
        left join ledger.feed_versions
            on feed_versions.feed_id = deliveries.feed_id and feed_versions.feed_version = outcome.feed_version
        where
            deliveries.feed_id = %(feed)s
            and not exists (
                select 1 from ledger.expired_deliveries
                where expired_deliveries.delivery_id = deliveries.delivery_id
            )
            and not exists (
                select 1 from ledger.readmissions where readmissions.delivery_id = deliveries.delivery_id
            )
            and not exists (
                select 1 from ledger.decisions
                where
                    decisions.delivery_id = outcome.delivery_id and decisions.attempt = outcome.attempt
                    and decisions.decision = 'reject'
            )
        group by outcome.feed_version, feed_versions.declaration
        order by min(outcome.committed_at)
        """,
        {"feed": feed_id},
    ).fetchall()


def pending(connection, feed_id: str) -> list[str]:
    """The deliveries of a feed whose re-admission is asked for and has not happened since."""
    rows = connection.execute(
        "select delivery_id from ledger.readmissions where feed_id = %s order by delivery_id", (feed_id,)
    )
    return [row["delivery_id"] for row in rows]


def ask(connection, feed_id: str, deliveries: list[str], reason: str) -> None:
    """Ask for deliveries of a feed to be admitted again, all in the caller's transaction."""
    for delivery_id in deliveries:
        request_readmission(connection, f"admitted.{feed_id}", delivery_id, reason)


def is_under_way(connection, table_id: str, since: datetime) -> bool:
    """Whether an input of an output is being re-admitted, or was asked to be after `since`."""
    row = connection.execute(
        """
        select exists (
            select 1 from ledger.table_inputs
            inner join ledger.readmissions on table_inputs.input_table = 'admitted.' || readmissions.feed_id
            where table_inputs.table_id = %(table)s
        ) or exists (
            select 1 from ledger.table_inputs
            inner join ledger.requests on requests.table_id = table_inputs.input_table
            where
                table_inputs.table_id = %(table)s and requests.kind = 'readmit'
                and requests.status = 'accepted' and requests.accepted_at > %(since)s
        ) as found
        """,
        {"table": table_id, "since": since},
    ).fetchone()
    return row["found"]


def is_settled(connection, feed_id: str, feed_version: str) -> bool:
    """Whether it was found before that no row of another meaning stands beside those of this feed file."""
    row = connection.execute(
        "select settled_version from ledger.feeds where feed_id = %s", (feed_id,)
    ).fetchone()
    return bool(row) and row["settled_version"] == feed_version


def settle(connection, feed_id: str, feed_version: str) -> None:
    """Note that no row of another meaning stands beside those of this feed file."""
    connection.execute(
        "update ledger.feeds set settled_version = %(version)s where feed_id = %(feed)s"
        " and settled_version is distinct from %(version)s",
        {"feed": feed_id, "version": feed_version},
    )


def ask_to_forget(connection, feed_id: str, reason: str) -> None:
    """Ask that, once no re-admission is left, nothing but the feed's current rows remains."""
    connection.execute(
        "insert into ledger.forgettings (forgetting_id, feed_id, reason, asked_by) values (%s, %s, %s, %s)",
        (new_id(), feed_id, reason, caller()),
    )


def to_forget(connection, feed_id: str | None = None) -> dict[str, list[str]]:
    """Feeds of which something must be forgotten and whose re-admission is over, with the ids of the forgettings."""
    rows = connection.execute(
        "select feed_id, array_agg(forgetting_id) as ids from ledger.forgettings where done_at is null"
        " and (%(feed)s::text is null or feed_id = %(feed)s)"
        " and feed_id not in (select feed_id from ledger.readmissions) group by feed_id",
        {"feed": feed_id},
    )
    return {row["feed_id"]: row["ids"] for row in rows}


def forgotten(connection, forgettings: list[str], objects: int) -> None:
    """Note that they are done, and how many objects went."""
    connection.execute(
        "update ledger.forgettings set done_at = clock_timestamp(), objects_deleted = %s"
        " where forgetting_id = any(%s)",
        (objects, forgettings),
    )


@dataclass(frozen=True)
class Progress:
    """How far a feed's re-admission is: deliveries and forgettings left, stale partitions of all that is made of it.

    `failed` and `blocked` say in words what could not be admitted, or made, since it was asked for; `held` counts
    deliveries that were held since.
    """

    pending: int
    forgettings: int
    stale: int
    held: int
    failed: tuple[str, ...]
    blocked: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.pending or self.forgettings or self.stale)


def progress(connection, feed_id: str, since: datetime) -> Progress:
    """How far the re-admission of a feed is that was asked for at `since`."""
    asked = {"feed": feed_id, "table": f"admitted.{feed_id}", "since": since}
    row = connection.execute(
        _OUTPUTS
        + """
        select
            (select count(*) from ledger.readmissions where feed_id = %(feed)s) as pending,
            (select count(*) from ledger.forgettings where feed_id = %(feed)s and done_at is null) as forgettings,
            (select count(*) from ledger.stale where table_id in (select table_id from outputs)) as stale,
            (
                select count(*) from ledger.outcomes
                where feed_id = %(feed)s and status = 'held' and started_at > %(since)s
            ) as held,
            array(
                select distinct runs.message from ledger.runs
                inner join ledger.readmissions on readmissions.delivery_id = runs.subject
                where
                    readmissions.feed_id = %(feed)s and runs.verb = 'admit' and runs.status = 'failed'
                    and runs.started_at > %(since)s
            ) as failed,
            array(
                select table_id || ' ' || partition || ': ' || reason from ledger.blocks
                where table_id in (select table_id from outputs) and blocked_at > %(since)s
                order by table_id, partition
            ) as blocked
        """,
        asked,
    ).fetchone()
    return Progress(**row | {"failed": tuple(row["failed"]), "blocked": tuple(row["blocked"])})
