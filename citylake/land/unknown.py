"""Objects that no feed took: which feeds come close, and their landing anew once a feed takes them."""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Iterable
from dataclasses import replace

from citylake import lake, ledger
from citylake.clock import derived_id
from citylake.feed import Feed, load_feeds
from citylake.ledger import deliveries
from citylake.ledger.deliveries import Delivery

_ALIKE = 0.6


def unknown() -> list[dict]:
    """Each object that no feed took, oldest first: delivery_id, department, name, arrived_at, size_bytes,
    landing_uri, and what comes `close`, in words."""
    with ledger.connect("steward") as connection:
        found = deliveries.unknown(connection)
    return [
        {
            "delivery_id": each.delivery_id, "department": _department(each), "name": each.name,
            "arrived_at": each.arrived_at, "size_bytes": each.size_bytes, "landing_uri": each.landing_uri,
            "close": close_feeds(_department(each), each.name, load_feeds().values()),
        }
        for each in found
    ]  # fmt: skip


def close_feeds(department: str, name: str, feeds: Iterable[Feed]) -> list[str]:
    """Why no feed takes the name, the likeliest reason first: another department's file, another spelling."""
    told: list[tuple[float, str]] = []
    for feed in feeds:
        files = feed.arrival.files
        if feed.takes(department, name):
            told.append((3, f"{feed.feed_id} takes it: `citylake land`"))
        elif feed.takes(feed.department, name):
            told.append((2, f"{feed.feed_id} takes '{files}', from {feed.department}"))
        elif feed.department == department:
            score = _likeness(name, files or "")  # a feed that is pulled takes no name
            if score >= _ALIKE:
                told.append((score, f"{feed.feed_id} takes '{files}'"))
    return [text for _, text in sorted(told, reverse=True)[:3]]


def _likeness(name: str, files: str) -> float:
    """Of the name and a pattern, 0 to 1: by their letters, for dates and numbers are what differs between files."""
    if fnmatch.fnmatchcase(name.lower(), files.lower()):
        return 1.0
    one, other = (re.sub(r"[\d*?\[\]_.-]+", "", text.lower()) for text in (name, files))
    return difflib.SequenceMatcher(None, one, other).ratio()


def take_unknown(role: str, feeds: Iterable[Feed], run_id: str) -> list[str]:
    """Land what waits as unknown for the feeds that take it by now; returns their ids, one for each delivery.

    The bytes are copied within landing, with their first time of arrival. Safe to repeat.
    """
    touched = []
    for known, feed in waiting_unknown(role, feeds):
        sender = feed.sender(known.name, known.sender)
        delivery_id = derived_id(known.arrived_at, feed.feed_id, known.source_uri, known.source_version)
        place = lake.landing_key(feed.feed_id, delivery_id, known.name)
        bucket, key = lake.split_uri(known.landing_uri)
        lake.s3(role).copy({"Bucket": bucket, "Key": key}, lake.LANDING, place)
        again = replace(
            known, delivery_id=delivery_id, feed_id=feed.feed_id, sender=sender,
            landing_uri=lake.landing_uri(feed.feed_id, delivery_id, known.name),
        )  # fmt: skip
        with ledger.connect(role) as connection:
            deliveries.record_delivery(connection, again, run_id)
        touched.append(feed.feed_id)
    return touched


def waiting_unknown(role: str, feeds: Iterable[Feed]) -> list[tuple[Delivery, Feed]]:
    """Unknown objects with each feed that takes them by now."""
    with ledger.connect(role) as connection:
        found = deliveries.unknown(connection)
    return [(each, feed) for each in found for feed in feeds if feed.takes(_department(each), each.name)]


def _department(delivery: Delivery) -> str:
    return delivery.feed_id.partition(".")[0]
