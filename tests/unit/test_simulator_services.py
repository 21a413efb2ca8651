"""What is sent about services against an exact reader."""

import csv
import io
import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from simulator.city import services_of_day
from simulator.deliveries import local
from simulator.departments import (
    machine_status,
    self_service_session,
    service_application,
    service_contact,
    service_lists,
)
from simulator.departments.machine_status import Statuses
from simulator.departments.self_service_session import Sessions
from simulator.departments.service_application import Applications
from simulator.departments.service_contact import Contacts
from simulator.world.service_contacts import SUBMIT, contacts_on
from simulator.world.services import services
from tests.unit.exact_reader import kinds_of_labels
from tests.unit.file_faults import faults_of_files
from tests.unit.part_city import DEFAULT, with_changes
from tests.unit.service_offices import service_city
from tests.unit.service_reader import CHINESE, exact

SERVICES = DEFAULT.services
DAY = date(2026, 3, 5)  # a Thursday
RATES = {
    Applications: SERVICES.application_rows, Contacts: SERVICES.contact_rows, Sessions: SERVICES.session_rows,
    Statuses: SERVICES.status_rows,
}  # fmt: skip
# Faults of files so often that each kind appears in a month, no two equally often: of one sender, they would fall on the
# same days for ever; and more faults of the few records.
OFTEN = {
    "files": dict(zip(SERVICES.files.model_dump(), (0.10, 0.09, 0.11, 0.12, 0.07, 0.13), strict=True)),
    **{f"{name}_rows": dict.fromkeys(getattr(SERVICES, f"{name}_rows").model_dump(), 0.02)
       for name in ("application", "contact", "session", "status")},
}  # fmt: skip


@pytest.fixture(scope="module")
def city():
    return service_city(5, 30, changed=OFTEN)


def test_quarantined_and_null_are_exactly_what_an_exact_reader_finds(city):
    seen = defaultdict(Counter)
    for each in city.observations:
        kind = type(each.facts)
        if kind not in RATES:
            continue
        seen[kind].update(kinds_of_labels(each, exact, len(each.facts.rows)))
        assert None not in {label.column for label in each.labels if label.kind == "impossible_time"}
    for kind, rates in RATES.items():
        assert set(seen[kind]) == set(rates.model_dump()) | ({"sentinel"} if kind is Statuses else set())


def _ds(text: str) -> int:
    """Tenths of seconds since the calendar's first day of a local time."""
    at = datetime.fromisoformat(text).replace(tzinfo=None)
    return (at.toordinal() * 86_400 + at.hour * 3600 + at.minute * 60 + at.second) * 10


def test_what_is_known_from_a_file_is_what_stands_in_it(city):
    words, states, ends = (
        list(CHINESE.values()),
        ["up", "no_paper", "fault", "closed"],
        ["completed", "abandoned", "timed_out"],
    )
    for each in city.observations:
        if type(each.facts) not in RATES:
            continue
        rows, good = each.facts.rows, exact(each.sent)[2]
        if isinstance(each.facts, Applications):
            assert [int(fields["application_no"][1:]) for fields in good] == list(rows["number"])
            assert [int(fields["item_code"][1:]) for fields in good] == list(rows["item"])
            assert [fields["office_district"] for fields in good] == list(rows["district"])
            assert [words.index(fields["channel"]) for fields in good] == list(rows["channel"])
            assert [_ds(fields["accepted_at"]) for fields in good] == list(rows["accepted_ds"])
            assert [_ds(fields["decided_at"]) for fields in good] == list(rows["decided_ds"])
            assert {fields["decided_at"][:10] for fields in good} == {each.facts.day.isoformat()}
        elif isinstance(each.facts, Contacts):
            assert [int(fields["办件编号"][1:]) for fields in good] == list(rows["number"])
            assert [words.index(CHINESE[fields["渠道"]]) for fields in good] == list(rows["channel"])
            assert [int(fields["网点编号"][1:] or 0) - 1 for fields in good] == list(rows["site"])
            assert {fields["时间"][:10] for fields in good} == {each.facts.day.isoformat()}
        elif isinstance(each.facts, Sessions):
            assert [int(fields["machine_id"][1:]) - 1 for fields in good] == list(rows["machine"])
            assert [ends.index(fields["ended_as"]) for fields in good] == list(rows["ended_as"])
            assert {fields["started_at"][:10] for fields in good} == {each.facts.day.isoformat()}
        else:
            assert [int(fields["machine"][1:]) - 1 for fields in good] == list(rows["machine"])
            assert [_ds(fields["reported_at"]) for fields in good] == list(rows["at_ds"])
            assert [states.index(fields["state"]) for fields in good] == list(rows["state"])
            assert {fields["reported_at"][:10] for fields in good} == {each.facts.day.isoformat()}


