"""conformed.governance.machine_session from rows typed by hand."""

from __future__ import annotations

from datetime import date

from tests.integration.parking_rows import at
from tests.integration.road_rows import utc
from tests.integration.service_rows import SITE_ROWS, machine, made

MARCH_1 = date(2026, 3, 1)
# Gone before the day, to come after it: a session at it is one all the same.
MACHINES = [machine("M1", "H002"), machine("gone", until=date(2026, 1, 1)), machine("nowhere", "H999")]


def opened(session_no: str, machine_id: str, ended: str | None, ended_as: str) -> tuple:
    """A session of 23:58."""
    return (
        session_no,
        machine_id,
        at("03-01 23:58"),
        at(ended) if ended else None,
        "60-69",
        "S0001",
        4,
        ended_as,
        MARCH_1,
    )


SESSIONS = [
    opened("T1", "M1", "03-02 00:03:30", "completed"), opened("T2", "gone", None, "abandoned"),
    opened("T3", "nowhere", None, "timed_out"), opened("T4", "unknown", None, "completed"),
]  # fmt: skip


def test_every_session_stands_where_its_machine_does():
    rows = made("machine_session", [MARCH_1], sessions=SESSIONS, machines=MACHINES, sites=SITE_ROWS)
    found = {row["session_no"]: row for row in rows}
    assert len(found) == len(rows) == 4
    assert found["T1"] == {
        "session_no": "T1", "_business_date": MARCH_1, "machine_id": "M1", "site_id": "H002", "district_code": "330106",
        "started_at": utc("03-01 23:58"), "ended_at": utc("03-02 00:03:30"), "duration_s": 330.0, "age_band": "60-69",
        "item_code": "S0001", "steps": 4, "ended_as": "completed", "is_abandoned": False,
    }  # fmt: skip
    names = ("site_id", "district_code", "duration_s", "is_abandoned")
    assert [tuple(found[number][name] for name in names) for number in ("T2", "T3", "T4")] == [
        ("H001", "330102", None, True), ("H999", None, None, True), (None, None, None, False),
    ]  # fmt: skip
