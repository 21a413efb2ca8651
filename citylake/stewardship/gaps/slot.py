"""What the gap grid says of one slot, and the evidence it says it from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Status(StrEnum):
    """What became of a slot, worst first: a day of many minutes has the worst of theirs."""

    missing = "missing"
    held = "held"
    quarantined = "quarantined"
    waiting = "waiting"
    late = "late"
    due = "due"
    came = "came"


WORST_FIRST = {status: rank for rank, status in enumerate(Status)}


@dataclass(frozen=True, slots=True)
class Slot:
    """What one sender should deliver for one slot; `sender` is None for senders that never delivered.

    `slot` is the business day, for weekly, monthly and reference feeds the day by which a delivery is expected;
    `drawn_on` is its place in the picture. `expected` counts deliveries: 1, or the hours or minutes of the day, or
    as many of either as `senders` have no name yet. `missing` are the runs of missing hours or minutes in local time, first and
    last. `deadline_at` is that of the first one missing, or of the last.
    """

    feed: str
    slot: date
    sender: str | None
    status: Status
    expected: int
    came: int
    late: int
    deadline_at: datetime
    drawn_on: date
    arrived_at: datetime | None = None
    delivery: str | None = None
    missing: tuple[tuple[str, str], ...] = ()
    senders: int = 1
    is_awaited: bool = False  # the next delivery of a feed that has no slot for every day

    @property
    def runs(self) -> str:
        """The missing hours or minutes in a line: `08:01-08:02, 13:40`."""
        return ", ".join(first if first == last else f"{first}-{last}" for first, last in self.missing)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A delivery that landed. `state` is came, held, quarantined (all its rows) or waiting (for admission)."""

    sender: str
    arrived_at: datetime
    delivery: str
    name: str
    state: Status


@dataclass(frozen=True, slots=True)
class Sender:
    """Since when a sender is known, and when it was last heard of."""

    first_at: datetime
    last_at: datetime


@dataclass
class Evidence:
    """What the ledger knows of a feed's arrivals.

    `brought` holds for each day and sender the first delivery with admitted rows of that day, or whose name covers
    it; `arrived` the deliveries one by one: of feeds of days only those that brought nothing. `first_day` is the
    latest day that the first admitted delivery brought.
    """

    senders: dict[str, Sender] = field(default_factory=dict)
    brought: dict[date, dict[str, tuple[datetime, str]]] = field(default_factory=dict)
    arrived: list[Arrived] = field(default_factory=list)
    first_day: date | None = None


@dataclass(frozen=True)
class Window:
    """The days looked at, both included, and the lake's time."""

    first: date
    last: date
    at: datetime
