"""What waits or is stale now, for the sweep that wakes what events missed."""

from __future__ import annotations

from citylake.feed import load_feeds
from citylake.ledger import deliveries, partitions, readmissions
from citylake.ledger.connection import connect


def sweep() -> dict:
    """Feeds with waiting deliveries or something to forget, and outputs with stale partitions; changes nothing."""
    known = load_feeds()
    with connect("land") as connection:
        busy = {item.feed_id for item in deliveries.waiting(connection)} | set(
            readmissions.to_forget(connection)
        )
        feeds = sorted(busy & set(known))
        tables = sorted({item.table_id for item in partitions.stale(connection)})
    return {"feeds": feeds, "tables": tables, "found": len(feeds) + len(tables)}
