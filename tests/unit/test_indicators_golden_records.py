"""The indicators of records across hospitals, computed by hand; `golden` in their declarations names the tests."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.clinic_city import hospital
from tests.unit.marts_city import DISTRICTS, build, published, shown
from tests.unit.record_marts import access, claim, encounter, exam

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
DAY = "2026-03-01"
XIHU, BINJIANG, CITY = "330106", "330108", "330100"
HOSPITALS = [hospital("H1", XIHU), hospital("H2", BINJIANG), hospital("H3", "339999")]
CLAIMS = [
    # In Xihu five between hospitals: after 5, 10 and 12 minutes, the last one reversed; rejected; never decided.
    claim("A1", "H1", FIRST, after_s=300), claim("A2", "H1", FIRST, after_s=600, age_band="80+"),
    claim("A3", "H1", FIRST, after_s=720, is_reversed=True), claim("A4", "H1", FIRST, after_s=None, rejected_at=None),
    claim("A5", "H1", FIRST, after_s=None, age_band=None),
    # For what was made there: it counts in none.
    claim("A6", "H1", FIRST, after_s=30, elsewhere=0), claim("A7", "H1", FIRST, after_s=30, elsewhere=0, age_band="<18"),
    # In Binjiang one after 61 seconds; two of a hospital in a district that no list knows, and of one that no list knows.
    claim("B1", "H2", FIRST, after_s=61, age_band="80+", elsewhere=2, amount_cny=200.0), claim("C1", "H3", FIRST, after_s=3600),
    claim("C2", "H9", FIRST, after_s=900), claim("D1", "H2", SECOND, after_s=None),
]  # fmt: skip
EXAMS = [
    exam("X1", "H1", FIRST), exam("X2", "H1", FIRST, repeats="X0"), exam("X3", "H1", FIRST, age_band="80+"),
    exam("X4", "H2", FIRST, age_band=None), exam("X5", "H9", FIRST, repeats="X0", age_band="80+"),
    # Nobody knows whose: not among them.
    exam("N1", "H1", FIRST, person_id=None), exam("N2", "H1", SECOND, person_id=None),
]  # fmt: skip
ACCESSES = [
    access("Z1", "H1", FIRST), access("Z2", "H1", FIRST, is_found=False, reason=None),
    access("Z3", "H1", FIRST, is_first=False, is_found=True, reason="quality"),
    access("Z4", "H1", FIRST, is_first=False, is_found=False, reason=None),
    access("Z5", "H2", FIRST, age_band="80+"), access("Z6", "H9", FIRST, age_band=None),
    access("Z7", "H2", SECOND, is_first=False),
]  # fmt: skip


def made(run_id: str, **conformed: list[dict]):
    """The marts of both days; the caller closes them."""
    tables = {f"conformed.health.{name}": rows for name, rows in conformed.items()}
    lists = {"conformed.governance.district": DISTRICTS, "conformed.health.hospital": HOSPITALS}
    return build("health", run_id, [FIRST, SECOND], lists | tables)


@pytest.fixture(scope="module")
def records(module_home):
    city = made("golden records", settlement_claim=CLAIMS, exam=EXAMS, record_access=ACCESSES)
    yield city
    city.scratch.__exit__(None, None, None)


def test_settled_are_claims_that_are_not_reversed(records):
    code = "h3_inter_hospital_settled_pct"
    assert records.value(code, DAY, XIHU) == shown(40.0, 2.0, 5.0)
    assert records.value(code, DAY, BINJIANG) == shown(100.0, 1.0, 1.0)
    assert records.value(code, DAY, CITY) == shown(62.5, 5.0, 8.0)
    assert records.value(code, DAY, CITY, "80+") == shown(100.0, 2.0, 2.0)
    assert records.value(code, DAY, CITY, "<18") == shown(None, 0.0, 0.0)
    assert records.value(code, "2026-03-02", BINJIANG) == shown(0.0, 0.0, 1.0)


def test_settlement_p50_is_of_claims_that_were_settled(records):
    code = "h3_settlement_p50_min"
    # 5, 10 and 12 minutes; with a minute and a second, 15 minutes and an hour: the third of six.
    assert records.value(code, DAY, XIHU) == shown(10.0, 30.0, 3.0)
    assert records.value(code, DAY, BINJIANG) == shown(1.016667, pytest.approx(61 / 60), 1.0)
    assert records.value(code, DAY, CITY) == shown(10.0, 60.0, 6.0)
    assert records.value(code, DAY, CITY, "80+") == shown(1.016667, pytest.approx(61 / 30), 2.0)
    assert records.value(code, "2026-03-02", CITY) == shown(None, None, 0.0)


def test_a_claim_asks_for_so_much(records):
    code = "h3_claim_between_hospitals_cny"
    # 80.50 each, but for B1, which asks for 200.
    assert records.value(code, DAY, XIHU) == shown(80.5, 402.5, 5.0)
    assert records.value(code, DAY, BINJIANG) == shown(200.0, 200.0, 1.0)
    assert records.value(code, DAY, CITY) == shown(95.4375, 763.5, 8.0)
    assert records.value(code, DAY, CITY, "80+") == shown(140.25, 280.5, 2.0)
    assert records.value(code, DAY, CITY, "<18") == shown(None, None, 0.0)


def test_repeats_are_of_exams_with_a_person(records):
    code = "h3_repeat_exam_pct"
    assert records.value(code, DAY, CITY) == shown(40.0, 2.0, 5.0)
    assert records.value(code, DAY, CITY, "80+") == shown(50.0, 1.0, 2.0)
    assert records.value(code, "2026-03-02", CITY) == shown(None, 0.0, 0.0)


def test_found_first_are_of_first_requests(records):
    code = "h3_record_found_first_pct"
    assert records.value(code, DAY, XIHU) == shown(50.0, 1.0, 2.0)
    assert records.value(code, DAY, CITY) == shown(75.0, 3.0, 4.0)
    assert records.value(code, DAY, CITY, "18-59") == shown(50.0, 1.0, 2.0)
    assert records.value(code, "2026-03-02", BINJIANG) == shown(None, 0.0, 0.0)


def test_without_reason_are_of_all_requests(records):
    code = "h3_access_without_reason_pct"
    assert records.value(code, DAY, CITY) == shown(33.333333, 2.0, 6.0)
    assert records.value(code, DAY, CITY, "80+") == shown(0.0, 0.0, 1.0)
    assert records.value(code, "2026-03-02", CITY) == shown(0.0, 0.0, 1.0)


def test_areas_and_groups_are_those_that_are_known(records):
    of_city = {(CITY, "all"), (CITY, "18-59"), (CITY, "80+")}
    districts = {(XIHU, "all"), (BINJIANG, "all")}
    # Nobody's age is no group, and whoever is in no listed district counts for the city alone.
    assert published(records, "h3_inter_hospital_settled_pct", DAY) == of_city | districts | {(CITY, "<18")}
    assert published(records, "h3_record_found_first_pct", DAY) == of_city | districts
    # What seldom happens is told for the city alone.
    for code in ("h3_repeat_exam_pct", "h3_access_without_reason_pct"):
        assert published(records, code, DAY) == of_city


def test_what_nearly_one_hospital_alone_asks_for_is_hidden(module_home):
    from citylake.publish.publication import protect_marts

    # In Xihu three hospitals ask for 1,000, 1,000 and 101 yuan; in Binjiang for 1,000, 1,000 and 99: of the first the second,
    # which knows its own, knows the other's to within the third's, which is less than a tenth.
    asked = [("H1", 100.0), ("H2", 100.0), ("H3", 10.1), ("H4", 100.0), ("H5", 100.0), ("H6", 9.9)]
    hospitals = [hospital(each, XIHU if each < "H4" else BINJIANG) for each, _ in asked]
    city = build("health", "dominated", [FIRST], {
        "conformed.governance.district": DISTRICTS, "conformed.health.hospital": hospitals,
        "conformed.health.settlement_claim": [
            claim(f"{each}-{n}", each, FIRST, amount_cny=amount) for each, amount in asked for n in range(10)
        ],
    })  # fmt: skip
    try:
        protect_marts(city.connection, "health", city.marts)
        code = "h3_claim_between_hospitals_cny"
        # The city's less Binjiang's would be Xihu's, and is what the two of them are: it goes too, or the other district's.
        assert city.value(code, DAY, BINJIANG) == (None, None, None, 100.0, "hidden")
        found = {area: city.value(code, DAY, area)[-1] for area in (XIHU, CITY)}
        assert sorted(found.values()) == ["hidden", "shown"]
        assert city.value("h3_settlement_p50_min", DAY, BINJIANG) == shown(10.0, 300.0, 30.0)
    finally:
        city.scratch.__exit__(None, None, None)


def test_what_is_of_fewer_than_ten_is_hidden(module_home):
    from citylake.publish.publication import protect_marts

    # On the first day eleven at H1 and twelve at H2, of each one asked without a reason; on the second nine at H2.
    many = [("H1", FIRST, n) for n in range(11)] + [("H2", FIRST, n) for n in range(12)]
    few = [("H2", SECOND, n) for n in range(9)]
    city = made(
        "few records",
        care_episode=[encounter(f"J{each}", each[0], each[1]) for each in many + few],
        exam=[exam(f"X{each}", each[0], each[1], repeats="X0" if each[2] < 5 else None) for each in many],
        settlement_claim=[claim(f"C{each}", each[0], each[1], after_s=60) for each in many + few],
        record_access=[access(f"Z{each}", each[0], each[1], reason=None if each[2] == 0 else "referral") for each in many + few],
    )  # fmt: skip
    try:
        protect_marts(city.connection, "health", city.marts)
        days = city.connection.execute(
            "select district_code, encounter_count, exam_count, claim_between_hospitals_count, record_access_count"
            " from marts.fct_care_day order by _business_date, district_code"
        ).fetchall()
        assert days[:2] == [(XIHU, 11, 11, 11, 11), (BINJIANG, 12, 12, 12, 12)]
        assert days[2] == (BINJIANG, None, 0, None, None)
        hidden = (None, None, None, 100.0, "hidden")
        assert city.value("h3_inter_hospital_settled_pct", DAY, XIHU) == shown(100.0, 11.0, 11.0)
        assert city.value("h3_inter_hospital_settled_pct", "2026-03-02", BINJIANG) == hidden
        assert city.value("h3_repeat_exam_pct", DAY, CITY) == shown(43.478261, 10.0, 23.0)
        # Two of 23 gave no reason.
        assert city.value("h3_access_without_reason_pct", DAY, CITY) == hidden
        assert city.value("h3_record_found_first_pct", DAY, BINJIANG) == shown(100.0, 12.0, 12.0)
        assert city.value("h3_record_found_first_pct", "2026-03-02", CITY) == hidden
        assert city.value("h3_settlement_p50_min", "2026-03-02", CITY) == hidden
    finally:
        city.scratch.__exit__(None, None, None)
