"""What is sent about registration at hospitals against an exact reader."""

import csv
import io
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import pytest

from simulator.city import registration_of_day
from simulator.departments import appointment, clinic_session, hospital, hospital_arrival
from simulator.departments.appointment import AppointmentEvents
from simulator.departments.clinic_session import ClinicSessions
from simulator.departments.hospital_arrival import Arrivals
from simulator.world.patients import patients
from tests.unit.exact_reader import kinds_of_labels
from tests.unit.file_faults import faults_of_files
from tests.unit.registration_city import REGISTRATION, asked, registration_city
from tests.unit.registration_reader import SPECIALTIES, exact

# Faults of files so often that each kind appears in a month, no two equally often; and more faults of the few records.
OFTEN = {
    "files": dict(zip(REGISTRATION.files.model_dump(), (0.10, 0.09, 0.11, 0.12, 0.07, 0.13), strict=True)),
    "session_rows": dict.fromkeys(REGISTRATION.session_rows.model_dump(), 0.01),
    "appointment_rows": dict.fromkeys(REGISTRATION.appointment_rows.model_dump(), 0.01),
    "arrival_rows": dict.fromkeys(REGISTRATION.arrival_rows.model_dump(), 0.01),
    "unknown": {"no_number": 0.05, "no_birth_year": 0.05, "second_arrival": 0.05},
}
RATES = {
    ClinicSessions: REGISTRATION.session_rows,
    AppointmentEvents: REGISTRATION.appointment_rows,
    Arrivals: REGISTRATION.arrival_rows,
}
CHANNELS = ("web", "app", "phone", "counter", "machine")
WAYS = ("general", "older", "child", "maternity")


@pytest.fixture(scope="module")
def city():
    return registration_city(5, 30, changed=OFTEN)


def test_quarantined_are_exactly_what_an_exact_reader_finds(city):
    seen = defaultdict(Counter)
    for each in city.observations:
        kind = type(each.facts)
        if kind in RATES:
            seen[kind].update(kinds_of_labels(each, exact, len(each.facts.rows)))
    for kind, rates in RATES.items():
        assert set(seen[kind]) == set(rates.model_dump())


def _ds(text: str) -> int:
    """Tenths of seconds since the calendar's first day of a local time; 0 of none."""
    if not text:
        return 0
    at = datetime.fromisoformat(text).replace(tzinfo=None)
    return (at.toordinal() * 86_400 + at.hour * 3600 + at.minute * 60 + at.second) * 10


def _session(text: str) -> tuple[int, ...]:
    """Day, hospital, specialty, half-hour and room of a session by its identifier."""
    day, *rest = re.fullmatch(r"S(\d{8})-(\d{3})-(\d)-(\d\d)-(\d\d)", text).groups()
    return (date.fromisoformat(day).toordinal(), *(int(each) - 1 for each in rest))


def _number(day: int, place: int, specialty: int, slot: int, room: int) -> int:
    return (((day * 1000 + place) * 6 + specialty) * 18 + slot) * 100 + room


def test_what_is_known_from_a_file_is_what_stands_in_it(city):
    who, checked = patients(5, 0.01), Counter()
    for each in city.observations:
        if type(each.facts) not in RATES:
            continue
        rows, good = each.facts.rows, exact(each.sent)[2]
        day = each.facts.day.isoformat()
        if isinstance(each.facts, AppointmentEvents):
            assert [int(fields["id"][9:]) for fields in good] == list(rows["event"])
            assert [int(fields["appointment"][1:]) for fields in good] == list(rows["appointment"])
            assert [fields["event"] == "booked" for fields in good] == list(rows["is_booked"])
            assert [_ds(fields["time"]) for fields in good] == list(rows["at_ds"])
            numbers = [
                None if place < 0 else who.resident_id[place].decode() for place in rows["patient"].tolist()
            ]
            assert [fields["patient"] for fields in good] == numbers
            assert [fields["birthYear"] or 0 for fields in good] == list(rows["birth_year"])
            assert [CHANNELS.index(fields["channel"]) for fields in good] == list(rows["channel"])
            assert [WAYS.index(fields["way"]) for fields in good] == list(rows["way"])
            assert [_number(*_session(fields["session"])) for fields in good] == list(rows["session"])
            assert [int(fields["hospital"][1:]) - 1 for fields in good] == list(rows["hospital"])
            assert [SPECIALTIES.index(fields["specialty"]) for fields in good] == list(rows["specialty"])
            assert {fields["time"][:10] for fields in good} == {day}
            for fields in good:
                _, place, specialty, _, _ = _session(fields["session"])
                assert (place, specialty) == (
                    int(fields["hospital"][1:]) - 1, SPECIALTIES.index(fields["specialty"]),
                )  # fmt: skip
            checked["without number"] += numbers.count(None)
            checked["events"] += len(good)
        elif isinstance(each.facts, ClinicSessions):
            assert [_number(*_session(fields["场次编号"])) for fields in good] == list(rows["session"])
            assert [int(fields["医院编号"][1:]) - 1 for fields in good] == list(rows["hospital"])
            assert [_ds(fields["时段开始"]) for fields in good] == list(rows["slot_ds"])
            assert [_ds(fields["时段结束"]) - _ds(fields["时段开始"]) for fields in good] == [18_000] * len(
                good
            )
            assert [int(fields["号源数"]) for fields in good] == list(rows["capacity"])
            assert [fields["状态"] == "停诊" for fields in good] == list(rows["is_closed"])
            assert {fields["时段开始"][:10] for fields in good} == {day}
            checked["closed"] += int(rows["is_closed"].sum())
        else:
            assert [int(fields["就诊号"][9:]) for fields in good] == list(rows["arrival"])
            assert [int(fields["预约号"][1:] or 0) for fields in good] == list(rows["appointment"])
            assert [int(fields["医院编号"][1:]) - 1 for fields in good] == list(rows["hospital"])
            assert [_ds(fields["到达时间"]) for fields in good] == list(rows["arrived_ds"])
            assert [_ds(fields["接诊时间"]) for fields in good] == list(rows["seen_ds"])
            assert {fields["到达时间"][:10] for fields in good} == {day}
            numbers = [fields["预约号"] for fields in good if fields["预约号"]]
            checked["again"] += len(numbers) - len(set(numbers))
            checked["walk-ins"] += len(good) - len(numbers)
            checked["unseen"] += sum(not fields["接诊时间"] for fields in good)
    assert checked["events"] > 14_000
    assert min(checked.values()) > 100