def test_records_have_the_forms_that_were_agreed(city):
    good = defaultdict(list)
    for each in city.observations:
        if type(each.facts) in RATES:
            good[type(each.facts)] += exact(each.sent)[2]
    instant, offset = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00"
    for fields in good[Applications]:
        assert re.fullmatch(r"A\d{11}", fields["application_no"])
        assert re.fullmatch(r"S\d{4}", fields["item_code"])
        assert all(
            re.fullmatch(offset, fields[f"{name}_at"]) for name in ("submitted", "accepted", "decided")
        )
        assert (fields["birth_year"] is None) == (fields["applicant_type"] == "enterprise")
        assert fields["birth_year"] is None or 1920 <= fields["birth_year"] <= 2010
    assert {fields["outcome"] for fields in good[Applications]} == {"granted", "refused", "withdrawn"}
    assert {fields["office_district"] for fields in good[Applications]} & {"330103", "330104"}
    for fields in good[Contacts]:
        assert re.fullmatch(instant, fields["时间"])
        # From afar there is no site; elsewhere there is one, but for files that were corrected later.
        assert not (fields["渠道"] in ("网上", "掌上") and fields["网点编号"])
        assert re.fullmatch(r"(H\d{3})?", fields["网点编号"])
    assert {fields["环节"] for fields in good[Contacts]} == {"咨询", "提交", "补正", "领证"}
    for fields in good[Sessions]:
        assert re.fullmatch(instant, fields["started_at"])
        assert not fields["ended_at"] or fields["ended_at"] > fields["started_at"]
        assert re.fullmatch(r"(S\d{4})?", fields["item_code"])
        assert re.fullmatch(r"(19|20)\d\d|", fields["birth_year"])
    for name in ("ended_at", "birth_year", "item_code"):
        assert 0 < sum(not fields[name] for fields in good[Sessions]) < 0.25 * len(good[Sessions])
    assert all(re.fullmatch(r"-9999|-?\d+\.\d", fields["temperature_c"]) for fields in good[Statuses])


def test_the_same_services_made_again_or_a_day_alone_are_the_same(city):
    day, rates = date(2026, 4, 15), with_changes(SERVICES, OFTEN)
    offices = services(5, rates, 0.01)
    alone = list(services_of_day(5, rates, day, offices))
    whole = {each.sent.key: each for each in city.observations if each.delivery}
    sent = [each for each in alone if each.delivery]
    assert len(sent) >= 3
    for each in sent:
        assert (whole[each.sent.key].sent, whole[each.sent.key].labels) == (each.sent, each.labels)
    assert service_city(5, 30, changed=OFTEN).deliveries == city.deliveries
    assert list(services_of_day(6, rates, day, offices)) != alone


@pytest.mark.parametrize(
    ("feed", "removable"),
    [(service_application.FEED, b'"channel"'), (service_contact.FEED, "渠道".encode("gb18030")),
     (self_service_session.FEED, b"ended_as"), (machine_status.FEED, b"state")],
)  # fmt: skip
def test_whole_file_faults_are_what_they_say(city, feed, removable):
    assert set(faults_of_files(city, feed, removable)) == set(SERVICES.files.model_dump())


def test_a_file_that_is_corrected_later_had_other_values_and_no_other_rows(city):
    sent = {(each.sent.name, each.sent.sequence): each for each in city.observations if each.delivery}
    changed = {
        service_application.FEED: ("number", "channel", 0), service_contact.FEED: ("number", "site", -1),
        self_service_session.FEED: ("machine", "ended_as", 0), machine_status.FEED: ("machine", "state", 0),
    }  # fmt: skip
    checked = set()
    for label in city.labels:
        if label.kind == "corrected_file":
            key, name, value = changed[label.feed]
            wrong, right = (sent[label.delivery_name, number].facts.rows for number in (1, 2))
            assert set(wrong[name]) == {value} < set(right[name])
            assert 0.75 * len(right) < len(wrong) <= len(right)
            assert set(wrong[key]) <= set(right[key])
            checked.add(label.feed)
    assert checked == set(changed)


