"""What the ledger tells readers: deliveries with their outcomes, totals by feed, what is blocked."""

from __future__ import annotations


def list_deliveries(
    connection, *, feed_id: str | None = None, status: str | None = None, delivery_id: str | None = None,
    limit: int | None = None,
) -> list[dict]:  # fmt: skip
    """Deliveries with their last outcome, newest arrival first.

    Status is `waiting` where there is none yet, `unknown` where no feed takes it. `is_expired` are those whose bytes and rows
    were deleted because they are past retention; `kept_sha256` is of the bytes as they are kept, other than they came where
    an erased person's records were taken out; `records_kept` are the admitted ones of days that are not.
    """
    return connection.execute(
        """
        select
            deliveries.delivery_id, deliveries.feed_id, deliveries.sender, deliveries.name,
            deliveries.arrived_at, deliveries.size_bytes, deliveries.sha256, deliveries.landing_uri,
            coalesce((
                select rewritings.sha256_after from ledger.rewritings
                where rewritings.delivery_id = deliveries.delivery_id
                order by rewritings.begun_at desc limit 1
            ), deliveries.sha256) as kept_sha256,
            deliveries.compression, outcomes.attempt,
            coalesce(outcomes.status, case when feeds.feed_id is null then 'unknown' else 'waiting' end) as status,
            outcomes.records_parsed, outcomes.records_admitted, outcomes.records_quarantined,
            outcomes.records_held, outcomes.records_erased, coalesce(outcomes.rule_counts, '{}') as rule_counts,
            coalesce(outcomes.reasons, '[]') as reasons, outcomes.repeats, outcomes.committed_at,
            expired_deliveries.delivery_id is not null as is_expired,
            case when expired_deliveries.delivery_id is null then outcomes.records_admitted - coalesce((
                select sum(delivery_partitions.record_count)
                from ledger.delivery_partitions
                inner join ledger.kept_from on kept_from.table_id = 'admitted.' || deliveries.feed_id
                where
                    delivery_partitions.delivery_id = deliveries.delivery_id
                    and delivery_partitions.partition <> 'all' and delivery_partitions.partition < kept_from.day::text
            ), 0)::bigint else 0 end as records_kept
        from ledger.deliveries
        left join ledger.outcomes on outcomes.delivery_id = deliveries.delivery_id
        left join ledger.feeds on feeds.feed_id = deliveries.feed_id
        left join ledger.expired_deliveries on expired_deliveries.delivery_id = deliveries.delivery_id
        where
            (%(feed)s::text is null or deliveries.feed_id = %(feed)s)
            and (
                %(status)s::text is null
                or coalesce(outcomes.status, case when feeds.feed_id is null then 'unknown' else 'waiting' end)
                    = %(status)s
            )
            and (%(delivery)s::text is null or deliveries.delivery_id = %(delivery)s)
        order by deliveries.arrived_at desc, deliveries.delivery_id desc
        limit %(limit)s
        """,
        {"feed": feed_id, "status": status, "delivery": delivery_id, "limit": limit},
    ).fetchall()


def feed_outcomes(connection, feed_id: str, delivery_id: str | None, limit: int) -> list[dict]:
    """A feed's newest deliveries with all that their last outcome says; `days` are the partitions with rows."""
    return connection.execute(
        """
        select
            deliveries.delivery_id, deliveries.name, deliveries.sender, deliveries.arrived_at,
            coalesce(outcomes.status, 'waiting') as status, outcomes.records_parsed, outcomes.records_admitted,
            outcomes.records_quarantined, outcomes.records_held, outcomes.records_erased,
            coalesce(outcomes.rule_counts, '{}') as rule_counts, coalesce(outcomes.null_counts, '{}') as null_counts,
            coalesce(outcomes.drift, '{}') as drift, coalesce(outcomes.reasons, '[]') as reasons,
            array(
                select delivery_partitions.partition from ledger.delivery_partitions
                where delivery_partitions.delivery_id = deliveries.delivery_id and delivery_partitions.partition <> 'all'
            ) as days
        from ledger.deliveries
        left join ledger.outcomes on outcomes.delivery_id = deliveries.delivery_id
        where deliveries.feed_id = %(feed)s and (%(delivery)s::text is null or deliveries.delivery_id = %(delivery)s)
        order by deliveries.arrived_at desc, deliveries.delivery_id desc
        limit %(limit)s
        """,
        {"feed": feed_id, "delivery": delivery_id, "limit": limit},
    ).fetchall()


def feed_totals(connection) -> list[dict]:
    """One row per feed that ever had a delivery: deliveries by outcome, records by fate, rules by rows broken."""
    return connection.execute(
        """
        with broken as (
            select outcomes.feed_id, rules.key as rule, sum(rules.value::bigint) as records
            from ledger.outcomes
            cross join jsonb_each_text(outcomes.rule_counts) as rules
            group by outcomes.feed_id, rules.key
        ),

        rules as (
            select feed_id, jsonb_object_agg(rule, records) as rule_counts
            from broken
            group by feed_id
        )

        select
            deliveries.feed_id, count(*) as deliveries,
            count(*) filter (where outcomes.status = 'admitted') as admitted,
            count(*) filter (where outcomes.status = 'held') as held,
            count(*) filter (where outcomes.status = 'repeated') as repeated,
            count(*) filter (where outcomes.status is null) as waiting,
            coalesce(sum(outcomes.records_parsed), 0)::bigint as records_parsed,
            coalesce(sum(outcomes.records_admitted), 0)::bigint as records_admitted,
            coalesce(sum(outcomes.records_quarantined), 0)::bigint as records_quarantined,
            coalesce(sum(outcomes.records_held), 0)::bigint as records_held,
            coalesce(sum(outcomes.records_erased), 0)::bigint as records_erased,
            coalesce((select rules.rule_counts from rules where rules.feed_id = deliveries.feed_id), '{}')
                as rule_counts
        from ledger.deliveries
        left join ledger.outcomes on outcomes.delivery_id = deliveries.delivery_id
        group by deliveries.feed_id
        order by deliveries.feed_id
        """
    ).fetchall()


def declarations(connection) -> dict[str, dict]:
    """The feed files in force by feed: feed_version, declaration, declared_at."""
    found = connection.execute("select feed_id, feed_version, declaration, declared_at from ledger.feeds")
    return {row["feed_id"]: row for row in found}


def blocked(connection) -> list[dict]:
    """Output partitions that failed on their inputs and wait for other inputs or a request."""
    return connection.execute(
        "select blocks.table_id, blocks.partition, blocks.reason, blocks.blocked_at, runs.caller"
        " from ledger.blocks left join ledger.runs on runs.run_id = blocks.run_id"
        " order by blocks.table_id, blocks.partition"
    ).fetchall()
