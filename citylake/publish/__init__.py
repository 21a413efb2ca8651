"""Publish: build, check, protect and publish a domain's marts, as one task.

dbt and Great Expectations are imported only where there is something to publish.
"""

from __future__ import annotations


def publish_domain(domain: str, request: str | None = None) -> dict:
    """Bring a domain's published marts up to what its conformed tables hold now. Safe to repeat.

    Everything a publication changes is one PostgreSQL transaction. Partitions whose critical checks fail
    keep their last good version and are blocked until their inputs change; the others are published all
    the same. With a `request`, nothing is published: the difference it would make is recorded with it.

    Returns domain, partitions (0: nothing was stale), publication_id, rows by mart, hidden rows, checks,
    failed checks by severity, and seconds by stage.
    Raises: DataFailed where a critical check or a dbt test failed.
    """
    from citylake.build.project import known_domain
    from citylake.publish.difference import stage_request
    from citylake.publish.publication import publish_stale

    known_domain(domain)
    return stage_request(domain, request) if request else publish_stale(domain)


def declare_marts() -> None:
    """Make the ledger know the marts of every domain and their inputs, for the sweep. Safe to repeat."""
    from citylake import ledger
    from citylake.build.plan import declare
    from citylake.build.project import domains

    with ledger.connect("publish") as connection:
        for domain in domains():
            declare(connection, domain)
