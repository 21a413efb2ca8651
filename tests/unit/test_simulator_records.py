"""What is sent about records and settlement between hospitals against an exact reader."""

import gzip
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import pytest

from simulator.city import records_of_day
from simulator.departments import encounter, exam_result, record_access, settlement, settlement_line
from simulator.departments.encounter import Encounters
from simulator.departments.exam_result import ExamResults
from simulator.departments.record_access import RecordAccesses
from simulator.departments.settlement import SettlementEvents
from simulator.departments.settlement_line import SettlementLines
from tests.unit.exact_reader import kinds_of_labels
from tests.unit.file_faults import faults_of_files
from tests.unit.record_city import RECORDS, asked, record_city
from tests.unit.record_reader import EXAMS, KINDS, exact

ROWS = ("encounter_rows", "exam_rows", "settlement_rows", "line_rows", "request_rows")
# Faults of files so often that each kind appears in a month, no two equally often; and more faults of the few records.
OFTEN = {
    "files": dict(zip(RECORDS.files.model_dump(), (0.08, 0.09, 0.07, 0.11, 0.12, 0.10), strict=True)),
    **{name: dict.fromkeys(getattr(RECORDS, name).model_dump(), 0.01) for name in ROWS},
}
FACTS = (Encounters, ExamResults, SettlementEvents, SettlementLines, RecordAccesses)
RATES = {kind: getattr(RECORDS, name) for kind, name in zip(FACTS, ROWS, strict=True)}


@pytest.fixture(scope="module")
def city():
    return record_city(5, 30, changed=OFTEN)


def _known(city, kind):
    return [each for each in city.observations if isinstance(each.facts, kind)]


def _ds(text: str | None) -> int:
    """Tenths of seconds since the calendar's first day of a local time; 0 of none."""
    if not text:
        return 0
    at = datetime.fromisoformat(text).replace(tzinfo=None)
    return (at.toordinal() * 86_400 + at.hour * 3600 + at.minute * 60 + at.second) * 10


def _key(text: str, letter: str) -> int:
    """A letter, a day and a number as one number; 0 of none."""
    if not text:
        return 0
    begins, day, number = re.fullmatch(r"([A-Z])(\d{8})(\d{6,7})", text).groups()
    assert begins == letter
    return date.fromisoformat(day).toordinal() * 10 ** len(number) + int(number)


def test_quarantined_are_exactly_what_an_exact_reader_finds(city):
    seen = defaultdict(Counter)
    for kind in RATES:
        for each in _known(city, kind):
            seen[kind].update(kinds_of_labels(each, exact, len(each.facts.rows)))
    for kind, rates in RATES.items():
        assert set(seen[kind]) == set(rates.model_dump())


def test_what_is_known_from_encounters_and_examinations_is_what_stands_in_them(city):
    checked = Counter()
    for each in _known(city, Encounters):
        rows, good = each.facts.rows, exact(each.sent)[2]
        assert [_key(fields["就诊编号"], "V") for fields in good] == list(rows["encounter"])
        assert [int(fields["医院编号"][1:]) - 1 for fields in good] == list(rows["hospital"])
        assert [fields["证件号"] for fields in good] == list(rows["number"])
        assert [fields["姓名"] for fields in good] == list(rows["name"])
        assert [int(fields["出生年"] or 0) for fields in good] == list(rows["birth_year"])
        assert {fields["开始时间"][:10] for fields in good} == {each.facts.day.isoformat()}
        # The file is written when the day is over: it knows nothing of what came later.
        assert {fields["结束时间"][:10] for fields in good} <= {each.facts.day.isoformat(), ""}
        for fields in good:
            assert re.fullmatch(r"(\d{17}[\dX])?", fields["证件号"])
            assert re.fullmatch(r"([\u4e00-\u9fff]{2,4})?", fields["姓名"])
        checked.update(fields["类别"] for fields in good)
        checked["without number"] += sum(fields["证件号"] == "" for fields in good)
        checked["without name"] += sum(fields["姓名"] == "" for fields in good)
        checked["without year"] += sum(fields["出生年"] == "" for fields in good)
        checked["without end"] += sum(fields["结束时间"] == "" for fields in good)
    for each in _known(city, ExamResults):
        rows, good = each.facts.rows, exact(each.sent)[2]
        assert [_key(fields["exam_id"], "X") for fields in good] == list(rows["exam"])
        assert [_key(fields["encounter_id"], "V") for fields in good] == list(rows["encounter"])
        assert [int(fields["hospital_id"][1:]) - 1 for fields in good] == list(rows["hospital"])
        assert [EXAMS.index(fields["exam"]) for fields in good] == list(rows["kind"])
        assert [_ds(fields["taken_at"]) for fields in good] == list(rows["taken_ds"])
        assert [_ds(fields["result_at"]) for fields in good] == list(rows["result_ds"])
        assert {fields["taken_at"][:10] for fields in good} == {each.facts.day.isoformat()}
        assert {fields["result_at"][:10] for fields in good} <= {each.facts.day.isoformat(), ""}
        checked["without result"] += sum(fields["result_at"] == "" for fields in good)
        checked["exams"] += len(good)
    assert checked["exams"] > 10_000
    assert min(checked.values()) > 50


