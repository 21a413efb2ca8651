"""conformed.health.settlement_claim and .record_access from rows typed by hand; every case is a claim of its own in one run."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.record_rows import asked, encounter, exam, line, made, said
from tests.integration.road_rows import utc

MARCH_16, MARCH_17 = date(2026, 3, 16), date(2026, 3, 17)
EVENTS = [
    # A whole row; of two settlements the first counts, of two reversals too, whatever was said before.
    said("e00", "whole", "冲正", "03-16 08:00", encounter_id="J0", amount=1.0),
    said("e01", "whole", "申请", "03-16 09:00", encounter_id="J1", amount=80.5),
    said("e02", "whole", "结算", "03-16 08:59:59", encounter_id="J0", amount=2.0),
    said("e03", "whole", "冲正", "03-16 09:10", encounter_id="J0", amount=3.0),
    said("e04", "whole", "结算", "03-16 09:12:30", encounter_id="J0", amount=4.0),
    said("e05", "whole", "结算", "03-16 10:00"), said("e06", "whole", "冲正", "03-17 23:59:59"),
    said("e07", "whole", "冲正", "03-17 23:59:58"), said("e08", "whole", "拒付", "03-16 11:00"),
    # Asked again the same day, also at the same instant; and the day after, which is a claim of that day.
    said("f2", "again", "申请", "03-16 09:00", amount=2.0), said("f1", "again", "申请", "03-16 09:00", amount=1.0),
    said("f0", "again", "申请", "03-16 10:00", amount=3.0), said("f4", "again", "结算", "03-16 09:30"),
    said("f5", "again", "申请", "03-17 09:00", amount=5.0),
    # 24 hours, and a second more; the day after next is too late, also for a reversal.
    said("g1", "in", "申请", "03-16 09:00"), said("g2", "in", "结算", "03-17 09:00"), said("g3", "in", "冲正", "03-18 00:00"),
    said("h1", "out", "申请", "03-16 09:00"), said("h2", "out", "结算", "03-17 09:00:01"),
    said("h3", "out", "冲正", "03-17 10:00"),
    said("i1", "refused", "申请", "03-16 09:00"), said("i2", "refused", "拒付", "03-17 09:00"),
    said("j1", "later", "申请", "03-16 09:00"), said("j2", "later", "拒付", "03-17 09:00:01"),
    # At the instant of asking; reversed as it was settled; decided though nobody asked.
    said("k1", "once", "申请", "03-16 09:00"), said("k2", "once", "结算", "03-16 09:00"),
    said("k3", "once", "冲正", "03-16 09:00"),
    said("l1", "unasked", "结算", "03-16 09:00"),
    *[said(f"m-{name}", name, "申请", "03-16 09:00", encounter_id=seen) for name, seen in
      (("lines", "J1"), ("aged", "J8"), ("old", "J9"), ("unknown", "J?"))],
    said("n1", "here", "申请", "03-16 09:00", hospital="H2"), said("n2", "next", "申请", "03-17 09:00"),
]  # fmt: skip
LINES = [
    line("L1", "whole", "x1", MARCH_16), line("L2", "whole", None, MARCH_16), line("L3", "whole", "x2", MARCH_16),
    # Medicine; nobody knows it; too early, and just not; of tomorrow; written twice: the hospital of the latest day.
    line("L4", "lines", None, MARCH_16), line("L5", "lines", "x?", MARCH_16), line("L6", "lines", "x8", MARCH_16),
    line("L7", "lines", "x9", MARCH_16), line("L8", "lines", "x17", MARCH_16), line("L9", "lines", "xx", MARCH_16),
    # Of another day than the claim; of a claim that nobody made; made where it is claimed.
    line("LA", "in", "x2", MARCH_17), line("LB", "none", "x2", MARCH_16), line("LC", "here", "x2", MARCH_16),
    line("LD", "next", "x2", MARCH_17), line("LE", "next", "x17", MARCH_17),
]  # fmt: skip
EXAMS = [
    exam("x1", "J1", "03-16 08:00"), exam("x2", "J1", "03-15 08:00", hospital="H2"),
    exam("x8", "J1", "03-08 23:59:59", hospital="H2"), exam("x9", "J1", "03-09 00:00", hospital="H2"),
    exam("x17", "J1", "03-17 00:00", hospital="H2"), exam("xx", "J1", "03-14 08:00", hospital="H2"),
    exam("xx", "J1", "03-15 08:00", hospital="H1"), exam("xx", "J1", "03-17 08:00", hospital="H2"),
]  # fmt: skip
ENCOUNTERS = [
    encounter("J1", None, "03-16 08:00", age="70-79"), encounter("J8", None, "03-09 00:00", age="80+"),
    encounter("J9", None, "03-08 23:59:59", age="80+"), encounter("J0", None, "03-16 08:00", age="<18"),
]  # fmt: skip
ACCESSES = [
    asked("a2", "N1", "03-16 09:00"), asked("a1", "N1", "03-16 09:00", found=False), asked("a0", "N1", "03-16 09:01"),
    asked("b1", "N1", "03-16 10:00", hospital="H2", reason=None, age="80+"), asked("c1", "N1", "03-17 00:00"),
    asked("d1", "N2", "03-16 09:30"), asked("e1", None, "03-16 09:00"), asked("e2", None, "03-16 09:01", age=None),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[tuple, dict]:
    given = {"events": EVENTS, "lines": LINES, "exams": EXAMS, "encounters": ENCOUNTERS}
    found = made("settlement_claim", [MARCH_16, MARCH_17], **given)
    by_number = {(row["claim_id"], row["_business_date"].day): row for row in found}
    assert len(by_number) == len(found), "one row per claim and day"
    return by_number


def of(rows: dict[tuple, dict], name: str, *names: str, day: int = 16) -> tuple:
    return tuple(rows[name, day][each] for each in names)


def test_every_column_of_a_claim_between_hospitals(rows):
    assert rows["whole", 16] == {
        "claim_id": "whole", "_business_date": MARCH_16, "encounter_id": "J1", "hospital_id": "H1", "age_band": "70-79",
        "requested_at": utc("03-16 09:00"), "settled_at": utc("03-16 09:12:30"), "rejected_at": utc("03-16 11:00"),
        "reversed_at": utc("03-17 23:59:58"), "amount_cny": 80.5, "lines": 3, "lines_known": 3, "lines_elsewhere": 1,
    }  # fmt: skip


def test_a_claim_is_what_was_first_requested_on_its_day(rows):
    assert of(rows, "again", "amount_cny", "requested_at", "settled_at") == (
        1.0,
        utc("03-16 09:00"),
        utc("03-16 09:30"),
    )
    assert of(rows, "again", "amount_cny", "settled_at", day=17) == (5.0, None)
    assert "unasked" not in {name for name, _ in rows}
    asked_for = {(row[1], row[-1].day) for row in EVENTS if row[4] == "申请"}
    assert set(rows) == asked_for


def test_claims_are_decided_within_24_hours_and_reversed_by_the_end_of_the_next_day(rows):
    decided = ("settled_at", "rejected_at", "reversed_at")
    assert of(rows, "in", *decided) == (utc("03-17 09:00"), None, None)
    assert of(rows, "out", *decided) == (None, None, None)
    assert of(rows, "refused", *decided) == (None, utc("03-17 09:00"), None)
    assert of(rows, "later", *decided) == (None, None, None)
    assert of(rows, "once", *decided) == (utc("03-16 09:00"), None, utc("03-16 09:00"))


def test_lines_are_known_by_exams_of_the_week_before_and_elsewhere_by_their_hospital(rows):
    names = ("lines", "lines_known", "lines_elsewhere")
    assert of(rows, "lines", *names) == (6, 3, 1)
    assert of(rows, "in", *names) == (0, 0, 0)
    assert of(rows, "here", *names) == (1, 1, 0)
    assert of(rows, "next", *names, day=17) == (2, 2, 2)


def test_ages_are_those_of_encounters_of_the_week_before(rows):
    assert {name: of(rows, name, "age_band")[0] for name in ("aged", "old", "unknown")} == {
        "aged": "80+", "old": None, "unknown": None,
    }  # fmt: skip


@pytest.fixture(scope="module")
def accesses() -> dict[str, dict]:
    return {row["access_id"]: row for row in made("record_access", [MARCH_16, MARCH_17], accesses=ACCESSES)}


def test_every_column_of_a_request_for_a_record(accesses):
    assert accesses["b1"] == {
        "access_id": "b1", "_business_date": MARCH_16, "hospital_id": "H2", "age_band": "80+", "reason": None,
        "requested_at": utc("03-16 10:00"), "is_found": True, "is_first": True,
    }  # fmt: skip
    assert (accesses["a1"]["is_found"], accesses["a1"]["reason"]) == (False, "treatment")


def test_the_first_request_is_of_a_hospital_a_number_and_a_day(accesses):
    assert {name: row["is_first"] for name, row in accesses.items()} == {
        "a0": False, "a1": True, "a2": False, "b1": True, "c1": True, "d1": True, "e1": True, "e2": True,
    }  # fmt: skip
