"""What a department sends, and what is known about it: values shared by all departments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
Result = Literal["null", "quarantined", "admitted", "gap", "held", "recorded"]
Outcome = Literal["admitted", "held", "recorded"]


def local(day: date, hour: int, minute: int = 0, after: timedelta = timedelta()) -> datetime:
    """An aware instant of a local day, plus `after`."""
    return datetime.combine(day, time(hour, minute), LOCAL) + after


@dataclass(frozen=True)
class Delivery:
    """The exact bytes a department sends, once.

    `sequence` counts the deliveries of one name by this department from 1; 0 is one that never came.
    """

    department: str
    name: str
    sequence: int
    sender: str
    arrived_at: datetime
    content: bytes

    @property
    def key(self) -> str:
        """Its place in an inbox; a repeated name gets a folder, so that it never overwrites one waiting."""
        again = "" if self.sequence == 1 else f"again-{self.sequence}/"
        return f"{self.department}/{again}{self.name}"


@dataclass(frozen=True)
class Label:
    """One planted fault and what must become of it.

    `source_row` counts the records of the file from 1, header left out, broken lines included; it is
    null where the fault is the whole file or a row that is not there. `column` is the department's name.
    """

    feed: str
    delivery_name: str
    sequence: int
    source_row: int | None
    column: str | None
    kind: str
    result: Result
    detail: str | None = None


@dataclass(frozen=True)
class Reading:
    """What one feed should make of one delivery: records = admitted + quarantined + held."""

    feed: str
    outcome: Outcome
    records: int = 0
    quarantined: int = 0

    @property
    def held(self) -> int:
        """Records of a held delivery."""
        return self.records if self.outcome == "held" else 0

    @property
    def admitted(self) -> int:
        """Records that should be admitted."""
        return self.records - self.quarantined if self.outcome == "admitted" else 0


@dataclass(frozen=True)
class Observation:
    """A delivery, its planted faults and what each feed should make of it.

    `facts` is what a perfect reader would know from it; each department says what it puts there.
    A delivery that never comes has no content and only labels.
    """

    delivery: Delivery | None
    labels: tuple[Label, ...] = ()
    readings: tuple[Reading, ...] = ()
    facts: Any = field(default=None, compare=False)

    @property
    def sent(self) -> Delivery:
        """Its delivery.  Raises: ValueError where it never came."""
        if self.delivery is None:
            raise ValueError("nothing was delivered")
        return self.delivery

    def arrived_by(self, as_of: datetime) -> bool:
        """Whether its delivery had come by an instant."""
        return self.delivery is not None and self.delivery.arrived_at <= as_of
