"""What is sent about visits to hospitals step by step against an exact reader."""

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

import pytest

from simulator.city import processes_of_day
from simulator.departments import card_event, face_match
from simulator.departments.card_event import CardEvents
from simulator.departments.face_match import FaceMatches
from simulator.world.patients import patients
from tests.unit.exact_reader import kinds_of_labels
from tests.unit.file_faults import faults_of_files
from tests.unit.process_city import PROCESSES, asked, process_city
from tests.unit.process_reader import MEANS, ORDERED, PLACES, STEPS, SYSTEMS, exact

# Faults of files so often that each kind appears in a month, no two equally often; and more faults of the few records.
OFTEN = {
    "files": dict(zip(PROCESSES.files.model_dump(), (0.10, 0.09, 0.11, 0.12, 0.07, 0.13), strict=True)),
    "event_rows": dict.fromkeys(PROCESSES.event_rows.model_dump(), 0.005),
    "match_rows": dict.fromkeys(PROCESSES.match_rows.model_dump(), 0.02),
    "recorded": {"unmeasured": 0.03, "no_claim": 0.05, "no_number": 0.05},
    "faces": {"rejected": 0.2, "older": 0.3, "somebody_else": 0.05},
}
RATES = {CardEvents: PROCESSES.event_rows, FaceMatches: PROCESSES.match_rows}


@pytest.fixture(scope="module")
def city():
    return process_city(5, 30, changed=OFTEN)


def test_quarantined_are_exactly_what_an_exact_reader_finds(city):
    seen = defaultdict(Counter)
    for each in city.observations:
        kind = type(each.facts)
        if kind in RATES:
            seen[kind].update(kinds_of_labels(each, exact, len(each.facts.rows)))
    assert set(seen[CardEvents]) == set(RATES[CardEvents].model_dump())
    assert set(seen[FaceMatches]) == {*RATES[FaceMatches].model_dump(), "unmeasured"}


def _ds(text: str) -> int:
    """Tenths of seconds since the calendar's first day of a local time; 0 of none."""
    if not text:
        return 0
    at = datetime.fromisoformat(text).replace(tzinfo=None)
    return (at.toordinal() * 86_400 + at.hour * 3600 + at.minute * 60 + at.second) * 10


def test_what_is_known_from_a_file_of_events_is_what_stands_in_it(city):
    who, checked = patients(5, 0.01), Counter()
    steps = tuple(SYSTEMS)
    for each in city.observations:
        if not isinstance(each.facts, CardEvents):
            continue
        rows, good = each.facts.rows, exact(each.sent)[2]
        day = each.facts.day.isoformat()
        assert {fields["流水号"][:9] for fields in good} == {"C" + day.replace("-", "")}
        assert [int(fields["流水号"][9:]) for fields in good] == list(rows["event"])
        assert [int(fields["医院编号"][1:]) - 1 for fields in good] == list(rows["hospital"])
        assert [steps.index(fields["步骤"]) for fields in good] == list(rows["step"])
        assert [MEANS.index(fields["凭证"]) for fields in good] == list(rows["means"])
        assert [PLACES.index(fields["办理方式"]) for fields in good] == list(rows["place"])
        assert [_ds(fields["时间"]) for fields in good] == list(rows["at_ds"])
        assert [_ds(fields["接收时间"]) for fields in good] == list(rows["received_ds"])
        ordered = [ORDERED.index(fields["开单"]) if fields["开单"] else -1 for fields in good]
        assert ordered == list(rows["ordered"])
        numbers = ["" if place < 0 else who.resident_id[place].decode() for place in rows["patient"].tolist()]
        assert [fields["患者"] for fields in good] == numbers
        assert [int(fields["出生年"] or 0) for fields in good] == list(rows["birth_year"])
        assert {fields["时间"][:10] for fields in good} == {day}
        assert [fields["时间"] for fields in good] == sorted(fields["时间"] for fields in good)
        checked.update(
            {
                "nobody": numbers.count(""),
                "not received": (rows["received_ds"] == 0).sum(),
                "events": len(good),
            }
        )
    assert checked["events"] > 25_000
    assert checked["nobody"] / checked["events"] == pytest.approx(0.05, abs=0.01)
    assert checked["not received"] / checked["events"] == pytest.approx(0.01, abs=0.003)


