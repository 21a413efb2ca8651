"""Tell each gap once: when its deadline has passed, and when it is closed."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from citylake import ledger
from citylake.feed import Feed, load_feeds
from citylake.ledger import arrivals, told_gaps
from citylake.ledger.feeds import declare_feeds
from citylake.stewardship.gaps.finding import gaps
from citylake.stewardship.gaps.slot import Slot, Status

ROLE = "land"
LOOK_BACK = timedelta(days=31)  # a gap that is older when it is first seen is in the grid, and told nobody

_log = logging.getLogger("citylake.gaps")
_Gap = tuple[str, str, str]


def tell() -> dict:
    """Log each slot that has become missing, and each told one that no longer is. Safe to repeat.

    Returns how many were `told` and `closed`, their sum as `found`, and the `lines` logged.
    """
    feeds = load_feeds()
    lines: list[str] = []
    closed = 0
    with ledger.connect(ROLE) as connection:
        declare_feeds(connection, feeds.values())
        known = told_gaps.open_gaps(connection)
        now = arrivals.clock(connection)
        if now is None:
            return {"told": 0, "closed": 0, "found": 0, "lines": []}
        last = (now + timedelta(days=1)).date()  # the local day can be one ahead
        recent = last - LOOK_BACK
        slots = _slots(connection, feeds, known, recent, last)
        missing = {gap: slot for slot in slots for gap in _gaps_of(slot)}
        for gap, slot in sorted(missing.items()):
            is_news = gap not in known and (slot.is_awaited or slot.slot >= recent)
            if is_news and told_gaps.note_told(connection, gap, slot.senders, slot.deadline_at):
                deadline = slot.deadline_at.strftime("%Y-%m-%dT%H:%M:%SZ")
                lines.append(_line(gap, "missing", f"deadline={deadline} senders={slot.senders}"))
        for gap in sorted(known.keys() - missing.keys()):
            status, delivery = _closed_by(gap, slots)
            if told_gaps.note_closed(connection, gap, status, delivery):
                closed += 1
                lines.append(_line(gap, status, f"closed=yes delivery={delivery or 'none'}"))
    # Only now: what is logged is committed. A kill between the two leaves the gap in the ledger and the grid.
    for line in lines:
        _log.warning(line)
    return {"told": len(lines) - closed, "closed": closed, "found": len(lines), "lines": lines}


def _slots(
    connection, feeds: dict[str, Feed], known: dict[_Gap, dict], recent: date, last: date
) -> list[Slot]:
    """The slots of the last weeks; of feeds with an older open gap, from that on."""
    older: dict[date, list[Feed]] = {}
    for name, feed in feeds.items():
        slots = [date.fromisoformat(slot[:10]) for feed_id, slot, _ in known if feed_id == name]
        older.setdefault(min([recent, *slots]), []).append(feed)
    return [slot for first, of_date in older.items() for slot in gaps(connection, of_date, first, last)]


def _gaps_of(slot: Slot) -> list[_Gap]:
    """What is told of a slot: itself, or each run of its missing hours or minutes by its begin."""
    if slot.missing:
        return [(slot.feed, f"{slot.slot}T{first}", slot.sender or "") for first, _ in slot.missing]
    return [(slot.feed, slot.slot.isoformat(), slot.sender or "")] if slot.status is Status.missing else []


def _closed_by(gap: _Gap, slots: list[Slot]) -> tuple[str, str | None]:
    """What became of a slot that was missing, and its delivery: late, held, …, or no longer expected."""
    feed_id, name, sender = gap
    of_slot = [slot for slot in slots if slot.feed == feed_id and slot.slot.isoformat() == name[:10]]
    mine = [slot for slot in of_slot if slot.sender == (sender or slot.sender) and slot.delivery]
    # A sender without a name has one now: the latest to come.
    newest = max(mine, key=lambda slot: slot.arrived_at or slot.deadline_at, default=None)
    if newest is None:
        return "not_expected", None
    return ("came" if len(name) > 10 else newest.status.value), newest.delivery


def _line(gap: _Gap, status: str, facts: str) -> str:
    feed_id, slot, sender = gap
    return f"feed={feed_id} slot={slot} sender={sender or 'unknown'} status={status} {facts}"
