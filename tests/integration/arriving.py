"""Days of March as two departments send them, at local hours, admitted at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from citylake import ledger
from citylake.admit import admit_waiting
from citylake.ledger.activity import set_replay_clock
from tests.integration.deliveries import AIR, CASE, CASES, air_file, air_name, deliver, query


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A local hour of March."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def cases(day: int, when: datetime, confirmed: int = 5) -> list[str]:
    """The case report of a day of March; its deadline is 18:00 of the next day."""
    name = f"2026-03-{day:02}"
    row = f"{name},中国,CN,湖北省,420000,武汉市,420100,{confirmed},0,0,0\n"
    ids = deliver("health", f"case_report_{name}.csv", f"{CASES}\n{row}", at=when)
    admit_waiting(CASE)
    return ids


def air(station: str, day: int, when: datetime, *, hours: int = 24, content: str | None = None) -> str:
    """A station's file of a day of March; its deadline is noon of the next day. The id of its air delivery."""
    of_day = date(2026, 3, day)
    ids = deliver(
        "environment", air_name(station, of_day), content or air_file(station, of_day, hours), at=when
    )
    admit_waiting(AIR)
    (row,) = query("select delivery_id from ledger.deliveries where feed_id = %(f)s and delivery_id = any(%(i)s)",
                   f=AIR, i=ids)  # fmt: skip
    return row["delivery_id"]


def later(when: datetime) -> None:
    """The replayed clock runs on without a delivery."""
    with ledger.connect("land") as connection:
        set_replay_clock(connection, when)
