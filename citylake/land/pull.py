"""Pull: ask the source of one feed for what is new, and land it."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from datetime import date, timedelta

from citylake import ledger, settings
from citylake.errors import CitylakeError, Problems, ServerUnavailable, WrongUse
from citylake.feed import find_feed
from citylake.land.connections import hidden
from citylake.land.pulled import Asked, Pulled, Recapture, keep
from citylake.ledger import deliveries
from citylake.ledger.feeds import declare_feeds
from citylake.ledger.requests import request_recapture

ROLE = "land"


def land_feed(feed_id: str, again: Recapture | None = None) -> dict:
    """Land what the source of a feed has that was not landed yet, or the days asked for again.

    Safe to repeat after a kill at any point: bytes first, ledger second, and what was landed last is read from
    the ledger alone. Two pulls of a feed take turns. Returns feed, deliveries and bytes.
    Raises: CitylakeError; what was landed of other files or days before stays, whole.
    """
    feed = find_feed(feed_id)
    if not feed.arrival.is_pulled:
        raise WrongUse(
            f"'{feed_id}' is delivered to the inbox, not pulled", where=f"feeds/{feed.department}/{feed.dataset}.yml",
            found="arrival.from: inbox", next_step="`citylake land` takes what waits there.",
        )  # fmt: skip
    with _turn(feed_id), ledger.run(ROLE, "land", feed_id) as run:
        with ledger.connect(ROLE) as connection:
            declare_feeds(connection, [feed])
            remembered = deliveries.latest_by_source(connection, feed_id)
            (now,) = connection.execute(
                "select coalesce(ledger.clock_now(), clock_timestamp()) as now"
            ).fetchone().values()  # fmt: skip
        if settings.current().clock == "replay":
            now += timedelta(seconds=1)  # after everything that came before
        asked = Asked(feed, now, remembered, again)
        landed = size = 0
        for number, pulled in enumerate(_told(asked)):
            if asked.is_new(pulled):
                landed += _land_one(asked, pulled, number, run.run_id)
                size += pulled.bytes.size
        run.rows = landed
    return {"feed": feed_id, "deliveries": landed, "bytes": size}


def recapture(feed_id: str, first: date, last: date, reason: str) -> dict:
    """Ask the source again for days, both included, for a reason; bytes that are the same are found repeated.

    Raises: WrongUse where the source cannot be asked by days.
    """
    feed = find_feed(feed_id)
    if last < first or not reason.strip():
        raise WrongUse(
            "a recapture needs days and a reason", found=f"{first} to {last}, reason '{reason}'",
            expected="the last day not before the first, and why they are asked for again",
        )  # fmt: skip
    if feed.arrival.source == "http" and not feed.arrival.is_by_day:
        raise WrongUse(
            "the source cannot be asked for days", where=f"feeds/{feed.department}/{feed.dataset}.yml",
            found=f"arrival.url: {feed.arrival.url}", expected="{from} or {to} in the url",
        )  # fmt: skip
    if not feed.arrival.is_pulled:
        return land_feed(feed_id)  # says that it is not pulled
    with ledger.connect("steward") as connection:
        request_id = request_recapture(connection, feed.admitted, first.isoformat(), last.isoformat(), reason)
    return land_feed(feed_id, Recapture(first, last, request_id))


def _land_one(asked: Asked, pulled: Pulled, number: int, run_id: str) -> int:
    """Bytes first, ledger second. Files of one pull arrive in the order they are given."""
    with ledger.connect(ROLE) as connection:
        is_known = deliveries.is_recorded(connection, asked.feed.feed_id, pulled.source_uri, pulled.version)
    version = asked.recorded_version(pulled, is_known)
    kept = keep(ROLE, asked.feed, pulled, version, asked.asked_at + timedelta(microseconds=number))
    with ledger.connect(ROLE) as connection:
        return int(deliveries.record_delivery(connection, kept, run_id))


def _told(asked: Asked) -> Iterator[Pulled]:
    """What the source gives. No error leaves with a credential in it, or with another that has one."""
    source = importlib.import_module(f"citylake.land.sources.{asked.feed.arrival.source}")
    try:
        yield from source.pull(asked)
    except CitylakeError as error:
        raise _without_credentials(error) from None
    except Exception as error:
        raise ServerUnavailable(
            "the source could not be read", where=asked.feed.feed_id, found=hidden(f"{type(error).__name__}: {error}"),
            next_step="Nothing more was landed; it is asked again at the next pull.",
        ) from None  # fmt: skip


def _without_credentials(error: CitylakeError) -> CitylakeError:
    if isinstance(error, Problems):
        return Problems([_without_credentials(each) for each in error.problems])
    parts = {name: getattr(error, name) for name in ("where", "found", "expected", "next_step")}
    shown = {name: text and hidden(text) for name, text in parts.items()}
    return type(error)(hidden(error.what), **shown)


@contextlib.contextmanager
def _turn(feed_id: str) -> Iterator[None]:
    """Hold the feed's lock in the ledger; it goes with the process that holds it."""
    with ledger.connect(ROLE, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (f"land {feed_id}",))
        yield
