"""Feeds and local hours that tests of the gap grid share."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.offline import make_feed

COLUMNS = [{"name": "id", "type": "string"}, {"name": "at", "type": "timestamp", "required": True}]


def utc(day: int, hour: int = 0, minute: int = 0, *, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def feed_of(every: str = "P1D", deadline: str = "PT12H", *, reference: bool = False, zone: str = "Asia/Shanghai",
            covers: str | None = None, **arrival):  # fmt: skip
    """A feed of days, or a reference feed, whose local time is eight hours ahead."""
    changes = (
        {"delivers": "everything"} if reference else {"delivers": "additions", "partition": {"by": "at"}}
    )
    changes |= {"covers": {"from_name": covers}} if covers else {}
    return make_feed(
        COLUMNS, format={"kind": "csv", "timezone": zone},
        arrival={"files": "*.csv", "every": every, "deadline": deadline} | arrival, **changes,
    )  # fmt: skip
