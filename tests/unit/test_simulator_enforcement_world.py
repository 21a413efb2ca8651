"""Law enforcement as it truly is: how many cases, whose, for how much, and how that is written down."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from simulator.departments.enforcement import (
    given_by,
    one_wrong_in_code,
    one_wrong_in_name,
    recorded,
    typed_another_way,
)
from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world.calendar import is_free
from simulator.world.enforcement import closed, identities
from simulator.world.enterprises import register
from simulator.world.identifiers import credit_check
from simulator.world.joint_operations import begun, begun_between
from simulator.world.offenders import enterprises_elsewhere, plates_of
from simulator.world.vehicles import register as vehicles
from simulator.world.violations import AGENCIES, CATEGORIES, VIOLATIONS
from tests.unit.enforcement_city import LAW, asked

THURSDAY, SATURDAY = date(2026, 3, 5), date(2026, 3, 7)
NAME = "杭州安邦博商贸有限公司"


@pytest.fixture(scope="module")
def large():
    """What the cases of a city of scale 3 are made of."""
    return given_by(asked(1, 1, 3.0).setting)


@pytest.fixture(scope="module")
def small():
    return given_by(asked(2, 1, 0.02).setting)


def _closed(given, agency: str, day: date) -> pd.DataFrame:
    return closed(given.seed, given.scenario, agency, day, given.who, given.ships)


@pytest.mark.parametrize(
    ("agency", "usual", "least"), [("waterway", 60, 8), ("highway", 500, 20), ("road", 900, 30)]
)
def test_so_many_cases_are_closed_on_a_day(large, small, agency, usual, least):
    assert abs(len(_closed(large, agency, THURSDAY)) - 3 * usual) < 5 * (3 * usual) ** 0.5
    assert abs(len(_closed(large, agency, SATURDAY)) - 1.5 * usual) < 5 * (1.5 * usual) ** 0.5
    days = [THURSDAY + timedelta(each) for each in range(14)]
    few = {day: len(_closed(small, agency, day)) for day in days}
    assert min(count for day, count in few.items() if not is_free(day)) == least
    assert min(count for day, count in few.items() if is_free(day)) == least // 2


@pytest.mark.parametrize("agency", AGENCIES)
def test_cases_are_found_at_most_45_days_before_they_are_closed(large, agency):
    for day in (THURSDAY, SATURDAY):
        cases = _closed(large, agency, day)
        assert set(cases["closed_ds"] // DAY_DS) == {day.toordinal()}
        assert cases["closed_ds"].is_monotonic_increasing
        assert ((cases["closed_ds"] - cases["found_ds"]) >= 10 * 600).all()
        assert not (cases[["found_ds", "closed_ds"]] % 10).any(axis=None)
        days = (cases["closed_ds"] // DAY_DS - cases["found_ds"] // DAY_DS).to_numpy()
        assert days.min() == 0
        assert days.max() <= 45
        assert (days == 0).mean() > (0.8 if is_free(day) else 0.25)
        assert (days == 0).mean() < (1.0 if is_free(day) else 0.45)
    worked = _closed(large, agency, THURSDAY)["closed_ds"] % DAY_DS
    assert worked.min() >= 8.5 * 36_000
    assert worked.max() < 17.5 * 36_000
    days = (THURSDAY.toordinal() - _closed(large, agency, THURSDAY)["found_ds"] // DAY_DS).max()
    assert days > 40


@pytest.mark.parametrize("agency", AGENCIES)
def test_fines_are_whole_and_most_are_paid(large, agency):
    cases = _closed(large, agency, THURSDAY)
    fine, paid = cases["fine_cny"], cases["paid_cny"]
    assert set(fine % 50) == {0}
    assert fine.max() <= 200_000
    assert 0.01 < (fine == 0).mean() < 0.08
    assert (paid <= fine).all()
    assert paid.min() == 0
    assert 0.74 < (paid == fine).mean() < 0.88
    part = (paid > 0) & (paid < fine)
    assert 0.04 < part.mean() < 0.16
    codes = [VIOLATIONS[agency][place] for place in cases["violation"]]
    assert 0.005 < sum(not each.is_listed for each in codes) / len(codes) < 0.05
    assert {each.category for each in codes} == {each.category for each in VIOLATIONS[agency]}


def test_violations_of_an_agency_are_about_eight_that_are_listed_and_one_or_two_that_are_not():
    for known in VIOLATIONS.values():
        assert len({each.code for each in known}) == len(known)
        assert sum(each.is_listed for each in known) == 8
        assert sum(not each.is_listed for each in known) in (1, 2)
        assert {each.category for each in known} <= set(CATEGORIES)
    whole = [each.code for known in VIOLATIONS.values() for each in known]
    assert len(set(whole)) == len(whole)


def test_offenders_are_those_of_the_registers_and_were_there():
    given, firms, cars = given_by(asked(1, 1, 0.3).setting), register(1, 0.3), vehicles(1, 0.3)
    for agency in ("highway", "road"):
        days = [THURSDAY + timedelta(each) for each in range(5)]
        cases = pd.concat([_closed(given, agency, day) for day in days], ignore_index=True)
        found = cases["found_ds"].to_numpy() // DAY_DS
        of_one = (cases["enterprise"] >= 0).to_numpy()
        assert 0.24 < of_one.mean() < 0.36
        here = of_one & ~cases["is_enterprise_from_elsewhere"].to_numpy()
        firm = firms.iloc[cases["enterprise"].to_numpy()[here]]
        assert (firm["founded"].to_numpy() <= found[here]).all()
        assert not firm["closed"].any()
        afar = cases["is_from_elsewhere"].to_numpy()
        assert 0.04 < afar.mean() < 0.09
        plates = plates_of(1, cases["mover"].to_numpy(), afar)
        assert {each[:2] for each in plates[~afar]} == {"浙A"}
        assert "浙A" not in {each[:2] for each in plates[afar]}
        assert {len(each) for each in plates} == {7, 8}
        # Nearly all have a car on the day, for a plate stays where the car is changed.
        number = cases["mover"].to_numpy()[~afar]
        mine = cars[cars["plate_number"].isin(number)]
        there = mine.merge(pd.DataFrame({"plate_number": number, "found": found[~afar]}), on="plate_number")
        in_force = there[
            (there["registered"] <= there["found"])
            & ((there["deregistered"] == 0) | (there["deregistered"] > there["found"]))
        ]
        assert 0.95 < in_force["plate_number"].nunique() / len(set(number)) < 1


@pytest.mark.parametrize("day", [date(2016, 3, 3), date(2024, 3, 7)])
def test_nobody_is_caught_before_being_founded(day):
    given, firms = given_by(asked(1, 1, 0.3).setting), register(1, 0.3)
    cases = _closed(given, "road", day)
    of_one = cases[(cases["enterprise"] >= 0) & ~cases["is_enterprise_from_elsewhere"]]
    founded = firms["founded"].to_numpy()[of_one["enterprise"].to_numpy()]
    assert len(of_one) > 30
    assert (founded <= of_one["found_ds"].to_numpy() // DAY_DS).all()


def test_enterprises_are_mostly_caught_in_their_own_district(large):
    cases = _closed(large, "road", THURSDAY)
    here = cases[(cases["enterprise"] >= 0) & ~cases["is_enterprise_from_elsewhere"]]
    at_home = here["district"].to_numpy() == large.who.district[here["enterprise"].to_numpy()]
    assert 0.6 < at_home.mean() < 0.75


def test_a_fifth_of_the_cases_are_by_few_who_come_again_and_again(large):
    few = {
        "vehicle": set(large.who.plates_again),
        "enterprise": set(large.who.open[large.who.enterprises_again]),
    }
    assert {kind: len(of) for kind, of in few.items()} == {"vehicle": 1_200, "enterprise": 450}
    for agency in AGENCIES:
        cases = _closed(large, agency, THURSDAY)
        of_one = cases["enterprise"] >= 0
        movers = set(range(60)) if agency == "waterway" else few["vehicle"]
        again = np.where(of_one, cases["enterprise"].isin(few["enterprise"]), cases["mover"].isin(movers))
        assert abs(again.mean() - 0.20) < 0.08
        named = identities(1, agency, cases, large.who, large.ships)
        kinds = Counter(each.split(":")[0] for each in named)
        assert set(kinds) == ({"ship", "enterprise"} if agency == "waterway" else {"vehicle", "enterprise"})
        assert kinds["enterprise"] == of_one.sum()


def test_numbers_never_come_twice():
    given = given_by(asked(1, 1, 0.05).setting)
    days = [date(2025, 12, 30) + timedelta(each) for each in range(4)]
    numbers = [each for agency in AGENCIES for day in days for each in _closed(given, agency, day)["case"]]
    assert len(set(numbers)) == len(numbers)
    assert {each[:3] for each in numbers} == {f"{letter}{year}" for letter in "WHD" for year in ("25", "26")}
    assert max(map(len, numbers)) == 12


def test_a_day_alone_is_the_day_among_others(small):
    for agency in AGENCIES:
        before = recorded(agency, small, THURSDAY)
        closed.cache_clear()
        pd.testing.assert_frame_equal(recorded(agency, small, THURSDAY), before)


def test_an_enterprise_is_written_down_in_as_many_ways_as_the_scenario_says(large):
    rows = pd.concat([recorded(agency, large, THURSDAY) for agency in AGENCIES])
    rows = rows[rows["enterprise"] >= 0]
    here = rows[~rows["is_enterprise_from_elsewhere"]]
    code, name = (known[here["enterprise"].to_numpy()] for known in (large.who.code, large.who.name))
    has_code, right_code = (here["owner_code"] != "").to_numpy(), (here["owner_code"] == code).to_numpy()
    as_listed = (here["owner_name"] == name).to_numpy()
    wrong_name = np.array([
        len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1
        for one, other in zip(here["owner_name"], name, strict=True)
    ])  # fmt: skip
    shares = {
        "listed": (right_code & as_listed, 0.60), "typed": (right_code & ~as_listed, 0.15),
        "no_code": (~has_code & ~wrong_name, 0.12), "wrong_code": (has_code & ~right_code & ~wrong_name, 0.05),
        "wrong_both": (has_code & ~right_code & wrong_name, 0.03), "wrong_name": (~has_code & wrong_name, 0.03),
    }  # fmt: skip
    for what, (found, share) in shares.items():
        assert abs(found.sum() / len(rows) - share) < 4 * (share / len(rows)) ** 0.5, what
    assert sum(found.sum() for found, _ in shares.values()) == len(here)
    afar = rows[rows["is_enterprise_from_elsewhere"]]
    assert 0.01 < len(afar) / len(rows) < 0.03
    assert all(each.startswith("宁波") for each in afar["owner_name"])
    assert not set(afar["owner_code"]) & set(large.who.code)


def test_names_are_typed_in_six_other_ways():
    random = stream(1, "typing")
    assert {typed_another_way(NAME, random) for _ in range(200)} == {
        "杭州安邦博商贸", "安邦博商贸有限公司", "杭州市安邦博商贸有限公司", "安邦博商贸（杭州）有限公司",
        "杭州 安邦博商贸\u3000有限公司", "杭州安邦博商贸（有限公司）",
    }  # fmt: skip
    assert {typed_another_way("杭州安邦博投资合伙企业", random) for _ in range(200)} > {
        "杭州安邦博投资", "安邦博投资合伙企业",
    }  # fmt: skip
    assert "杭州安邦博置业" in {typed_another_way("杭州安邦博置业股份有限公司", random) for _ in range(200)}


def test_one_character_is_wrong_and_no_more():
    random = stream(2, "wrong")
    code = "91338001MA00ABCD1X"
    for _ in range(300):
        for right, wrong in (
            (code, one_wrong_in_code(code, random)),
            (NAME, one_wrong_in_name(NAME, random)),
        ):
            assert len(wrong) == len(right)
            assert sum(a != b for a, b in zip(right, wrong, strict=True)) == 1
    wrong = {one_wrong_in_name(NAME, random) for _ in range(300)}
    assert all(each[:2] + each[5:] == "杭州商贸有限公司" for each in wrong)


def test_enterprises_of_elsewhere_have_codes_of_their_own_that_are_valid():
    codes, names = enterprises_elsewhere(1, np.arange(2000))
    assert len(set(codes)) == len(set(names)) == 2000
    front = np.array([list(each.encode()) for each in codes], dtype=np.uint8)
    assert (credit_check(front[:, :17]) == front[:, 17:]).all()


def test_joint_operations_of_a_day_are_the_same_whoever_asks():
    begin = date(2026, 1, 1)
    whole = begun_between(3, 2.0, begin, begin + timedelta(29))
    assert len(whole) == 60
    assert [each for each in whole if each.number.startswith("LH20260115")] == list(
        begun(3, 2.0, date(2026, 1, 15))
    )
    assert all(each.started_ds < each.ended_ds for each in whole)
    assert {len(each.agencies) for each in whole} == {1, 2, 3}
    assert len({each.number for each in whole}) == 60
    assert len(begun_between(3, LAW.operations / 2, begin, begin + timedelta(29))) == 30
