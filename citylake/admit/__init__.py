"""Admit: one delivery from bytes to admitted and quarantined rows, or held with the reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from citylake import lake, ledger, settings
from citylake.admit import drift, erased, forgetting
from citylake.admit.reading import Reading, Unreadable, read
from citylake.admit.scratch import scratch
from citylake.admit.typing import Typed, Typing
from citylake.admit.unpacking import unread
from citylake.admit.writing import Target, admitted_schema, quarantine_schema, replace_rows
from citylake.errors import WrongUse
from citylake.feed import Feed, load_feeds
from citylake.ledger import decisions, deliveries, erasures, profiles, readmissions, runs
from citylake.ledger.deliveries import Delivery, Outcome
from citylake.ledger.feeds import declare_feeds
from citylake.privacy.erasure import Persons
from citylake.stewardship import readmission

ROLE = "admit"


def admit_waiting(feed_id: str, progress: Callable[[Outcome], None] | None = None) -> dict:
    """Admit every delivery of a feed that waits, in order of arrival. Returns the counts of outcomes.

    Asks again until nothing waits: an admission can undo that a later delivery repeated an earlier one. After the
    last re-admission what must leave no trace is forgotten. Raises: WrongUse where the feed file changed the meaning of
    rows that nobody asked for again.
    """
    counts = {"admitted": 0, "held": 0, "repeated": 0, "rows": 0}
    done: set[str] = set()
    while True:
        with ledger.connect(ROLE) as connection:
            waiting = [
                item for item in deliveries.waiting(connection, feed_id) if item.delivery_id not in done
            ]
        if not waiting:
            forgetting.forget(ROLE, feed_id)
            return counts
        for delivery in waiting:
            outcome = admit(delivery.delivery_id)
            done.add(delivery.delivery_id)
            counts[outcome.status] += 1
            counts["rows"] += outcome.records_admitted
            if progress:
                progress(outcome)


def admit(delivery_id: str) -> Outcome:
    """Admit one delivery; doing it again replaces what it did before.

    A function of the bytes, the feed file and the keys. Order: quarantined rows, admitted rows (one
    Iceberg commit each), then one transaction in the ledger. Raises: WrongUse for an unknown delivery, for one that is past
    retention, or where the feed file changed the meaning of other rows that nobody asked for again.
    """
    with ledger.connect(ROLE) as connection:
        delivery = deliveries.find_delivery(connection, delivery_id)
        feed = load_feeds().get(delivery.feed_id) if delivery else None
        if delivery is None or feed is None:
            raise WrongUse(
                f"there is no delivery '{delivery_id}'" if delivery is None
                else f"delivery '{delivery_id}' belongs to no feed: '{delivery.feed_id}'",
                next_step="`citylake ledger deliveries` lists the deliveries.",
            )  # fmt: skip
        if deliveries.is_expired(connection, delivery_id):
            raise WrongUse(
                f"delivery '{delivery_id}' is past retention: its bytes are deleted",
                next_step="`citylake privacy retention --certificates` says when. What was made of it stays as it is.",
            )
        is_settled = readmission.refuse_mixing(connection, feed, delivery_id)
        declare_feeds(connection, [feed])
        if is_settled:
            readmissions.settle(connection, feed.feed_id, feed.version)
        repeats = deliveries.repeated(connection, delivery, covered_period(delivery, feed)[0])
        history = _History(connection, delivery, feed)
        now = connection.execute("select ledger.clock_now() as now, clock_timestamp() as wall").fetchone()
    with ledger.run(ROLE, "admit", delivery_id) as run:
        known_at = delivery.arrived_at if settings.current().clock == "replay" else now["now"]
        common = {
            "delivery_id": delivery_id, "feed_version": feed.version, "known_at": known_at, "started_at": now["wall"],
        }  # fmt: skip
        if repeats:
            _replace(delivery, feed, run.run_id, Typed())  # an attempt before may have left rows
            outcome = Outcome(status="repeated", repeats=repeats, **common)
        else:
            outcome = _admit(delivery, feed, run.run_id, common, history)
        with ledger.connect(ROLE) as connection:
            if outcome.status == "admitted" and history.profile is not None:
                profiles.keep_profile(
                    connection, delivery_id, history.profile.records, history.profile.as_kept(feed)
                )
            else:
                profiles.drop_profile(connection, delivery_id)
            attempt = deliveries.next_attempt(connection, delivery_id)
            deliveries.record_outcome(connection, feed.admitted, outcome, attempt, run.run_id)
        run.rows = outcome.records_admitted
    return outcome


def covered_period(delivery: Delivery, feed: Feed) -> tuple[tuple[date, date] | None, list[dict]]:
    """The first and last day the delivery's name covers, or None; and the reason to hold where it is impossible."""
    told = f"the name '{delivery.name}' covers"
    try:
        period = feed.covers.period(delivery.name) if feed.covers else None
    except ValueError as error:
        return None, [{"kind": "impossible_period", "text": f"{told} no days: {error}"}]
    if period and feed.partition:
        first, last = feed.partition.plausible(_landed_at(delivery), feed.day_zone)
        # A file of a whole month or year may come before its end.
        if period[0] < first or period[0] > last or period[1] > last + timedelta(days=366):
            text = f"{told} {period[0]} to {period[1]}, where {first} to {last} is plausible (partition.since, partition.ahead)"
            return None, [{"kind": "impossible_period", "text": text}]
    return period, []


