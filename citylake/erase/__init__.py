"""Erasure of one person: every record of them leaves landing, tables and history, and none becomes a row again.

Who it is is known by a keyed hash of the value (docs/decisions/0036). Records are taken out of the bytes in landing, the
deliveries are admitted again without them, and what was made of them is made again by the ordinary stages.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from citylake import lake, ledger
from citylake.admit import admit_waiting, forgetting
from citylake.conform.work import only_writer
from citylake.erase import sealed
from citylake.erase.rewriting import NotRewritable, Rewritten, Unreadable, rewritten
from citylake.errors import CitylakeError, DataFailed, Problems, WrongUse
from citylake.feed import Feed, load_feeds
from citylake.ledger import deliveries, erasures, readmissions
from citylake.privacy.erasure import Persons, hashes
from citylake.stewardship import readmission

ROLE = "erase"
HISTORY_ROLE = "retain"  # the one that may delete what conform wrote


@dataclass
class Erased:
    """What one run did: deliveries rewritten, records taken out of them, and what could not be looked into.

    `sealed_rows` are conformed rows of days that are never made again. `unread` are records that nobody could split into
    columns and that hold no such value; `shut` are deliveries that cannot be read at all, `unknown` objects that no feed takes.
    `left` says what is still to be done, empty where nothing is.
    """

    deliveries: int = 0
    records: int = 0
    sealed_rows: int = 0
    unread: int = 0
    shut: int = 0
    unknown: int = 0
    left: tuple[str, ...] = ()


def erase(domain: str, value: str, because: str, advance: Callable[[], None] = lambda: None) -> Erased:
    """Erase whoever has a value within a linkage domain. Safe to repeat, and to kill at any instant: the same command goes on.

    Raises: WrongUse for a domain that no feed has, without a reason, or where a feed file's change is not admitted yet;
    Problems where a delivery cannot be rewritten: then nothing was changed.
    """
    feeds = _feeds_of(domain)
    found = hashes(value, domain)
    if not found:
        raise WrongUse("there is no value to look for", expected="what identifies one person, on one line")
    if not because.strip() or hashes(because, domain) == found or value.strip() in because:
        raise WrongUse(
            "an erasure needs a reason that does not hold the value", next_step="Add --because 'why'."
        )
    with _alone():
        _refuse(feeds, found, advance)
        sealed_rows = sealed.delete_rows(
            ROLE, HISTORY_ROLE, feeds, value, domain
        )  # the one step that needs the value
        with ledger.connect(ROLE) as connection:
            erasure = erasures.ask(connection, domain, found, because.strip())
        return replace(_go_on(erasure, advance), sealed_rows=sealed_rows)


def go_on(advance: Callable[[], None] = lambda: None) -> Erased:
    """Do what is left of all erasures: of those that were stopped, and of deliveries that brought such records since."""
    total = Erased()
    with _alone():
        with ledger.connect(ROLE) as connection:
            every = erasures.every(connection)
        for erasure in every:
            done = _go_on(erasure, advance)
            for name in ("deliveries", "records", "unread"):
                setattr(total, name, getattr(total, name) + getattr(done, name))
            total.shut, total.unknown = max(total.shut, done.shut), max(total.unknown, done.unknown)
            total.left += tuple(each for each in done.left if each not in total.left)
    return total


def left(erasure: dict) -> tuple[str, ...]:
    """What is still to be done for an erasure, in words; empty where nothing is."""
    found = _before_history(erasure)
    return found if found or erasure["finished_at"] else ("older snapshots of conformed tables",)


def _before_history(erasure: dict) -> tuple[str, ...]:
    """What is to be done before older snapshots of conformed tables may go."""
    with ledger.connect(ROLE) as connection:
        told = [] if erasure["looked_at"] else ["not all deliveries are looked through"]
        if begun := erasures.begun(connection, erasure["erasure_id"]):
            told.append(f"{len(begun)} deliveries are being rewritten")
        feeds = [feed.feed_id for feed in _feeds_of(erasure["domain"], must_be=False)]
        again = erasures.brought_again(connection)
        if since := sum(each["delivery_id"] in again for each in erasures.kept(connection, feeds)):
            told.append(f"{since} deliveries brought such records since")
        for feed_id in erasures.feeds(connection, erasure["erasure_id"]):
            now = readmissions.progress(connection, feed_id, erasure["asked_at"])
            told += [f"{feed_id}: {now.pending} deliveries to be admitted again"] if now.pending else []
            told += [f"{feed_id}: older snapshots"] if now.forgettings else []
            told += [f"{feed_id}: {now.stale} partitions made of it to be made again"] if now.stale else []
            told += [*now.failed, *now.blocked]
    return tuple(dict.fromkeys(told))


def _feeds_of(domain: str, *, must_be: bool = True) -> list[Feed]:
    feeds = [feed for feed in load_feeds().values() if domain in feed.domains]
    if must_be and not feeds:
        known = sorted({each for feed in load_feeds().values() for each in feed.domains})
        raise WrongUse(f"no feed has the linkage domain '{domain}'", expected="one of " + ", ".join(known))
    return feeds


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One erasure at a time."""
    with ledger.connect(ROLE, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(hashtextextended('erase', 0))")
        yield


def _refuse(feeds: list[Feed], found: list[str], advance: Callable[[], None]) -> None:
    """Find out before anything changes whether all of it can be done."""
    problems: list[CitylakeError] = []
    with ledger.connect(ROLE) as connection:
        for feed in feeds:
            readmission.refuse_mixing(connection, feed)
        kept = erasures.kept(connection, [feed.feed_id for feed in feeds])
    for delivery in kept:
        try:
            _without(delivery, found)
        except DataFailed as error:
            problems.append(error)
        advance()
    if problems:
        raise Problems(problems)


def _go_on(erasure: dict, advance: Callable[[], None]) -> Erased:
    """Everything that can be done now: what is made of the deliveries is made again by the stages of the lake."""
    done = Erased()
    with ledger.run(ROLE, "erase", erasure["erasure_id"]) as run:
        _rewrite(erasure, run.run_id, done, advance)
        run.rows = done.records
    with ledger.connect(ROLE) as connection:
        touched = erasures.feeds(connection, erasure["erasure_id"])
    for feed_id in touched:
        if feed_id in load_feeds():
            admit_waiting(feed_id)
    with ledger.connect(ROLE) as connection:
        erasure = erasures.one(connection, erasure["erasure_id"])
    done.left = _before_history(erasure)
    if not done.left and (done.deliveries or not erasure["finished_at"]):
        _forget_conformed(touched)
        with ledger.connect(ROLE) as connection:
            erasures.finish(connection, erasure["erasure_id"])
    return done


def _rewrite(erasure: dict, run_id: str, done: Erased, advance: Callable[[], None]) -> None:
    """Take the person out of all deliveries; where all were looked through before, out of those that came since."""
    feeds = [feed.feed_id for feed in _feeds_of(erasure["domain"], must_be=False)]
    with ledger.connect(ROLE) as connection:
        kept = erasures.kept(connection, feeds)
        begun = {each["delivery_id"] for each in erasures.begun(connection, erasure["erasure_id"])}
        done.unknown = len(deliveries.unknown(connection))
        if erasure["looked_at"]:
            wanted = begun | erasures.brought_again(connection)
            kept = [each for each in kept if each["delivery_id"] in wanted]
    for delivery in kept:
        _rewrite_one(delivery, erasure, run_id, done, was_begun=delivery["delivery_id"] in begun)
        advance()
    with ledger.connect(ROLE) as connection:
        erasures.looked(connection, erasure["erasure_id"])


def _rewrite_one(delivery: dict, erasure: dict, run_id: str, done: Erased, *, was_begun: bool) -> None:
    """Ledger, object, ledger: a kill between any two is found, and repeats without a trace."""
    made, before = _without(delivery, erasure["hashes"])
    done.unread += made.unread
    done.shut += made.left < 0
    if made.erased:
        done.deliveries, done.records = done.deliveries + 1, done.records + made.erased
        rewriting = {
            "delivery_id": delivery["delivery_id"], "erasure_id": erasure["erasure_id"],
            "sha256_before": hashlib.sha256(before).hexdigest(), "sha256_after": hashlib.sha256(made.data).hexdigest(),
            "size_bytes": len(made.data), "records_erased": made.erased, "records_left": made.left,
            "status_before": delivery["status"], "run_id": run_id,
        }  # fmt: skip
        with ledger.connect(ROLE) as connection:
            erasures.begin_rewriting(connection, rewriting)
        _put(delivery, made.data)
    if made.erased or was_begun:
        with ledger.connect(ROLE) as connection:
            erasures.end_rewriting(connection, delivery["delivery_id"], erasure["erasure_id"])
            if delivery["status"] in ("admitted", "held"):
                reason = f"erasure {erasure['erasure_id']}"
                readmissions.ask(connection, delivery["feed_id"], [delivery["delivery_id"]], reason)
                readmissions.ask_to_forget(connection, delivery["feed_id"], reason)


def _without(delivery: dict, found: list[str]) -> tuple[Rewritten, bytes]:
    """The bytes of a delivery without the person, as all feeds of the domain that take these bytes read them; and as they are.

    `left` is -1 where they cannot be read. Raises: DataFailed.
    """
    bucket, key = lake.split_uri(delivery["landing_uri"])
    before = data = lake.s3(ROLE).get_object(Bucket=bucket, Key=key)["Body"].read()
    erased = unread = 0
    records_left = -1
    for feed_id in delivery["together"]:
        feed = load_feeds().get(feed_id)
        if feed is None or not feed.domains:
            continue
        try:
            made = rewritten(data, delivery["compression"], feed, Persons(feed, found))
        except Unreadable:
            continue
        except NotRewritable as error:
            raise DataFailed(
                "one person's records cannot be taken out of this delivery", where=delivery["landing_uri"],
                found=str(error), expected="csv, jsonl, xml or fixed_width that admission reads as before without them",
                next_step="Nothing of it was changed. It can only go as a whole: when its retention is over.",
            ) from error  # fmt: skip
        data, erased, unread = made.data, max(erased, made.erased), unread + made.unread
        if feed_id == delivery["feed_id"] or records_left < 0:
            records_left = made.left
    return Rewritten(data, erased, records_left, unread), before


def _put(delivery: dict, data: bytes) -> None:
    """Write over the object in landing; what is said of it stays, but the hash."""
    bucket, key = lake.split_uri(delivery["landing_uri"])
    client = lake.s3(ROLE)
    told = client.head_object(Bucket=bucket, Key=key)["Metadata"]
    client.put_object(
        Bucket=bucket, Key=key, Body=data, Metadata=told | {"sha256": hashlib.sha256(data).hexdigest()}
    )


def _forget_conformed(feeds: list[str]) -> None:
    """Leave current rows only of all conformed tables that are made of these feeds."""
    with ledger.connect(ROLE) as connection:
        tables = {each for feed_id in feeds for each in readmissions.made_of(connection, feed_id)}
    for table_id in sorted(each for each in tables if each.startswith("conformed.")):
        with only_writer(table_id, HISTORY_ROLE):
            forgetting.forget_all_but_main(HISTORY_ROLE, table_id)