def test_what_is_known_from_settlement_and_requests_is_what_stands_in_their_files(city):
    checked = Counter()
    for each in _known(city, SettlementEvents):
        rows, good = each.facts.rows, exact(each.sent)[2]
        assert [_key(fields["no"][:9] + fields["no"][10:], "E") for fields in good] == list(rows["event"])
        assert [_key(fields["claim_id"], "C") for fields in good] == list(rows["claim"])
        assert [_key(fields["encounter_id"], "V") for fields in good] == list(rows["encounter"])
        assert [int(fields["hospital_id"][1:]) - 1 for fields in good] == list(rows["hospital"])
        assert [KINDS.index(fields["kind"]) for fields in good] == list(rows["kind"])
        assert [_ds(fields["event_at"]) for fields in good] == list(rows["at_ds"])
        assert [round(float(fields["amount_cny"]) * 100) for fields in good] == list(rows["amount_fen"])
        assert {fields["event_at"][:10] for fields in good} == {each.facts.day.isoformat()}
        checked.update(fields["kind"] for fields in good)
    for each in _known(city, SettlementLines):
        rows, good = each.facts.rows, exact(each.sent)[2]
        assert [_key(fields["行号"], "L") for fields in good] == list(rows["line"])
        assert [_key(fields["结算单号"], "C") for fields in good] == list(rows["claim"])
        assert [_key(fields["检查编号"], "X") for fields in good] == list(rows["exam"])
        assert [round(float(fields["金额"]) * 100) for fields in good] == list(rows["amount_fen"])
        assert {fields["申请日期"] for fields in good} == {each.facts.day.isoformat()}
        checked["lines"] += len(good)
        checked["lines of no examination"] += sum(fields["检查编号"] == "" for fields in good)
    for each in _known(city, RecordAccesses):
        rows, good = each.facts.rows, exact(each.sent)[2]
        assert [_key(fields["id"], "Q") for fields in good] == list(rows["access"])
        assert [int(fields["hospital"][1:]) - 1 for fields in good] == list(rows["hospital"])
        assert [fields["patient"] or "" for fields in good] == list(rows["number"])
        assert [fields["birthYear"] or 0 for fields in good] == list(rows["birth_year"])
        assert [fields["reason"] is not None for fields in good] == list(rows["has_reason"])
        assert [_ds(fields["at"]) for fields in good] == list(rows["at_ds"])
        assert [fields["found"] for fields in good] == list(rows["is_found"])
        assert {fields["at"][:10] for fields in good} == {each.facts.day.isoformat()}
        assert all(fields["user"].startswith(f"D{fields['hospital'][1:]}") for fields in good)
        checked.update(str(fields["reason"]) for fields in good)
    assert [each for each, _ in checked.most_common() if each in KINDS] == list(KINDS)
    assert checked["lines"] > 25_000
    assert min(checked.values()) > 50


@pytest.mark.parametrize(
    ("feed", "removable", "empty"),
    [
        (encounter.FEED, "类别".encode("gb18030"), None), (exam_result.FEED, None, 1), (settlement.FEED, b"<kind>", 3),
        (settlement_line.FEED, "金额".encode("gb18030"), None), (record_access.FEED, b'"hospital"', None),
    ],
)  # fmt: skip
def test_whole_file_faults_are_what_they_say(city, feed, removable, empty):
    assert set(faults_of_files(city, feed, removable, empty)) == set(RECORDS.files.model_dump())


