"""Publications: what was published or refused, why it differs from before, and what its checks found."""

from __future__ import annotations

import json
from collections.abc import Iterable

from citylake.ledger.partitions import causes


def record_publication(
    connection, publication_id: str, domain: str, status: str, run_id: str, *,
    partitions: list[dict], row_counts: dict[str, int],
) -> None:  # fmt: skip
    """Record a publication that was made (`published`) or not allowed (`refused`).

    `partitions` holds partition, version and reason. One transaction with what it publishes.
    """
    connection.execute(
        "insert into ledger.publications"
        " (publication_id, domain, status, run_id, known_at, partitions, row_counts)"
        " values (%s, %s, %s, %s, coalesce("
        # What came by hand is known, whatever the clock of a replayed city says.
        "   greatest(ledger.clock_now(), (select max(arrived_at) from ledger.deliveries)), now()"
        " ), %s, %s)",
        (
            publication_id,
            domain,
            status,
            run_id,
            json.dumps(partitions, ensure_ascii=False),
            json.dumps(row_counts),
        ),
    )


def record_causes(
    connection, publication_id: str, table_id: str, remade: Iterable[tuple[str, int]]
) -> set[str]:
    """Record the deliveries that made partitions differ from their version before; returns all of them.

    `remade` holds partitions with their new versions; a first version has no causes.
    """
    rows = [
        (publication_id, partition, delivery)
        for partition, version in remade
        if version > 1
        for delivery in sorted(causes(connection, table_id, partition, version))
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ledger.publication_causes (publication_id, partition, delivery_id)"
            " values (%s, %s, %s)",
            rows,
        )
    return {row[2] for row in rows}


def record_checks(connection, run_id: str, results: Iterable[dict], report_uri: str | None) -> None:
    """Record the results of a run's checks: table, check_id, description, severity, success, observed."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into ledger.check_results (run_id, table_name, check_id, description, severity, success,"
            " observed, report_uri) values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (run_id, item["table"], item["check_id"], item["description"], item["severity"],
                 item["success"], json.dumps(item["observed"]), report_uri)
                for item in results
            ],
        )  # fmt: skip