def test_what_is_known_from_a_file_of_attempts_is_what_stands_in_it(city):
    who, attempts = patients(5, 0.01), Counter()
    for each in city.observations:
        if not isinstance(each.facts, FaceMatches):
            continue
        rows, good = each.facts.rows, exact(each.sent)[2]
        day = each.facts.day.isoformat()
        assert {fields["id"][:9] for fields in good} == {"M" + day.replace("-", "")}
        assert [int(fields["id"][9:]) for fields in good] == list(rows["match"])
        assert [int(fields["transaction"][9:]) for fields in good] == list(rows["transaction"])
        assert [int(fields["hospital"][1:]) - 1 for fields in good] == list(rows["hospital"])
        assert [STEPS.index(fields["step"]) for fields in good] == list(rows["step"])
        assert [_ds(fields["at"]) for fields in good] == list(rows["at_ds"])
        assert [fields["accepted"] for fields in good] == list(rows["is_accepted"])
        numbers = [
            None if place < 0 else who.resident_id[place].decode() for place in rows["patient"].tolist()
        ]
        assert [fields["claimed"] for fields in good] == numbers
        for fields in good:
            assert fields["device"][2:7] == f"{fields['hospital'][1:]}-{STEPS.index(fields['step']) + 1}"
            attempts[fields["attempt"]] += 1
        assert {fields["at"][:10] for fields in good} == {day}
    assert attempts[1] > attempts[2] > attempts[3] > 20
    assert set(attempts) == {1, 2, 3}


def test_files_that_are_struck_are_what_their_labels_say(city):
    of_files = {card_event.FEED: "凭证".encode(), face_match.FEED: b'"accepted"'}
    for feed, removable in of_files.items():
        assert set(faults_of_files(city, feed, removable)) == set(PROCESSES.files.model_dump())


def test_a_corrected_file_replaces_one_in_which_something_was_wrong(city):
    sent = {(each.sent.name, each.sent.sequence): each for each in city.observations if each.delivery}
    checked = set()
    for label in city.labels:
        if label.kind != "corrected_file":
            continue
        wrong, right = (exact(sent[label.delivery_name, number].sent)[2] for number in (1, 2))
        if label.feed == card_event.FEED:
            assert {fields["凭证"] for fields in wrong} == {"电子卡"}
            assert {fields["凭证"] for fields in right} == set(MEANS)
        else:
            scores = {fields["id"]: fields["score"] for fields in right}
            for fields in wrong:
                true = scores[fields["id"]]
                assert fields["score"] == (true if true == -1 else pytest.approx(true / 100, abs=1e-9))
        assert len(right) > len(wrong)
        checked.add(label.feed)
    assert checked == {card_event.FEED, face_match.FEED}


def test_the_same_city_made_again_or_a_day_alone_is_the_same(city):
    setting, day = asked(5, 30, changed=OFTEN).setting, date(2026, 4, 15)
    alone = [each for each in processes_of_day(setting, day) if each.delivery]
    alone += [each for each in processes_of_day(setting, day + timedelta(1)) if each.delivery]
    whole = {each.sent.key: each for each in city.observations if each.delivery}
    assert {each.sent.name.split("_")[0] for each in alone} == {"card", "face"}
    for each in alone:
        assert (whole[each.sent.key].sent, whole[each.sent.key].labels) == (each.sent, each.labels)
    assert list(processes_of_day(asked(6, 30, changed=OFTEN).setting, day)) != alone[:1]


def test_scores_agree_with_what_was_accepted(city):
    scores = defaultdict(list)
    for each in city.observations:
        if (
            isinstance(each.facts, FaceMatches)
            and each.sent.sequence == 1
            and each.readings[0].outcome == "admitted"
        ):
            for fields in exact(each.sent)[2]:
                if fields["score"] > 1:  # one of a file that was corrected is less
                    scores[fields["accepted"]].append(fields["score"])
    assert min(scores[True]) >= 80 > max(scores[False])
    assert max(scores[True]) <= 99.9
    assert 5 <= min(scores[False]) < 55
