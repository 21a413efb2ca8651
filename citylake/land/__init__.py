"""Land: take every object waiting in the inbox to the landing bucket, as it came."""

from __future__ import annotations

from citylake import ledger
from citylake.feed import load_feeds
from citylake.land.inbox import Arrived, keep, remove, waiting_objects
from citylake.land.unknown import take_unknown, waiting_unknown
from citylake.ledger.feeds import declare_feeds

ROLE = "land"
UNKNOWN = "unknown"  # the dataset of an object that no feed of its department takes


def land() -> dict:
    """Land every waiting object, in order of arrival. Safe to repeat after a kill at any point.

    An object several feeds read becomes a delivery of each. One that no feed takes is kept too, as
    `<department>.unknown`, and landed again for a feed that takes it later. Returns objects, deliveries, and
    the feeds that have something to admit.
    """
    waiting, feeds = waiting_objects(ROLE), load_feeds()
    if not waiting and not waiting_unknown(ROLE, feeds.values()):
        return {"objects": 0, "deliveries": 0, "feeds": []}
    touched: set[str] = set()
    deliveries = 0
    with ledger.run(ROLE, "land", "inbox") as run:
        with ledger.connect(ROLE) as connection:
            declare_feeds(connection, feeds.values())
        for arrived in waiting:
            takers = [feed for feed in feeds.values() if feed.takes(arrived.department, arrived.name)]
            recorded = [(feed.feed_id, feed.sender(arrived.name, arrived.sender)) for feed in takers] or [
                (f"{arrived.department}.{UNKNOWN}", arrived.sender or arrived.department)
            ]
            deliveries += _land_one(arrived, recorded, run.run_id)
            touched |= {feed.feed_id for feed in takers}
        taken = take_unknown(ROLE, feeds.values(), run.run_id)
        deliveries, touched = deliveries + len(taken), touched | set(taken)
        run.rows = deliveries
    return {"objects": len(waiting), "deliveries": deliveries, "feeds": sorted(touched)}


def _land_one(arrived: Arrived, recorded: list[tuple[str, str]], run_id: str) -> int:
    """Bytes first, ledger second, inbox last: a kill between any two repeats without a trace."""
    from citylake.ledger.deliveries import record_delivery

    kept = [keep(ROLE, arrived, feed_id, sender) for feed_id, sender in recorded]
    with ledger.connect(ROLE) as connection:
        new = sum(record_delivery(connection, delivery, run_id) for delivery in kept)
    remove(ROLE, arrived)
    return new
