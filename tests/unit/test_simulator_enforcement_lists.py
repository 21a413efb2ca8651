"""The lists of law enforcement against an exact reader: violations, joint operations, enterprises."""

import csv
import io
import re
from collections import Counter
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook

from simulator.departments import enforcement_lists
from simulator.departments.enforcement import Cases
from simulator.departments.enforcement_lists import ENTERPRISE, OPERATION, VIOLATION
from simulator.world.streets import streets
from tests.unit.enforcement_city import LAW, enforcement_city
from tests.unit.enforcement_reader import instant
from tests.unit.exact_reader import csv_records, exact_reading


@pytest.fixture(scope="module")
def city():
    return enforcement_city(5, 30)


def _ds(text: str) -> int:
    """Tenths of seconds since the calendar's first day of a local time."""
    at = instant("waterway", text.replace(" ", "T"))
    return (at.toordinal() * 86_400 + at.hour * 3600 + at.minute * 60 + at.second) * 10


def _of(city, feed):
    return [each for each in city.observations if each.delivery and each.readings[0].feed == feed]


def test_violations_are_a_workbook_of_the_three_agencies_words(city):
    first, second = _of(city, VIOLATION)
    assert second.readings[0].outcome == "recorded"
    title, header, *rows = load_workbook(io.BytesIO(first.sent.content)).active.iter_rows(values_only=True)
    assert title[0] == "交通运输行政违法行为代码表"
    assert header == ("执法领域", "代码", "名称", "统一类别")
    assert Counter(row[0] for row in rows) == {"水路": 8, "公路": 8, "道路": 8}
    assert {row[3] for row in rows} == {
        "overloading", "speeding", "unlicensed", "documents", "safety_equipment", "pollution", "obstruction",
    }  # fmt: skip
    assert all(isinstance(row[1], str) for row in rows)
    english = {"水路": "waterway", "公路": "highway", "道路": "road"}
    assert list(first.facts) == [(english[row[0]], row[1], row[3]) for row in rows]
    used = {
        (each.facts.agency, code)
        for each in city.observations
        if isinstance(each.facts, Cases)
        for code in each.facts.rows["violation"]
    }
    assert used - {row[:2] for row in first.facts} == {
        ("waterway", "W-109"), ("highway", "1019"), ("highway", "1020"), ("road", "D-15"),
    }  # fmt: skip


def test_the_plan_holds_what_begins_around_its_day_a_row_for_each_agency(city):
    first, second = _of(city, OPERATION)
    assert [each.sent.name for each in (first, second)] == [
        "联合执法计划_20260322.csv",
        "联合执法计划_20260401.csv",
    ]
    rows = list(csv.DictReader(io.StringIO(first.sent.content.decode("gb18030"), newline="")))
    assert list(rows[0]) == ["行动编号", "执法领域", "区划代码", "开始时间", "结束时间"]
    begins = sorted(row["开始时间"][:10] for row in rows)
    day = date(2026, 3, 22)
    assert date.fromisoformat(begins[0]) - day == timedelta(-120)
    assert date.fromisoformat(begins[-1]) - day == timedelta(40)
    assert len({row["行动编号"] for row in rows}) == 2 * 161
    many = Counter(Counter(row["行动编号"] for row in rows).values())
    assert set(many) == {1, 2, 3}
    assert 0.15 < many[1] / many.total() < 0.35
    english = {"水路": "waterway", "公路": "highway", "道路": "road"}
    for row, known in zip(rows, first.facts, strict=True):
        assert re.fullmatch(r"LH\d{10}", row["行动编号"])
        since, until = (_ds(row[name]) for name in ("开始时间", "结束时间"))
        assert 6 * 36_000 <= until - since < 97 * 36_000
        assert known == (row["行动编号"], english[row["执法领域"]], row["区划代码"], since, until)


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def _enterprise_is_right(fields: dict) -> bool:
    return bool(
        re.fullmatch("[0-9A-Z]{18}", fields["统一社会信用代码"]) and fields["企业名称"]
        and fields["类型"] in ("有限公司", "股份有限公司", "合伙企业") and _is_day(fields["成立日期"])
        and (not fields["注销日期"] or fields["注销日期"] > fields["成立日期"])
    )  # fmt: skip


def test_enterprises_against_an_exact_reader():
    kinds = Counter()
    for seed in (1, 2):
        first = _of(enforcement_city(seed, 1, 0.03), ENTERPRISE)[0]
        assert first.sent.key == "governance/企业名录_20260420.csv"
        text = first.sent.content.decode("utf-8-sig")
        assert first.sent.content.startswith(b"\xef\xbb\xbf")
        assert text.startswith("统一社会信用代码,企业名称,类型,街道代码,区划代码,成立日期,注销日期\r\n")
        broken, _, good = exact_reading(csv_records(text), _enterprise_is_right, ("统一社会信用代码",), {})
        assert broken == {label.source_row for label in first.labels}
        kinds.update(label.kind for label in first.labels)
        rows = first.facts.rows
        assert [fields["统一社会信用代码"] for fields in good] == list(rows["credit_code"])
        assert [fields["企业名称"] for fields in good] == list(rows["name"])
        places = [(streets()[street].code, streets()[street].district_code) for street in rows["street"]]
        assert places == [(fields["街道代码"], fields["区划代码"]) for fields in good]
        assert len(rows) > 0.99 * 2700
        closed = sum(fields["注销日期"] != "" for fields in good)
        assert 0.2 < closed / len(good) < 0.5
    assert set(kinds) == set(LAW.enterprise_rows.model_dump())


def test_enterprises_of_a_day_know_nothing_of_the_future():
    day = date(2023, 5, 1)
    made = enforcement_lists.enterprise_list(1, LAW.enterprise_rows, 0.02, day)
    rows = list(csv.DictReader(io.StringIO(made.content.decode("utf-8-sig"))))
    assert "2023-01-01" < max(row["成立日期"] for row in rows if _is_day(row["成立日期"])) <= "2023-05-01"
    assert "2023-01-01" < max(row["注销日期"] for row in rows) <= "2023-05-01"
