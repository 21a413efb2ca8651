"""One process of a self-test: make a lake again by the project it runs in, and say how it differs from the truth.

`python -m citylake.cli.self_test.remake <truth> '<json>'`, with what to admit and to make again; prints the differences as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

_WHY = "self-test"


def remake(readmits: Sequence[str] = (), remakes: Sequence[str] = ()) -> None:
    """Admit what waits and what a feed delivered before, then conform and publish what is stale, each table after its inputs."""
    from citylake import ledger
    from citylake.admit import admit_waiting
    from citylake.build import project
    from citylake.conform import conform, declare_tables
    from citylake.feed import find_feed, load_feeds
    from citylake.ledger.requests import request_backfill_of_made
    from citylake.publish import declare_marts, publish_domain
    from citylake.stewardship.readmission import readmit
    from citylake.table import inputs_first

    for feed_id in readmits:
        readmit(find_feed(feed_id), _WHY, everything=True)
    for feed_id in load_feeds():
        admit_waiting(feed_id)
    declare_tables()
    declare_marts()
    # Code that is not a table's own makes none of it stale.
    with ledger.connect("steward") as connection:
        request_backfill_of_made(connection, list(remakes), _WHY)
    for table_id in inputs_first():
        conform(table_id)
    for domain in project.domains():
        publish_domain(domain)


def main(words: Sequence[str]) -> None:
    """Do it, and print what differs."""
    from citylake.stewardship.verification import verify

    remake(**json.loads(words[1]))
    print(json.dumps([asdict(each) for each in verify(Path(words[0])).differences], ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
