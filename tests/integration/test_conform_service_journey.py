"""conformed.governance.service_journey from rows typed by hand; every case is an application of its own in one run."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.road_rows import utc
from tests.integration.service_rows import application, contact, made

MARCH_2, MARCH_3 = date(2026, 3, 2), date(2026, 3, 3)  # Monday and Tuesday
ITEMS = [("S0001", "at once", 0), ("S0002", "a week", 7), ("S0003", "six days", 6)]
APPLICATIONS = [
    application("A", "03-02 15:30", "02-13 10:00", item="S0002", channel="one_window"),
    application("none", "03-02 10:00"),
    # Contacts on the first and last day that count, and on those beside them.
    application("early", "03-02 00:00"), application("late", "03-02 23:59:59"), application("next", "03-03 10:00"),
    # Visits and handlings.
    *[application(name, "03-02 10:00") for name in ("day", "days", "places", "nowhere", "own", "other", "six")],
    # Working days: six days promised, seven worked; the same day; a Saturday that was worked before a Monday; just after
    # midnight; since New Year's Eve; of an item that nobody knows.
    application("W7", "03-02 15:30", "02-13 10:00", item="S0003"), application("W0", "03-02 23:59", "03-02 00:00"),
    application("W1", "03-02 00:00", "02-28 23:59"), application("W00", "03-03 23:00", "03-03 00:30"),
    application("W38", "03-02 10:00", "2025-12-31 10:00", item="S0002"),
    application("W?", "03-02 10:00", item="S9999"), application("W1969", "03-02 10:00", "1969-12-30 10:00"),
]  # fmt: skip
CONTACTS = [
    contact("A1", "A", "02-12 09:00", "网上"), contact("A2", "A", "02-13 09:30", "一窗", "提交", "H001"),
    contact("A3", "A", "02-26 10:00", "一窗", "补正", "H001"), contact("A4", "A", "03-04 10:00", "自助", "领证", "H002"),
    # Of 2 March 30 days before is 31 January, 7 days after is 9 March.
    contact("e1", "early", "01-30 23:59:59", site="H001"), contact("e2", "early", "01-31 00:00", site="H001"),
    contact("l1", "late", "03-09 23:59:59", site="H001"), contact("l2", "late", "03-10 00:00", site="H002"),
    contact("n1", "next", "03-10 23:59:59", site="H001"), contact("n2", "next", "01-31 12:00", site="H001"),
    contact("d1", "day", "03-01 00:00", site="H001"), contact("d2", "day", "03-01 23:59:59", site="H001"),
    contact("d3", "days", "03-01 23:59:59", site="H001"), contact("d4", "days", "03-02 00:00", site="H001"),
    contact("p1", "places", "03-01 10:00", site="H001"), contact("p2", "places", "03-01 10:00", site="H002"),
    contact("w1", "nowhere", "03-01 10:00"), contact("w2", "nowhere", "03-02 10:00"),
    contact("o1", "own", "03-01 10:00", "掌上", "提交"), contact("o2", "other", "03-01 10:00", "网上", "提交"),
    *[contact(f"s{n}", "six", "03-01 10:00", name) for n, name in enumerate(["网上", "一证", "一窗", "掌上", "自助", "简易"])],
    contact("x", "unknown", "03-01 10:00", site="H001"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[str, dict]:
    found = made(
        "service_journey", [MARCH_2, MARCH_3], applications=APPLICATIONS, contacts=CONTACTS, items=ITEMS
    )
    by_number = {row["application_no"]: row for row in found}
    assert len(by_number) == len(found) == len(APPLICATIONS), "one row per application"
    return by_number


def of(rows: dict[str, dict], number: str, *names: str) -> tuple:
    return tuple(rows[number][name] for name in names)


def test_every_column_of_an_application_with_its_contacts(rows):
    assert rows["A"] == {
        "application_no": "A", "_business_date": MARCH_2, "item_code": "S0002", "applicant_type": "person",
        "age_band": "18-59", "district_code": "330106", "channel": "one_window", "submitted_at": utc("02-13 10:00"),
        "accepted_at": utc("02-13 10:00"), "decided_at": utc("03-02 15:30"), "outcome": "granted", "contact_count": 4,
        "visit_count": 3, "channel_count": 3, "is_submission_recorded": True, "worked_days": 7,
        "promised_working_days": 7, "is_promise_kept": True,
    }  # fmt: skip


def test_an_application_without_contacts_has_the_handling_through_which_it_was_submitted(rows):
    names = ("contact_count", "visit_count", "channel_count", "is_submission_recorded")
    assert of(rows, "none", *names) == (0, 0, 1, False)


def test_contacts_count_from_thirty_local_days_before_the_decision_to_seven_after_it(rows):
    assert of(rows, "early", "contact_count", "visit_count") == (1, 1)
    assert of(rows, "late", "contact_count", "visit_count") == (1, 1)
    assert of(rows, "next", "contact_count", "visit_count") == (1, 1)


def test_a_visit_is_a_day_and_a_place(rows):
    found = {name: rows[name]["visit_count"] for name in ("day", "days", "places", "nowhere")}
    assert found == {"day": 1, "days": 2, "places": 2, "nowhere": 0}


def test_handlings_are_those_of_the_contacts_and_of_the_application(rows):
    found = {name: rows[name]["channel_count"] for name in ("own", "other", "six")}
    assert found == {"own": 1, "other": 2, "six": 6}


def test_working_days_leave_out_the_spring_festival_and_take_in_the_saturdays_worked_for_it(rows):
    # 14 February (a Saturday), 24 to 27, 28 (a Saturday) and 2 March.
    assert of(rows, "W7", "worked_days", "is_promise_kept") == (7, False)
    assert of(rows, "W0", "worked_days", "is_promise_kept") == (0, True)
    assert of(rows, "W1", "worked_days", "is_promise_kept") == (1, False)
    assert of(rows, "W00", "worked_days", "is_promise_kept") == (0, True)


def test_working_days_of_the_year_before_are_known(rows):
    # 20 of January without 1 and 2, and Sunday the 4th; 14 of February, and two Saturdays; 2 March.
    assert of(rows, "W38", "worked_days", "is_promise_kept") == (38, False)


def test_nobody_knows_the_promise_of_an_item_that_is_not_listed(rows):
    assert of(rows, "W?", "worked_days", "promised_working_days", "is_promise_kept") == (0, None, None)
    assert of(rows, "W1969", "worked_days", "is_promise_kept") == (None, None)


def test_of_a_year_that_is_not_announced_only_the_weekend_is_known():
    # From Friday to Wednesday over New Year's Day, a Sunday.
    (row,) = made("service_journey", [date(2040, 1, 4)], items=ITEMS,
                  applications=[application("F", "2040-01-04 10:00", "2039-12-30 10:00")])  # fmt: skip
    assert row["worked_days"] == 3
