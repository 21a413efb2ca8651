"""How deliveries come, and what to do where their columns are not the declared ones: parts of a feed file."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import Field, model_validator

from citylake.declaration import Duration, Strict
from citylake.source import Source


class Changes(Strict):
    """`delivers: {changes: <column>, delete: <value>}`: rows are operations on a key."""

    changes: str
    delete: str


class Covers(Strict):
    """How the covered period is known from the name: groups `date`, or `from` and `to` (included), or `time`
    (a day with hour and minute, local) where several deliveries come a day."""

    from_name: str

    def period(self, name: str) -> tuple[date, date] | None:
        """The first and last day a file name covers, or None where it does not match.

        Raises: ValueError where the name holds no possible days, or the last before the first.
        """
        match = re.search(self.from_name, name)
        if not match:
            return None
        groups = match.groupdict()
        whole = groups.get("date") or groups.get("time")
        first, last = (_day(whole or groups[bound]) for bound in ("from", "to"))
        if last < first:
            raise ValueError(f"the name covers {first} to {last}, which ends before it begins")
        return first, last

    @property
    def tells_time(self) -> bool:
        """Whether a name tells the hour and minute it is for."""
        return "time" in _groups_of(self.from_name)

    def moment(self, name: str) -> datetime | None:
        """The local hour and minute that a file name tells, or None where it tells none.

        Raises: ValueError where there is no such time.
        """
        match = re.search(self.from_name, name) if self.tells_time else None
        if not match or not match.group("time"):
            return None
        digits = re.sub(r"\D", "", match.group("time")).ljust(12, "0")
        return datetime.strptime(digits[:12], "%Y%m%d%H%M")  # noqa: DTZ007  local, of the feed's zone

    @model_validator(mode="after")
    def _groups(self) -> Covers:
        groups = _groups_of(self.from_name)
        if not groups & {"date", "time"} and not {"from", "to"} <= groups:
            raise ValueError("covers.from_name needs a group `date`, or `from` and `to`, or `time`")
        return self


def _groups_of(pattern: str) -> set[str]:
    try:
        return set(re.compile(pattern).groupindex)
    except re.error as error:
        raise ValueError(f"'{pattern}' is not a regular expression: {error}") from None


def _day(text: str) -> date:
    digits = re.sub(r"\D", "", text)
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))


class Arrival(Source):
    """How deliveries come: from where, how often, on which days, by when, since when.

    Without `since` they are expected from the first delivery on.
    """

    every: Duration
    senders: int = Field(default=1, ge=1)
    sender_from_name: str | None = None
    deadline: Duration
    calendar: Literal["every_day", "working_days"] = "every_day"
    since: date | None = None

    @model_validator(mode="after")
    def _groups(self) -> Arrival:
        problems = []
        if self.sender_from_name and "sender" not in _groups_of(self.sender_from_name):
            problems.append("sender_from_name needs a group `sender`")
        if self.every <= timedelta(0):
            problems.append("every must be longer than nothing")
        if problems:
            raise ValueError("; ".join(problems))
        return self


Policy = Literal["keep", "hold"]


class Drift(Strict):
    """What to do with a delivery that is not as declared, or not as the ones before: note it, or hold it.

    `added` keeps undeclared columns beside the row: as they came but for what looks personal, or with `seal` all of them
    encrypted. Values of another type are quarantined row by row;
    `type_changed: hold` holds the delivery where most of a column's are.
    """

    added: Literal["keep", "seal", "hold"] = "keep"
    removed: Literal["hold"] = "hold"
    renamed: Literal["hold"] = "hold"
    type_changed: Literal["quarantine", "hold"] = "quarantine"
    unit_changed: Policy = "hold"
    lost_leading_zeros: Policy = "hold"
    code_level: Policy = "hold"
    shifted: Policy = "hold"
    ballooned: Policy = "keep"
    shrunk: Policy = "keep"
    volume_factor: float = Field(default=5.0, gt=1)  # more, or fewer, times the usual records than this
