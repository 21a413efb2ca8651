"""One process of a self-test: make a lake again by the project it runs in, and say how it differs from the truth.

`python -m citylake.cli.self_test.remake <truth> '<json>'`, with what to admit and to make again; prints the differences as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from graphlib import TopologicalSorter
from pathlib import Path

_WHY = "self-test"


def remake(readmits: Sequence[str] = (), remakes: Sequence[str] = ()) -> None:
    """Admit what waits and what a feed delivered before, then conform and publish what is stale, each table after its inputs."""
    from citylake.admit import admit_waiting
    from citylake.build import project
    from citylake.conform import conform, declare_tables
    from citylake.feed import find_feed, load_feeds
    from citylake.publish import declare_marts, publish_domain
    from citylake.stewardship.readmission import readmit
    from citylake.table import load_tables

    for feed_id in readmits:
        readmit(find_feed(feed_id), _WHY, everything=True)
    for feed_id in load_feeds():
        admit_waiting(feed_id)
    declare_tables()
    declare_marts()
    _ask_again(remakes)
    tables = load_tables()
    reads = {
        name: {item.table for item in table.inputs.values()} & set(tables) for name, table in tables.items()
    }
    for table_id in TopologicalSorter(reads).static_order():
        conform(table_id)
    for domain in project.domains():
        publish_domain(domain)


def _ask_again(table_ids: Sequence[str]) -> None:
    """Ask for every partition that was made of some tables: code that is not theirs makes none stale."""
    from citylake import ledger
    from citylake.ledger.requests import request_backfill

    with ledger.connect("steward") as connection:
        made = connection.execute(
            "select table_id, min(partition) as first, max(partition) as last from ledger.versions"
            " where table_id = any(%s) group by 1",
            (list(table_ids),),
        ).fetchall()
        for row in made:
            request_backfill(connection, row["table_id"], row["first"], row["last"], _WHY, staged=False)


def main(words: Sequence[str]) -> None:
    """Do it, and print what differs."""
    from citylake.stewardship.verification import verify

    remake(**json.loads(words[1]))
    print(json.dumps([asdict(each) for each in verify(Path(words[0])).differences], ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
