"""conformed.health.care_episode from rows typed by hand; every case is a person of its own in one run."""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.match_keys import match_key
from tests.integration.record_rows import encounter, made
from tests.integration.road_rows import utc

MARCH_16, MARCH_17 = date(2026, 3, 16), date(2026, 3, 17)
ENCOUNTERS = [
    # A whole row: referred to another hospital two days after, with a character of the number mistyped.
    encounter("a1", "AAAAA1", "03-14 08:00", "03-14 09:00"),
    encounter("a2", "AAAAA2", "03-16 10:00", "03-18 11:00", hospital="H2", kind="住院", age="70-79"),
    # One character apart: another name, no name, two characters, a number too short; through a third, also with another name.
    encounter("b1", "BBBB11", "03-15 08:00", name="一"), encounter("b2", "BBBB12", "03-16 08:00", name="二"),
    encounter("c1", "CCCC11", "03-15 08:00", name=None), encounter("c2", "CCCC12", "03-16 08:00", name=None),
    encounter("d1", "DDDD11", "03-15 08:00"), encounter("d2", "DDDD22", "03-16 08:00"),
    encounter("e1", "EEE1", "03-15 08:00"), encounter("e2", "EEE2", "03-16 08:00"),
    encounter("f1", "FFFF11", "03-15 08:00"), encounter("f2", "FFFF12", "03-15 09:00"),
    encounter("f3", "FFFF22", "03-16 08:00"),
    encounter("g1", "GGGG11", "03-15 08:00", name="一"), encounter("g2", "GGGG12", "03-15 09:00", name="一"),
    encounter("g3", "GGGG12", "03-15 10:00", name="二"), encounter("g4", "GGGG22", "03-16 08:00", name="二"),
    # One number under two names is one person; nobody's are nobody's, however alike.
    encounter("h1", "HHHHH1", "03-15 08:00", name="一"), encounter("h2", "HHHHH1", "03-16 08:00", name="二"),
    encounter("i1", None, "03-15 08:00"), encounter("i2", None, "03-16 08:00", hospital="H2"),
    # The name that links a number is of the 8 days that end with the 16th; of the 17th it is not.
    encounter("j1", "JJJJ11", "03-09 00:00", name="一"), encounter("j2", "JJJJ11", "03-16 07:00", name=None),
    encounter("j3", "JJJJ12", "03-16 08:00", name="一"), encounter("j4", "JJJJ12", "03-17 08:00", name="一"),
    encounter("k1", "KKKK11", "03-08 23:59:59", "03-16 01:00", name="一"), encounter("k2", "KKKK12", "03-16 08:00", name="一"),
    encounter("k3", "KKKK11", "03-16 09:00", name="二"),
    # 72 hours after the end, and a second more; after the begin, where no end is written; after the latest of the ends.
    encounter("l1", "LLLLL1", "03-13 00:00", "03-13 08:00"), encounter("l2", "LLLLL1", "03-16 08:00"),
    encounter("m1", "MMMMM1", "03-13 00:00", "03-13 08:00"), encounter("m2", "MMMMM1", "03-16 08:00:01"),
    encounter("n1", "NNNNN1", "03-13 08:00"), encounter("n2", "NNNNN1", "03-16 08:00:01"),
    encounter("o1", "OOOOO1", "03-12 00:00", "03-14 08:00"), encounter("o2", "OOOOO1", "03-13 00:00", "03-13 01:00"),
    encounter("o3", "OOOOO1", "03-16 20:00"),
    # Back where it began, by way of another; an episode before this one is another's.
    encounter("p1", "PPPPP1", "03-14 08:00"), encounter("p2", "PPPPP1", "03-15 08:00", hospital="H2"),
    encounter("p3", "PPPPP1", "03-16 08:00"), encounter("p4", "PPPPP1", "03-16 09:00", hospital="H2"),
    encounter("q1", "QQQQQ1", "03-10 08:00", hospital="H2"), encounter("q2", "QQQQQ1", "03-15 08:00"),
    encounter("q3", "QQQQQ1", "03-16 08:00"),
    # Two at one instant: the lesser number is before. What comes later that day is after.
    encounter("r2", "RRRRR1", "03-16 08:00", kind="急诊"), encounter("r1", "RRRRR1", "03-16 08:00", hospital="H2"),
    encounter("r0", "RRRRR1", "03-17 08:00"),
]  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[tuple, dict]:
    found = made("care_episode", [MARCH_16, MARCH_17], encounters=ENCOUNTERS)
    by_number = {(row["encounter_id"], row["_business_date"].day): row for row in found}
    assert len(by_number) == len(found), "one row per encounter"
    return by_number