@pytest.mark.parametrize(
    ("feed", "removable"),
    [
        (clinic_session.FEED, "状态".encode("gb18030")), (appointment.FEED, b'"event"'),
        (hospital_arrival.FEED, "到达时间".encode()),
    ],
)  # fmt: skip
def test_whole_file_faults_are_what_they_say(city, feed, removable):
    assert set(faults_of_files(city, feed, removable)) == set(REGISTRATION.files.model_dump())


def test_a_file_that_is_corrected_later_had_other_values_and_no_other_rows(city):
    sent = {(each.sent.name, each.sent.sequence): each for each in city.observations if each.delivery}
    changed = {
        clinic_session.FEED: ("is_closed", False, "session"), appointment.FEED: ("channel", 0, "event"),
        hospital_arrival.FEED: ("seen_ds", 0, "arrival"),
    }  # fmt: skip
    checked = set()
    for label in city.labels:
        if label.kind == "corrected_file":
            wrong, right = (sent[label.delivery_name, number].facts.rows for number in (1, 2))
            name, value, key = changed[label.feed]
            assert set(wrong[name]) == {value} < set(right[name])
            assert set(wrong[key]) <= set(right[key])
            checked.add(label.feed)
    assert checked == set(changed)


def test_the_same_city_made_again_or_a_day_alone_is_the_same(city):
    day, setting = date(2026, 4, 15), asked(5, 30, changed=OFTEN).setting
    alone = [each for each in registration_of_day(setting, day) if each.delivery]
    whole = {each.sent.key: each for each in city.observations if each.delivery}
    assert len(alone) >= 3
    for each in alone:
        assert (whole[each.sent.key].sent, whole[each.sent.key].labels) == (each.sent, each.labels)
    assert list(registration_of_day(asked(6, 30, changed=OFTEN).setting, day)) != alone


def test_what_was_booked_in_the_week_before_comes_in_the_night_before_the_first_day_without_a_fault(city):
    before = [
        each for each in city.observations
        if isinstance(each.facts, AppointmentEvents) and each.facts.day < city.first
    ]  # fmt: skip
    assert [each.facts.day for each in before] == [city.first - timedelta(back) for back in range(7, 0, -1)]
    assert [each.sent.name for each in before[:2]] == [
        "appointment_20260315.jsonl",
        "appointment_20260316.jsonl",
    ]
    for each in before:
        assert each.labels == ()
        assert exact(each.sent)[0] == set()
        assert each.sent.arrived_at.date() == city.first
        assert "00:30" <= f"{each.sent.arrived_at:%H:%M}" < "02:00"
    # Nothing of the city's days comes as early.
    assert min(each.arrived_at for each in city.deliveries[7:]).hour == 6


def test_the_list_of_hospitals_lacks_the_newest_and_is_recorded_where_it_says_nothing_new(city):
    first, again = [
        each for each in city.observations if each.delivery and each.sent.name.startswith("医院_")
    ]
    assert first.sent.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(first.sent.content.decode("utf-8-sig"), newline="")))
    assert [row["医院编号"] for row in rows] == [f"H{number:03d}" for number in range(1, 39)]
    assert Counter(row["等级"] for row in rows) == {"三级": 13, "二级": 13, "社区": 12}
    assert all(re.fullmatch(r"3301\d\d", row["区划代码"]) for row in rows)
    assert tuple((row["医院编号"], row["区划代码"]) for row in rows) == first.facts
    assert (first.sent.name, first.readings[0].records) == ("医院_20260322.csv", 38)
    assert (again.sent.name, again.readings[0].outcome) == ("医院_20260401.csv", "recorded")
    assert {label.feed for label in again.labels} == {hospital.FEED}