def _landed_at(delivery: Delivery) -> datetime:
    """When it landed; in a replayed city when it was said to arrive."""
    is_replayed = settings.current().clock == "replay"
    return delivery.arrived_at if is_replayed else delivery.landed_at or delivery.arrived_at


class _History:
    """What the feed delivered before, whether a steward released this delivery, and its own profile in time.

    `erased` are the persons whose records must not become rows. A delivery of which such records were taken out is not held
    for what it lacks now: `is_emptied` says that no record is left.
    """

    def __init__(self, connection, delivery: Delivery, feed: Feed):
        hashes = erasures.hashes(connection, feed.domains)
        self.erased = Persons(feed, hashes) if hashes else None
        rewritten = erasures.of_delivery(connection, delivery.delivery_id) if hashes else []
        was_admitted = any(each["status_before"] == "admitted" for each in rewritten)
        self.is_emptied = any(
            each["records_left"] == 0 and each["status_before"] != "held" for each in rewritten[-1:]
        )
        self.is_released = decisions.is_released(connection, delivery.delivery_id) or was_admitted
        self.before = [
            drift.Profile.kept(row["records"], row["columns"])
            for row in profiles.latest_profiles(connection, delivery, drift.LATEST)
        ]
        self.profile: drift.Profile | None = None

    def accepts(self, reason: dict, found: dict) -> bool:
        """Whether undeclared columns are accepted, also where their names are like those of absent optional ones: by a
        steward, or with the delivery before."""
        known = set(self.before[-1].columns) if self.before else set()
        asked = {
            "added_column": found.get("added", []),
            "renamed": [item["to"] for item in drift.renamed_optional(found)],
        }.get(reason["kind"])
        return asked is not None and (self.is_released or known >= set(asked))


def _admit(delivery: Delivery, feed: Feed, run_id: str, common: dict, history: _History) -> Outcome:
    with scratch(delivery.delivery_id) as folder:
        found, typed, reasons = _read_and_type(delivery, feed, folder, common, history)
        snapshots = _replace(delivery, feed, run_id, typed)
    return Outcome(
        status="held" if reasons else "admitted", records_parsed=typed.parsed, records_admitted=typed.admitted,
        records_quarantined=typed.quarantined, records_held=typed.parsed - typed.erased if reasons else 0,
        records_erased=typed.erased,
        rule_counts=typed.rule_counts, null_counts=typed.null_counts, drift=found, reasons=reasons,
        covers=typed.covers, partitions=typed.partitions, admitted_snapshot=snapshots["admitted"],
        quarantine_snapshot=snapshots["quarantine"], **common,
    )  # fmt: skip


