"""Feed files as the ledger knows them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from citylake.feed import Feed


def declare_feeds(connection, feeds: Iterable[Feed]) -> None:
    """Make the ledger know the feed files in force; safe to repeat, writes only what changed."""
    for feed in feeds:
        declaration = json.dumps(feed.model_dump(mode="json", by_alias=True), ensure_ascii=False)
        connection.execute(
            "insert into ledger.feeds as known"
            " (feed_id, feed_version, declaration, delivers, senders, deadline, partition_by)"
            " values (%s, %s, %s, %s, %s, %s, %s) on conflict (feed_id) do update set"
            " feed_version = excluded.feed_version, declaration = excluded.declaration,"
            " delivers = excluded.delivers, senders = excluded.senders, deadline = excluded.deadline,"
            " partition_by = excluded.partition_by, declared_at = clock_timestamp()"
            " where known.feed_version <> excluded.feed_version",
            (
                feed.feed_id, feed.version, declaration, feed.mode, feed.arrival.senders,
                feed.arrival.deadline, feed.partition.by if feed.partition else None,
            ),
        )  # fmt: skip
        connection.execute(
            "insert into ledger.feed_versions (feed_id, feed_version, declaration) values (%s, %s, %s)"
            " on conflict do nothing",
            (feed.feed_id, feed.version, declaration),
        )
