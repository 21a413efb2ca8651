"""conformed.governance.machine_day from rows typed by hand; every case is a machine of its own in one run."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.service_rows import SITE_ROWS, machine, made, status

MARCH_1, MARCH_2, MARCH_3, MARCH_4 = (date(2026, 3, n) for n in (1, 2, 3, 4))
HOUR = 3600
MACHINES = [
    *[machine(name) for name in ("A", "silent", "night", "gap", "two", "long", "short")],
    machine("corner", "H002"), machine("nowhere", "H999"), machine("came", since=MARCH_2), machine("went", until=MARCH_2),
]  # fmt: skip
STATUSES = [
    # Half an hour of each state, then up for two hours; the second report of the evening before still holds at midnight.
    status("A", "02-28 22:00"), status("A", "02-28 23:30", "closed"), status("A", "03-01 00:30", "no_paper", 30.5),
    status("A", "03-01 01:00", "fault", None), status("A", "03-01 01:30", "closed", -5.0), status("A", "03-01 02:00"),
    status("night", "03-01 23:00"), status("gap", "03-01 08:00"), status("gap", "03-01 20:00", "fault"),
    status("two", "03-01 08:00"), status("two", "03-01 10:00", "fault"),
    status("long", "02-28 21:59:59"), status("long", "03-01 12:00:00.5"), status("short", "02-28 22:00:01"),
    status("corner", "03-01 08:00"), status("nowhere", "03-01 08:00"), status("came", "03-01 08:00"),
    status("went", "03-01 08:00"), status("unknown", "03-01 08:00"), status("unknown", "03-04 08:00"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, date], dict]:
    days = [MARCH_1, MARCH_2, MARCH_3, MARCH_4]
    found = made("machine_day", days, statuses=STATUSES, machines=MACHINES, sites=SITE_ROWS)
    by_key = {(row["machine_id"], row["_business_date"]): row for row in found}
    assert len(by_key) == len(found), "one row per machine and day"
    return by_key


def known(rows, name: str, day: date = MARCH_1) -> tuple[int, int]:
    return rows[name, day]["known_s"], rows[name, day]["available_s"]


def test_every_column_of_a_machines_day(rows):
    assert rows["A", MARCH_1] == {
        "machine_id": "A", "_business_date": MARCH_1, "site_id": "H001", "district_code": "330102", "report_count": 4,
        "known_s": 4 * HOUR, "available_s": 2 * HOUR, "no_paper_s": HOUR // 2, "fault_s": HOUR // 2, "closed_s": HOUR,
        "max_temperature_celsius": 30.5,
    }  # fmt: skip


def test_every_machine_that_stands_somewhere_has_a_row_of_a_day_on_which_any_reported(rows):
    always = {row[0] for row in MACHINES} - {"came", "went"}
    assert {name for name, day in rows if day == MARCH_1} == always | {"went"}
    # On the 2nd and 3rd nobody reported. On the 4th only a machine that the list does not know.
    assert {day for _, day in rows} == {MARCH_1, MARCH_4}
    assert {name for name, day in rows if day == MARCH_4} == always | {"came"}
    assert rows["silent", MARCH_1] == {
        "machine_id": "silent", "_business_date": MARCH_1, "site_id": "H001", "district_code": "330102",
        "report_count": 0, "known_s": 0, "available_s": 0, "no_paper_s": 0, "fault_s": 0, "closed_s": 0,
        "max_temperature_celsius": None,
    }  # fmt: skip


def test_a_report_holds_until_the_next_and_for_two_hours_at_most(rows):
    assert known(rows, "gap") == (4 * HOUR, 2 * HOUR)
    assert known(rows, "two") == (4 * HOUR, 2 * HOUR)


def test_a_report_holds_over_midnight_and_its_seconds_are_of_the_day_they_are_in(rows):
    assert known(rows, "night") == (HOUR, HOUR)
    assert known(rows, "long") == (2 * HOUR, 2 * HOUR)  # one of 21:59:59 does not reach the next day
    assert known(rows, "short") == (1, 1)
    assert known(rows, "A", MARCH_4) == (0, 0)


def test_a_machine_stands_in_the_district_of_its_place(rows):
    assert rows["corner", MARCH_1]["district_code"] == "330106"
    assert (rows["nowhere", MARCH_1]["site_id"], rows["nowhere", MARCH_1]["district_code"]) == ("H999", None)


def test_the_evening_of_a_day_is_known_by_the_report_before_it_on_the_next_day():
    days = [MARCH_2]
    (row,) = made("machine_day", days, machines=[machine("A")], sites=SITE_ROWS,
                  statuses=[status("A", "03-01 23:00"), status("A", "03-02 12:00", "fault")])  # fmt: skip
    assert (row["report_count"], row["known_s"], row["available_s"], row["fault_s"]) == (
        1,
        3 * HOUR,
        HOUR,
        2 * HOUR,
    )