def test_the_lists_hold_what_is_listed_and_know_nothing_of_the_future():
    offices = services(1, SERVICES, 1.0)
    title, header, *items = load_workbook(
        io.BytesIO(service_lists.item_delivery(offices, local(DAY, 6)).content)
    ).active.iter_rows(values_only=True)
    assert title[0] == "杭州市政务服务事项办事指南"
    assert header == ("事项编码", "事项名称", "主管部门", "办件类型", "承诺工作日")
    assert [row[0] for row in items] == [f"S{number:04d}" for number in range(1, 401)]
    assert {(row[3], row[4] == 0) for row in items} == {("即办件", True), ("承诺件", False)}
    assert all(isinstance(row[4], int) and 0 <= row[4] <= 90 for row in items)
    sites = service_lists.site_delivery(offices, local(DAY, 6)).content
    assert sites.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(sites.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["网点编号", "网点名称", "类型", "区划代码"]
    assert 180 < len(rows) - 1 == offices.is_listed_site.sum() < 200
    assert {row[2] for row in rows[1:]} == {"大厅", "自助点"}
    assert len({row[3] for row in rows[1:]}) == 13
    machines = service_lists.machine_delivery(offices, local(DAY, 6)).content
    assert machines.count(b"\r\n") == machines.count(b"\n")
    rows = list(csv.reader(io.StringIO(machines.decode("gb18030"), newline="")))
    assert rows[0] == ["机器编号", "网点编号", "启用日期", "停用日期"]
    assert all(re.fullmatch(r"M\d{4}", row[0]) for row in rows[1:])
    assert max(row[2] for row in rows[1:]) <= "2026-03-05"
    removed = [row[3] for row in rows[1:]]
    assert max(removed) <= "2026-03-05"
    later = service_lists.machine_rows(offices, date(2027, 7, 1))
    assert len(later) > len(removed)
    assert sum(row[3] != "" for row in later) > sum(each != "" for each in removed) > 0


def test_every_feed_is_named_as_agreed(city):
    names = Counter(
        each.name.rpartition("_")[0] + "." + each.name.rpartition(".")[2] for each in city.deliveries
    )
    assert set(names) == {
        "办事事项.xlsx", "办事网点.csv", "自助机.csv", "service_application.jsonl", "办事接触.csv",
        "self_service_session.csv", "machine_status.txt", "district.csv",
    }  # fmt: skip
    assert {each.department for each in city.deliveries} == {"governance"}
    heads = {
        each.name.rpartition("_")[0]: each.content.partition(b"\n")[0]
        for each in city.deliveries
        if each.sequence == 2
    }
    assert heads["machine_status"] == b"machine\treported_at\tstate\ttemperature_c"
    assert heads["self_service_session"] == (
        b"session_no,machine_id,started_at,ended_at,birth_year,item_code,steps,ended_as"
    )
    assert heads["办事接触"] == "流水号,办件编号,渠道,环节,网点编号,时间\r".encode("gb18030")
    assert list(json.loads(heads["service_application"])) == [
        "application_no", "item_code", "applicant_type", "birth_year", "office_district", "channel", "submitted_at",
        "accepted_at", "decided_at", "outcome",
    ]  # fmt: skip


def test_every_contact_has_a_record_but_for_some_submissions():
    offices = services(1, SERVICES, 0.1)
    there = contacts_on(1, SERVICES, offices, DAY)
    recorded = service_contact.recorded(1, SERVICES, DAY, offices)
    by = ["contacted_ds", "number", "step"]
    missing = there.merge(recorded[by], on=by, how="left", indicator=True).query("_merge == 'left_only'")
    assert 5 < len(missing) == len(there) - len(recorded) < 0.02 * len(there)
    assert set(missing["step"]) == {SUBMIT}
