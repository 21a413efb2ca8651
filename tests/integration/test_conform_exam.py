"""conformed.health.exam from rows typed by hand; every case is a person of its own in one run."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.match_keys import match_key
from tests.integration.record_rows import encounter, exam, made
from tests.integration.road_rows import utc

MARCH_16, MARCH_17 = date(2026, 3, 16), date(2026, 3, 17)


def twice(
    name: str, first: str, result: str | None, second: str, kind: str = "blood", other: str = "H1", again: str | None = None
) -> tuple[list[tuple], list[tuple]]:  # fmt: skip
    """Encounters and exams of a person who is examined at `other` and then at H2, the second time perhaps for another exam."""
    number = f"{name:x<6}"
    seen = [
        encounter(f"{name}A", number, first, hospital=other),
        encounter(f"{name}B", number, second, hospital="H2"),
    ]
    made_of = [
        exam(f"{name}1", f"{name}A", first, result, hospital=other, kind=kind),
        exam(f"{name}2", f"{name}B", second, hospital="H2", kind=again or kind),
    ]
    return seen, made_of


CASES = [
    # A whole row. Result as the second is taken, and a second later; none; at the same hospital; another exam.
    twice("whole", "03-15 08:00", "03-15 09:00", "03-16 10:00"), twice("just", "03-15 08:00", "03-16 10:00", "03-16 10:00"),
    twice("late", "03-15 08:00", "03-16 10:00:01", "03-16 10:00"), twice("none", "03-15 08:00", None, "03-16 10:00"),
    twice("here", "03-15 08:00", "03-15 09:00", "03-16 10:00", other="H2"),
    twice("ct", "03-15 08:00", "03-15 09:00", "03-16 10:00", "xray", again="ct"),
    # Recognised for 3, 5 and 7 days of 24 hours, and a second more.
    *[twice(f"in {kind}", f"03-{16 - days:02} 10:00", "03-15 10:00", "03-16 10:00", kind) for kind, days in
      (("blood", 3), ("urine", 3), ("ecg", 5), ("ultrasound", 5), ("xray", 7), ("ct", 7), ("mri", 7))],
    *[twice(f"beyond {kind}", f"03-{16 - days:02} 10:00", "03-15 10:00", "03-16 10:00:01", kind) for kind, days in
      (("blood", 3), ("urine", 3), ("ecg", 5), ("ultrasound", 5), ("xray", 7), ("ct", 7), ("mri", 7))],
    # Of the day after.
    twice("next", "03-16 08:00", "03-16 09:00", "03-17 10:00"),
]  # fmt: skip
ENCOUNTERS = [row for seen, _ in CASES for row in seen] + [
    # Mistyped under one name, and under another.
    encounter("m1", "MMMM11", "03-15 08:00"), encounter("m2", "MMMM12", "03-16 08:00", hospital="H2"),
    encounter("o1", "OOOO11", "03-15 08:00", name="一"), encounter("o2", "OOOO12", "03-16 08:00", hospital="H2", name="二"),
    # Nobody's; an age without a number. Begun too early to be known; of the seventh day before it is.
    encounter("n1", None, "03-15 08:00"), encounter("n2", None, "03-16 08:00", hospital="H2", age="80+"),
    encounter("e1", "EEEEE1", "03-08 23:59:59"), encounter("e2", "EEEEE1", "03-09 00:00"),
    encounter("e3", "EEEEE1", "03-16 08:00"),
    # Written twice: the number of the latest day that is not after it counts.
    encounter("t1", "TTTTT1", "03-14 08:00", age="<18"), encounter("t1", "TTTTT2", "03-15 08:00", age="60-69", name="二"),
    encounter("t1", "TTTTT3", "03-17 08:00", age="80+", name="三"),
    encounter("t2", "TTTTT1", "03-16 08:00", hospital="H2", name="四"),
    # Several that it may repeat.
    encounter("s", "SSSSS1", "03-16 07:00", hospital="H2"), encounter("s0", "SSSSS1", "03-15 08:00"),
]  # fmt: skip
EXAMS = [row for _, examined in CASES for row in examined] + [
    exam("mx1", "m1", "03-15 08:00", "03-15 09:00"), exam("mx2", "m2", "03-16 08:00", hospital="H2"),
    exam("ox1", "o1", "03-15 08:00", "03-15 09:00"), exam("ox2", "o2", "03-16 08:00", hospital="H2"),
    exam("nx1", "n1", "03-15 08:00", "03-15 09:00"), exam("nx2", "n2", "03-16 08:00", hospital="H2"),
    exam("ux", "nowhere", "03-16 08:00", hospital="H2"),
    exam("ex1", "e1", "03-09 09:00", "03-09 10:00", kind="mri"), exam("ex2", "e2", "03-09 09:01", "03-09 10:00", kind="ct"),
    *[exam(f"ex{kind}", "e3", "03-16 08:00", hospital="H2", kind=kind) for kind in ("mri", "ct")],
    exam("ey", "e1", "03-16 08:00"),
    exam("tx1", "t1", "03-15 09:00", "03-15 10:00"), exam("tx2", "t2", "03-16 08:00", hospital="H2"),
    exam("tx3", "t1", "03-16 09:00"),
    exam("s1", "s0", "03-15 08:00", "03-15 09:00"), exam("s3", "s0", "03-15 09:00", "03-15 09:30", hospital="H3"),
    exam("s2", "s0", "03-15 09:00", "03-15 09:30"), exam("s4", "s0", "03-15 10:00", None),
    exam("s5", "s", "03-16 08:00", hospital="H2"),
    exam("s6", "s", "03-16 08:00", hospital="H4"),
    # Under one number on two days: no exam repeats itself.
    exam("twin", "s0", "03-15 08:00", "03-15 09:00", kind="ecg"), exam("twin", "s", "03-16 08:00", hospital="H2", kind="ecg"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[tuple, dict]:
    found = made("exam", [MARCH_16, MARCH_17], exams=EXAMS, encounters=ENCOUNTERS)
    by_number = {(row["exam_id"], row["_business_date"].day): row for row in found}
    assert len(by_number) == len(found), "one row per exam"
    return by_number


def repeats(rows: dict[tuple, dict], *names: str) -> dict[str, str | None]:
    return {name: rows[name, 16]["repeats_exam_id"] for name in names}


def person(number: str) -> str | None:
    return match_key(number)[0]


def test_every_column_of_an_exam_that_repeats_another(rows):
    assert rows["whole2", 16] == {
        "exam_id": "whole2", "_business_date": MARCH_16, "encounter_id": "wholeB", "hospital_id": "H2", "exam": "blood",
        "person_id": person("wholex"), "age_band": "18-59", "taken_at": utc("03-16 10:00"), "result_at": None,
        "repeats_exam_id": "whole1", "is_repeat": True,
    }  # fmt: skip


def test_there_is_a_row_for_every_exam_of_the_days_and_no_other(rows):
    assert set(rows) == {(row[0], row[-1].day) for row in EXAMS if row[-1] in (MARCH_16, MARCH_17)}


def test_what_it_repeats_was_known_then_is_of_its_kind_and_elsewhere(rows):
    assert repeats(rows, "just2", "late2", "none2", "here2", "ct2") == {
        "just2": "just1", "late2": None, "none2": None, "here2": None, "ct2": None,
    }  # fmt: skip
    assert {name: rows[name, 16]["is_repeat"] for name in ("just2", "late2")} == {
        "just2": True,
        "late2": False,
    }


def test_results_are_recognised_for_days_by_the_exam(rows):
    kinds = ("blood", "urine", "ecg", "ultrasound", "xray", "ct", "mri")
    assert repeats(rows, *[f"in {kind}2" for kind in kinds]) == {
        f"in {kind}2": f"in {kind}1" for kind in kinds
    }
    beyond = [f"beyond {kind}2" for kind in kinds]
    assert repeats(rows, *beyond) == dict.fromkeys(beyond)


def test_exams_of_other_days_are_known_from_the_week_before(rows):
    assert rows["next2", 17]["repeats_exam_id"] == "next1"
    assert repeats(rows, "next1", "exmri", "exct") == {"next1": None, "exmri": None, "exct": "ex2"}
    assert rows["ey", 16]["person_id"] is None


def test_persons_are_those_of_the_encounters_as_the_day_knows_them(rows):
    assert repeats(rows, "mx2", "ox2", "nx2") == {"mx2": "mx1", "ox2": None, "nx2": None}
    assert rows["mx2", 16]["person_id"] == person("MMMM11")
    assert [rows["nx2", 16][name] for name in ("person_id", "age_band")] == [None, "80+"]
    assert [rows["ux", 16][name] for name in ("person_id", "age_band")] == [None, None]


def test_of_several_encounters_with_one_number_the_one_of_the_latest_day_known_counts(rows):
    assert [rows["tx3", 16][name] for name in ("person_id", "age_band")] == [person("TTTTT2"), "60-69"]
    assert repeats(rows, "tx2") == {"tx2": None}


def test_of_several_it_repeats_the_latest_with_the_greatest_number(rows):
    assert repeats(rows, "s5", "s6", "twin") == {"s5": "s3", "s6": "s3", "twin": None}
