"""conformed.transport.enforcement_case from rows typed by hand."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.law_rows import link, made, on_water, on_wheels
from tests.integration.parking_rows import at
from tests.integration.road_rows import utc

FEB_1, MARCH_2, MARCH_3 = date(2026, 2, 1), date(2026, 3, 2), date(2026, 3, 3)
WATERWAY = [
    on_water("W1", "03-03 10:00", found="02-28 23:59:59", found_by="cctv", code="W-101"),
    on_water("W2", "03-03 10:00", code="W-999"),
    # Closed at the same instant as a case of the roads.
    on_water("W3", "03-02 12:00"),
]  # fmt: skip
HIGHWAY = [
    on_wheels("H1", "03-03 10:00", "浙A12345", found_by="1", code="1001"),
    on_wheels("H2", "02-01 00:00", found_by="4", code="1001"), on_wheels("H3", "01-31 23:59", code="1001", found_by="3"),
    on_wheels("H4", "03-03 08:00", found_by="2", code="W-101"),
]  # fmt: skip
ROAD = [
    on_wheels("R1", "03-03 09:00", found_by="电子监控"), on_wheels("R2", "03-03 09:30", found_by="举报"),
    on_wheels("R3", "03-03 23:00", found_by="移送"), on_wheels("R4", "03-02 12:00"), on_wheels("R5", "03-03 11:00"),
    on_wheels("R6", "03-03 11:00"), on_wheels("R7", "03-02 12:00"),
    on_wheels("in", "03-03 12:00", found="03-01 08:00"), on_wheels("out", "03-03 12:00", found="03-01 18:00:01"),
    on_wheels("end", "03-03 12:00", found="03-01 18:00"),
    on_wheels("there", "03-03 12:00", found="03-01 09:00", district="330108"),
    on_wheels("alone", "03-03 12:00", found="03-02 09:00"),
]  # fmt: skip
LINKS = [
    # The last day of January is 31 days before the 3rd of March, the first of February 30.
    link("H3", date(2026, 1, 31), "vehicle:a"), link("R1", MARCH_3, "vehicle:a"),
    link("H2", FEB_1, "vehicle:b"), link("R2", MARCH_3, "vehicle:b"),
    link("H1", MARCH_3, "vehicle:c"), link("R3", MARCH_3, "vehicle:c"),
    link("R4", MARCH_2, "ship:d"), link("W3", MARCH_2, "ship:d"), link("R7", MARCH_2, "ship:d"),
    link("R5", MARCH_3, "enterprise:e", "scored", 0.99), link("R5", MARCH_3, "enterprise:f", None, 0.5),
    link("R6", MARCH_3, "enterprise:e", None, 0.5), link("R6", MARCH_3, "enterprise:f", None, 0.5),
]  # fmt: skip
VIOLATIONS = [
    ("水路", "W-101", "t", "pollution"),
    ("公路", "1001", "t", "overloading"),
    ("道路", "D-01", "t", "documents"),
]
OPERATIONS = [
    ("LH2", "道路", "330106", at("03-01 08:00"), at("03-01 18:00")),
    ("LH2", "公路", "330106", at("03-01 08:00"), at("03-01 18:00")),
    ("LH1", "道路", "330106", at("03-01 07:00"), at("03-01 08:30")),
    ("LH1", "水路", "330106", at("03-01 07:00"), at("03-01 08:30")),
    # Of one agency; and of two of which the case's is none.
    ("LH0", "道路", "330106", at("03-02 08:00"), at("03-02 18:00")),
    ("LH3", "水路", "330106", at("03-02 08:00"), at("03-02 18:00")),
    ("LH3", "公路", "330106", at("03-02 08:00"), at("03-02 18:00")),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[str, dict]:
    found = made("enforcement_case", [MARCH_2, MARCH_3], waterway=WATERWAY, highway=HIGHWAY, road=ROAD, links=LINKS,
                 violations=VIOLATIONS, operations=OPERATIONS)  # fmt: skip
    by_number = {row["case_no"]: row for row in found}
    assert len(by_number) == len(found) == len(WATERWAY + HIGHWAY + ROAD) - 2
    return by_number


def of(rows: dict[str, dict], number: str, *names: str) -> tuple:
    return tuple(rows[number][name] for name in names)


def test_every_column_of_a_case(rows):
    assert rows["R5"] == {
        "case_no": "R5", "agency": "road", "_business_date": MARCH_3, "found_at": utc("03-03 11:00"),
        "closed_at": utc("03-03 11:00"), "close_days": 0, "violation_code": "D-01", "category": "documents",
        "found_by": "patrol", "district_code": "330106", "offender_kind": "vehicle", "offender_id": "enterprise:e",
        "linked_as": "scored", "link_score": 0.99, "is_repeat": False, "is_coordinated": False, "operation_no": None,
        "fine_cny": 200.0, "paid_cny": 150.0, "warning_unlisted_violation": False, "warning_doubtful_offender": True,
    }  # fmt: skip


def test_ways_of_finding_are_one_list(rows):
    said = {number: rows[number]["found_by"] for number in ("W1", "W2", "H1", "H4", "R1", "R2", "R3", "R4")}
    assert said == {
        "W1": "monitoring", "W2": "monitoring", "H1": "monitoring", "H4": "patrol", "R1": "monitoring", "R2": "report",
        "R3": "transfer", "R4": "patrol",
    }  # fmt: skip


def test_a_code_is_one_of_the_list_of_its_agency(rows):
    names = ("category", "warning_unlisted_violation")
    assert of(rows, "W1", *names) == ("pollution", False)
    assert of(rows, "W2", *names) == ("unknown", True)
    assert of(rows, "H1", *names) == ("overloading", False)
    assert of(rows, "H4", *names) == ("unknown", True)


def test_days_are_local_ones(rows):
    assert of(rows, "W1", "close_days") == (3,)
    assert of(rows, "in", "close_days") == (2,)


def test_a_case_is_repeated_within_thirty_local_days(rows):
    assert of(rows, "R1", "offender_id", "is_repeat") == ("vehicle:a", False)
    assert of(rows, "R2", "offender_id", "is_repeat") == ("vehicle:b", True)
    # On the same day, of another agency, later.
    assert (of(rows, "H1", "is_repeat"), of(rows, "R3", "is_repeat")) == ((False,), (True,))


def test_of_cases_closed_at_once_the_first_by_agency_and_number_is_none_that_repeats(rows):
    assert [rows[number]["is_repeat"] for number in ("R4", "R7", "W3")] == [False, True, True]


def test_nobody_known_repeats_nothing(rows):
    names = ("offender_id", "linked_as", "is_repeat", "warning_doubtful_offender")
    assert of(rows, "R6", *names) == (None, None, None, True)
    assert of(rows, "W1", *names) == (None, None, None, False)


def test_coordinated_is_a_joint_operation_of_ones_own_agency_in_the_district_with_both_ends(rows):
    names = ("is_coordinated", "operation_no")
    assert of(rows, "in", *names) == (True, "LH1")  # of two the least
    assert of(rows, "end", *names) == (True, "LH2")
    assert of(rows, "out", *names) == (False, None)
    assert of(rows, "there", *names) == (False, None)
    assert of(rows, "alone", *names) == (False, None)
