"""Which day a row belongs to: the `partition:` of a feed file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from citylake.declaration import Duration, Strict


class Partition(Strict):
    """The column whose local date is the row's business date, and which dates are plausible.

    A clock that was reset says 1970, a wrong one the future; either would make a partition of its own.
    """

    by: str
    every: Literal["day"] = "day"
    since: date = date(1971, 1, 1)
    ahead: Duration = timedelta(days=1)  # beyond the landing; more for plans and bookings

    def plausible(self, landed_at: datetime, timezone: str) -> tuple[date, date]:
        """The first and the last plausible day of what landed then, in the department's zone."""
        return self.since, (landed_at + self.ahead).astimezone(ZoneInfo(timezone)).date()