def _replace(delivery: Delivery, feed: Feed, run_id: str, typed: Typed) -> dict[str, int | None]:
    """Make the delivery's rows in both tables be those of the files; returns the snapshots by layer."""
    by_month = feed.partition is not None
    admitted = Target(feed.admitted, admitted_schema(feed), by_month, lambda: _pending(feed))
    parts = (
        ("quarantine", Target(feed.quarantine, quarantine_schema(), False), typed.quarantined_files),
        ("admitted", admitted, typed.admitted_files),
    )
    with forgetting.writing(ROLE, feed.feed_id, delivery.delivery_id) as connection:
        was_tried = runs.began_before(connection, "admit", delivery.delivery_id, run_id)
        return {
            layer: replace_rows(ROLE, target, delivery.delivery_id, run_id, files, was_tried=was_tried)
            for layer, target, files in parts
        }


def _pending(feed: Feed) -> list[str]:
    with ledger.connect(ROLE) as connection:
        return readmissions.pending(connection, feed.feed_id)


def _read_and_type(
    delivery: Delivery, feed: Feed, folder: Path, common: dict, history: _History
) -> tuple[dict, Typed, list[dict]]:
    """Drift, rows and reasons to hold; where there is a reason there are no rows but their count."""
    found: dict = {}
    reading: Reading | None = None
    try:
        reading = _read(delivery, feed, history)
        found = drift.drift(feed, reading.header) | _unread(reading, delivery, feed)
        profiler = drift.Profiler(feed, reading)
        reasons = drift.reasons_to_hold(feed, found, reading.header) + covered_period(delivery, feed)[1]
        reasons = [reason for reason in reasons if not history.accepts(reason, found)]
        if reasons:
            for _ in reading.batches:  # only to count them
                pass
            drift.note_likely_names(found, reasons, profiler.profile(), history.before)
            return found, Typed(parsed=reading.records, erased=reading.erased), reasons
        typing = Typing(feed, delivery, folder, _landed_at(delivery), common["known_at"])
        typed = typing.run(reading, reopen=lambda: _read(delivery, feed, history))
    except Unreadable as error:
        reason = {
            "kind": error.kind,
            "text": error.detail + drift.seen_at_landing(error.kind, delivery.encoding),
        }
        counted = Typed(parsed=reading.records, erased=reading.erased) if reading else Typed()
        return found, counted, [reason]
    if typed.parsed == 0 and not feed.format.may_be_empty and not history.is_emptied:
        reason = {"kind": "empty", "text": "a header and no records, where records are promised"}
        return found, Typed(), [reason]
    history.profile = profiler.profile()
    # As the ledger keeps profiles: what is found is told in the outcome, where no personal value may stand.
    told = drift.Profile.kept(history.profile.records, history.profile.as_kept(feed))
    changes = drift.findings(feed, told, history.before)
    changes += drift.moved(found, history.profile, history.before)  # it names columns, no values
    for change in changes:
        found.setdefault(change.kind, []).append(change.text)
    reasons = [] if history.is_released else drift.held_for(feed, changes)
    return found, Typed(parsed=typed.parsed, erased=typed.erased) if reasons else typed, reasons


def _unread(reading: Reading, delivery: Delivery, feed: Feed) -> dict[str, list[str]]:
    """The files of the archive that neither this feed reads nor another that takes the same delivery."""
    takers = [feed, *(each for each in load_feeds().values() if each.takes(feed.department, delivery.name))]
    found = unread(reading.others, [each.format.member for each in takers if each.format.member])
    return {"unread": found} if found else {}


def _read(delivery: Delivery, feed: Feed, history: _History) -> Reading:
    if history.is_emptied:  # where names of columns stand in records only, none is left to read
        return Reading(list(feed.source_columns), iter(()))
    bucket, key = lake.split_uri(delivery.landing_uri)
    reading = read(lake.s3(ROLE).get_object(Bucket=bucket, Key=key)["Body"], feed, delivery.compression)
    return erased.without(reading, feed, history.erased) if history.erased else reading