def of(rows: dict[tuple, dict], name: str, day: int = 16) -> tuple:
    """(episode_id, episode_position, is_other_hospital)"""
    row = rows[name, day]
    return row["episode_id"], row["episode_position"], row["is_other_hospital"]


def person(number: str) -> str | None:
    return match_key(number)[0]


def test_every_column_of_an_encounter_that_continues_another(rows):
    assert rows["a2", 16] == {
        "encounter_id": "a2", "_business_date": MARCH_16, "hospital_id": "H2", "person_id": person("AAAAA1"), "age_band": "70-79",
        "kind": "inpatient", "started_at": utc("03-16 10:00"), "ended_at": utc("03-18 11:00"), "episode_id": "a1",
        "episode_position": 2, "is_other_hospital": True,
    }  # fmt: skip


def test_there_is_a_row_for_every_encounter_of_the_days_and_no_other(rows):
    assert set(rows) == {(row[0], row[-1].day) for row in ENCOUNTERS if row[-1] in (MARCH_16, MARCH_17)}
    assert {rows[name, 16]["kind"] for name in ("r1", "r2", "a2")} == {"outpatient", "emergency", "inpatient"}


def test_numbers_one_character_apart_are_one_persons_where_the_names_are_equal(rows):
    numbers = {"b2": "BBBB12", "c2": "CCCC12", "d2": "DDDD22", "e2": "EEE2", "h2": "HHHHH1"}
    assert {name: rows[name, 16]["person_id"] for name in numbers} == {
        name: person(number) for name, number in numbers.items()
    }
    assert {name: of(rows, name)[0] for name in ("b2", "c2", "d2", "e2", "h2")} == {
        "b2": "b2", "c2": "c2", "d2": "d2", "e2": "e2", "h2": "h1",
    }  # fmt: skip


def test_numbers_hang_together_through_others_and_through_several_names(rows):
    assert (rows["f3", 16]["person_id"], of(rows, "f3")) == (person("FFFF11"), ("f1", 3, False))
    assert (rows["g4", 16]["person_id"], of(rows, "g4")) == (person("GGGG11"), ("g1", 4, False))


def test_nobody_is_nobody(rows):
    assert (rows["i2", 16]["person_id"], of(rows, "i2")) == (None, ("i2", 1, False))


def test_a_day_knows_itself_and_the_seven_days_before(rows):
    assert rows["j3", 16]["person_id"] == rows["j2", 16]["person_id"] == person("JJJJ11")
    assert (rows["j4", 17]["person_id"], of(rows, "j4", 17)) == (person("JJJJ12"), ("j3", 2, False))
    assert rows["k2", 16]["person_id"] == person("KKKK12")
    assert of(rows, "k3") == ("k3", 1, False)


def test_an_encounter_continues_what_ended_at_most_72_hours_before(rows):
    assert {name: of(rows, name)[:2] for name in ("l2", "m2", "n2", "o3")} == {
        "l2": ("l1", 2), "m2": ("m2", 1), "n2": ("n2", 1), "o3": ("o1", 3),
    }  # fmt: skip


def test_other_hospitals_are_those_of_the_episode_so_far(rows):
    assert of(rows, "p3") == ("p1", 3, True)
    assert of(rows, "p4") == ("p1", 4, True)
    assert of(rows, "q3") == ("q2", 2, False)


def test_two_that_begin_at_one_instant_are_in_order_of_their_numbers(rows):
    assert of(rows, "r1") == ("r1", 1, False)
    assert of(rows, "r2") == ("r1", 2, True)
    assert of(rows, "r0", 17) == ("r1", 3, True)
