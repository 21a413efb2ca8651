"""Persons and households of the simulated city, and the check characters of their numbers."""

import time

import numpy as np
import pandas as pd
import pytest

from simulator.world import identifiers, people
from simulator.world.streets import streets

SCALE = 0.02


@pytest.fixture(scope="module")
def everyone() -> pd.DataFrame:
    began = time.perf_counter()
    whole = pd.concat(people.people_blocks(7, SCALE), ignore_index=True)
    print(f"{len(whole) / (time.perf_counter() - began):.0f} persons a second")
    return whole


def _characters(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("ascii"), dtype=np.uint8)[None, :]


# The examples printed in the standards themselves, and numbers enterprises publish.
@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_check_character_of_a_resident_id_is_gb_11643s(number):
    assert bytes(identifiers.resident_check(_characters(number[:17]))[0]).decode() == number[17]


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91330100716105852F", "91440300708461136T"])
def test_the_check_characters_of_a_credit_code_are_gb_32100s_and_gb_11714s(code):
    assert bytes(identifiers.credit_check(_characters(code[:17]))[0]).decode() == code[17]
    assert bytes(identifiers.organisation_check(_characters(code[8:16]))[0]).decode() == code[16]


def test_the_check_characters_of_an_old_organisation_code_and_a_card_are_the_standards():
    assert bytes(identifiers.organisation_check(_characters("D2143569"))[0]) == b"X"
    assert bytes(identifiers.luhn_check(_characters("7992739871"))[0]) == b"3"


def test_texts_are_built_row_by_row():
    made = identifiers.texts(identifiers.digits(np.array([7, 123]), 4), identifiers.characters("AB", 2))
    assert list(made) == ["0007AB", "0123AB"]
    assert bytes(identifiers.area(np.array([33]), 195)[0]) == b"338195"


def test_the_same_seed_gives_the_same_people_and_another_does_not():
    people.people.cache_clear()
    one = people.people(7, SCALE, 40)
    people.people.cache_clear()
    assert one.equals(people.people(7, SCALE, 40))
    assert not one.equals(people.people(8, SCALE, 40))


def test_a_street_made_alone_is_the_street_made_among_others(everyone):
    people.people.cache_clear()
    for street in (0, 101, 195):
        alone = people.people(7, SCALE, street)
        first, beyond = people.person_range(SCALE, street)
        assert alone.equals(everyone.iloc[first:beyond].reset_index(drop=True))
        assert set(alone["street_code"]) == {streets()[street].code}


def test_there_are_as_many_as_the_scale_says_and_no_number_is_twice(everyone):
    assert len(everyone) == 24_800
    assert list(everyone["person"]) == list(range(24_800))
    assert everyone["resident_id"].is_unique
    assert everyone["card_number"].is_unique


def test_age_bands_are_those_of_the_city_within_bounds(everyone):
    age = 2025 - everyone["birth_year"]
    shares = 100 * pd.cut(age, [-1, 17, 59, 69, 79, 120]).value_counts(normalize=True, sort=False)
    bounds = ((14, 18), (63, 69), (8.5, 12), (4.5, 7.5), (1.5, 3.5))
    for share, (low, high) in zip(shares, bounds, strict=True):
        assert low < share < high
    assert everyone["birth_year"].max() == 2025  # nobody is born in the future
    assert everyone["birth_date"].max() < pd.Timestamp("2026-01-01")
    assert everyone["birth_year"].min() >= 1925
    assert 0.50 < (everyone["sex"] == "male").mean() < 0.54


def test_the_counties_are_older_than_the_city(everyone):
    is_old = 2025 - everyone["birth_year"] >= 60
    district = everyone["street_code"].str[:6]
    assert is_old[district == "330127"].mean() > 1.4 * is_old[district == "330108"].mean()


def test_the_resident_id_says_area_birth_sex_and_its_check_character(everyone):
    for person in everyone.sample(300, random_state=1).itertuples():
        number = person.resident_id
        assert (number[2], len(number)) == ("8", 18)  # no prefecture: nobody's number
        assert (number[:2] == "33") == person.is_local
        assert number[6:14] == person.birth_date.strftime("%Y%m%d")
        assert int(number[16]) % 2 == (person.sex == "male")
        total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(number[:17]))
        assert number[17] == "10X98765432"[total % 11]


def test_every_household_has_one_head_of_full_age_and_children_have_parents_old_enough(everyone):
    heads = everyone[everyone["relation"] == "head"]
    assert set(heads["household"]) == set(everyone["household"]) == set(heads["person"])
    assert heads["household"].is_unique
    assert (2025 - heads["birth_year"]).min() >= 17
    assert 2.2 < len(everyone) / len(heads) < 2.6
    year = heads.set_index("household")["birth_year"]
    children = everyone[(everyone["relation"] == "child") & (everyone["birth_year"] > 2008)]
    gap = children["birth_year"] - children["household"].map(year)
    assert gap.quantile(0.01) >= 18
    assert 25 < gap.median() < 36
    of_household = everyone.groupby("household")["street_code"].nunique()
    assert of_household.max() == 1
    partners = everyone[everyone["relation"] == "partner"]
    assert not partners["household"].duplicated().any()
    sex = heads.set_index("household")["sex"].astype(str)
    assert (partners["sex"].astype(str) != partners["household"].map(sex)).all()


def test_a_hamlet_without_anybody_is_an_empty_table():
    tiny = people.people(1, 0.0001, 73)
    assert len(tiny) == 0
    assert list(tiny.columns)[:3] == ["person", "household", "relation"]


def test_people_of_scale_one_are_made_in_seconds():
    began, made = time.perf_counter(), 0
    for street in range(0, 196, 8):
        made += len(people.people(2, 1.0, street))
    spent = time.perf_counter() - began
    print(f"scale 1: {made} of 1240000 persons in {spent:.1f} s, {made / spent:.0f} a second")
    assert made > 100_000