def test_files_of_examinations_without_records_or_hospitals_are_what_they_say(city):
    sent = {(each.name, each.sequence): each.content for each in city.deliveries}
    heads = {
        "empty_file": b"exam_id,encounter_id,hospital_id,exam,taken_at,result_at\n",
        "removed_column": b"exam_id,encounter_id,exam,taken_at,result_at\n",
    }
    checked = set()
    for label in city.labels:
        if label.feed == exam_result.FEED and label.kind in heads:
            text = gzip.decompress(sent[label.delivery_name, 1])
            assert text.startswith(heads[label.kind])
            assert (len(text.splitlines()) == 1) == (label.kind == "empty_file")
            checked.add(label.kind)
    assert checked == set(heads)


def test_a_file_that_is_corrected_later_had_other_values_and_no_other_rows(city):
    sent = {(each.sent.name, each.sent.sequence): each for each in city.observations if each.delivery}
    keys = {
        encounter.FEED: "encounter", exam_result.FEED: "exam", settlement.FEED: "event", settlement_line.FEED: "line",
        record_access.FEED: "access",
    }  # fmt: skip
    checked = set()
    for label in city.labels:
        if label.kind != "corrected_file":
            continue
        wrong, right = (sent[label.delivery_name, number] for number in (1, 2))
        rows, better = wrong.facts.rows, right.facts.rows
        match label.feed:
            case encounter.FEED:
                kinds = [{fields["类别"] for fields in exact(each.sent)[2]} for each in (wrong, right)]
                assert kinds == [{"门诊"}, {"门诊", "急诊", "住院"}]
            case exam_result.FEED:
                assert set(rows["result_ds"]) == {0} < set(better["result_ds"])
            case settlement.FEED:
                both = rows.merge(better, on="event")
                assert (both["amount_fen_x"] == 100 * both["amount_fen_y"]).all()
            case settlement_line.FEED:
                assert set(rows["exam"]) == {0} < set(better["exam"])
            case record_access.FEED:
                assert set(rows["is_found"]) == {True} < set(better["is_found"])
        assert set(rows[keys[label.feed]]) <= set(better[keys[label.feed]])
        checked.add(label.feed)
    assert checked == set(keys)


def test_the_same_city_made_again_or_a_day_alone_is_the_same(city):
    day, setting = date(2026, 4, 15), asked(5, 30, changed=OFTEN).setting
    alone = [each for each in records_of_day(setting, day) if each.delivery]
    whole = {each.sent.key: each for each in city.observations if each.delivery}
    assert len(alone) >= 5
    for each in alone:
        assert (whole[each.sent.key].sent, whole[each.sent.key].labels) == (each.sent, each.labels)
    assert list(records_of_day(asked(6, 30, changed=OFTEN).setting, day)) != alone


def test_who_was_where_in_the_week_before_comes_in_the_night_before_the_first_day_without_a_fault(city):
    for kind, name in ((Encounters, "encounter_20260315.csv"), (ExamResults, "exam_result_20260315.csv.gz")):
        before = sorted(
            (each for each in _known(city, kind) if each.facts.day < city.first),
            key=lambda each: each.facts.day,
        )
        assert [each.facts.day for each in before] == [
            city.first - timedelta(back) for back in range(7, 0, -1)
        ]
        assert before[0].sent.name == name
        for each in before:
            assert each.labels == ()
            assert exact(each.sent)[0] == set()
            assert each.sent.arrived_at.date() == city.first
            assert "00:30" <= f"{each.sent.arrived_at:%H:%M}" < "02:00"
    # Nothing of the city's days comes as early.
    assert min(each.arrived_at for each in city.deliveries[14:]).hour == 6


def test_files_come_from_two_senders_to_health_in_the_night_after(city):
    sent = [each for each in city.deliveries if each.department == "health" and "医院" not in each.name]
    senders = {re.split(r"_\d{8}", each.name)[0]: each.sender for each in sent}
    assert senders == {
        "encounter": "record-exchange", "exam_result": "record-exchange", "record_access": "record-exchange",
        "settlement": "settlement-centre", "settlement_line": "settlement-centre",
    }  # fmt: skip
    assert {(each.arrived_at.hour, each.arrived_at.minute // 30) for each in sent} <= {
        (hour, half) for hour in (0, 1, 8, 11, 12) for half in (0, 1)
    }
    for each in sent:
        if each.name.startswith(("encounter", "settlement_line")):
            assert each.content.count(b"\r\n") == each.content.count(b"\n")
