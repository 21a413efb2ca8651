"""Which day a row belongs to: the `partition:` of a feed file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import model_validator

from citylake.declaration import Duration, Strict


class Partition(Strict):
    """The column whose local date is the row's business date, and which dates are plausible.

    A clock that was reset says 1970, a wrong one the future; either would make a partition of its own.
    """

    by: str
    every: Literal["day"] = "day"
    since: date = date(1971, 1, 1)
    ahead: Duration = timedelta(days=1)  # beyond the landing; more for plans and bookings
    # Whose days they are, where times are written in another zone (positions in UTC, in files of a local day).
    zone: str | None = None

    def plausible(self, landed_at: datetime, timezone: str) -> tuple[date, date]:
        """The first and the last plausible day of what landed then, in the zone whose days they are."""
        return self.since, (landed_at + self.ahead).astimezone(ZoneInfo(timezone)).date()

    @model_validator(mode="after")
    def _known_zone(self) -> Partition:
        if self.zone is not None and self.zone not in available_timezones():
            raise ValueError(f"zone '{self.zone}' is not in the time zone database")
        return self
