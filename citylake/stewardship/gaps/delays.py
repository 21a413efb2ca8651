"""How late deliveries come after the end of their slot, beside the deadline that is declared."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from citylake.calendar import WorkingDays, working_days
from citylake.feed import Feed
from citylake.ledger import arrivals
from citylake.stewardship.gaps import cadence, daily, within_day
from citylake.stewardship.gaps.finding import kind, read_evidence
from citylake.stewardship.gaps.slot import Evidence, Window

_FAR = 2.0  # a deadline this many times the 99th percentile, or passed by more than one in a hundred, is told
_LEAST = 30  # of fewer deliveries the 99th percentile says too little for an advice


@dataclass(frozen=True)
class Delays:
    """The delays of one feed's first deliveries, or of its corrections; shares in percent, delays in seconds.

    A delay is negative where a delivery came before the end of its slot.
    """

    feed: str
    deliveries: str  # first | correction
    count: int
    p50: timedelta
    p90: timedelta
    p95: timedelta
    p99: timedelta
    max: timedelta
    deadline: timedelta
    in_time_pct: float
    hint: str | None


def delays(connection, feeds: Iterable[Feed]) -> list[Delays]:
    """Percentiles of the delays of every delivery since the feed's first expected slot, by feed.

    Of feeds that deliver several times a day only where names tell the time: else a delivery is of the slot it
    came in. Corrections are those of feeds of days.
    """
    chosen = {feed.feed_id: feed for feed in feeds}
    now = arrivals.clock(connection)
    if now is None:
        return []
    window, working = Window(date.min + timedelta(days=2), date.max - timedelta(days=2), now), working_days()
    of_days = {name: feed for name, feed in chosen.items() if kind(feed) is daily}
    others = {name: feed for name, feed in chosen.items() if name not in of_days}
    found: dict[tuple[str, bool], list[float]] = {}
    evidence = read_evidence(connection, others, window)
    for name, feed in others.items():
        found[name, False] = _delays_of(feed, evidence[name], window, working)
    # Of days only the begins are asked for: the delays themselves are computed where they are.
    evidence = read_evidence(connection, of_days, Window(date.max, date.max, now))
    begins = {
        name: (feed.day_zone, begin)
        for name, feed in of_days.items()
        if (begin := daily.first_day(feed, evidence[name], working))
    }
    for row in arrivals.day_delays(connection, begins):
        found[row["feed_id"], row["is_correction"]] = row["delays_s"]
    return [
        _summary(chosen[name], is_correction, seconds)
        for (name, is_correction), seconds in sorted(found.items())
        if seconds
    ]


def _delays_of(feed: Feed, evidence: Evidence, window: Window, working: WorkingDays) -> list[float]:
    if kind(feed) is cadence:
        came = [
            slot for slot in cadence.slots(feed, evidence, window, working) if slot.came and slot.arrived_at
        ]
        first = {
            min(slot.slot for slot in came if slot.sender == name) for name in {slot.sender for slot in came}
        }
        # Nobody expected the first one.
        return sorted(
            (slot.arrived_at - slot.deadline_at + feed.arrival.deadline).total_seconds()
            for slot in came
            if slot.arrived_at and (feed.arrival.since or slot.slot not in first)
        )
    if not (feed.covers and feed.covers.tells_time):
        return []
    parts = within_day.parts_by_sender(feed, evidence)
    return sorted(
        (arrived.arrived_at - begin - feed.arrival.every).total_seconds()
        for of_sender in parts.values()
        for begin, arrived in of_sender.items()
    )


def percentile(ascending: list[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed (nearest rank)."""
    return ascending[max(math.ceil(share * len(ascending)), 1) - 1]


def _summary(feed: Feed, is_correction: bool, seconds: list[float]) -> Delays:
    p50, p90, p95, p99 = (timedelta(seconds=percentile(seconds, share)) for share in (0.5, 0.9, 0.95, 0.99))
    deadline = feed.arrival.deadline
    in_time = sum(1 for each in seconds if each <= deadline.total_seconds()) / len(seconds) * 100
    hint = None if is_correction or len(seconds) < _LEAST else advice(deadline, p99, in_time)
    return Delays(feed.feed_id, "correction" if is_correction else "first", len(seconds), p50, p90, p95, p99,
                  timedelta(seconds=seconds[-1]), deadline, round(in_time, 1), hint)  # fmt: skip


def advice(deadline: timedelta, p99: timedelta, in_time_pct: float) -> str | None:
    """What deadline would have covered 99 % of the deliveries, where the declared one is far from it.

    In whole hours, of shorter delays in minutes, rounded up.
    """
    step = timedelta(hours=1) if p99 > timedelta(hours=1) else timedelta(minutes=1)
    enough = max(math.ceil(p99 / step), 1) * step
    if in_time_pct >= 99 and deadline <= _FAR * enough:
        return None
    return f"a deadline of {iso(enough)} would have covered 99 %"


def iso(duration: timedelta) -> str:
    """A duration as a feed file writes it: P3D, PT12H, P1DT2H, PT5M."""
    minutes = int(duration.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    return "P" + (f"{days}D" if days else "") + (f"T{time}" if time or not days else "")
