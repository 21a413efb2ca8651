"""Visits to hospitals step by step as they happen, and how they are written down."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from simulator.departments import card_event, face_match
from simulator.world.card_hospitals import CardPlatform
from simulator.world.hospitals import hospitals
from simulator.world.patients import anybody, patients
from simulator.world.visit_steps import visit_day
from tests.unit.part_city import with_changes
from tests.unit.process_city import NEVER, PROCESSES

MONDAY, SUNDAY, HOLIDAY = date(2026, 4, 20), date(2026, 4, 19), date(2026, 5, 1)
REGISTER, SEE, EXAMINE, PAY, COLLECT = range(5)
CARD, FACE, PLASTIC, CASH = range(4)
MACHINE, WINDOW, PHONE, ROOM = range(4)
MINUTE = 600
HERE = CardPlatform(3, PROCESSES, 1.0)


def _here(scale: float = 0.1, clock_s: int = 180, **changed: dict) -> CardPlatform:
    part = with_changes(PROCESSES, changed).model_copy(update={"clock_s": clock_s})
    return CardPlatform(3, part, scale)


@pytest.fixture(scope="module")
def day():
    return visit_day(HERE, MONDAY)


@pytest.fixture(scope="module")
def wide(day):
    """Each visit with the instants, means and places of its steps (−1: not done)."""
    made = day.visits.set_index("visit")
    of_step = day.steps.pivot(index="visit", columns="step")
    for name in ("at_ds", "means", "place"):
        made = made.join(of_step[name].fillna(-1).astype(np.int64).add_prefix(f"{name}_"))
    return made


def test_twenty_thousand_visits_at_scale_one_a_fifth_on_sundays_and_holidays_and_six_hundred_in_a_small_city(
    day,
):
    assert len(day.visits) == pytest.approx(20_000, rel=0.05)
    for free in (SUNDAY, HOLIDAY):
        assert len(visit_day(HERE, free).visits) == pytest.approx(4_000, rel=0.05)
    small = visit_day(_here(0.001), MONDAY).visits
    assert len(small) == pytest.approx(600, rel=0.06)
    assert not small[~small["is_again"]].duplicated(["patient", "hospital"]).any()


def test_thirty_hospitals_have_the_card_and_some_know_faces(day):
    here, all_of_them = HERE.hospitals, hospitals(3)
    assert len(here.place) == 30
    assert set(day.visits["hospital"]) == set(here.place.tolist())
    assert here.place[-1] == 38  # in no list
    levels = pd.Series([all_of_them[place].level for place in here.place]).value_counts()
    assert levels.to_dict() == {"三级": 13, "二级": 13, "社区": 4}
    shown = day.transactions.groupby(["hospital", "step"]).size().unstack(fill_value=0)
    whole = [place for place in here.place if all_of_them[place].district_code == "330110"]
    assert len(whole) == 3
    assert (shown.loc[whole] > 0).all(axis=None)
    halves = [place for place in here.place if set(here.faces[place]) == {0.5}]
    assert len(halves) == 3
    # Half as many as where all devices know faces, and at every step.
    visits = day.visits["hospital"].value_counts()
    share = shown.sum(axis=1) / visits
    assert share[halves].mean() == pytest.approx(share[whole].mean() / 2, rel=0.25)
    assert (shown.loc[halves] > 0).all(axis=None)
    others = shown.drop(index=whole + halves)
    assert set(others.columns[others.gt(0).any()]) == {REGISTER, PAY}
    assert len(others) == 9  # the other large ones


def test_patients_may_be_anybody_on_any_day_the_old_and_children_more_often():
    who = patients(3, 0.1)
    monday, again = (anybody(3, 0.1, MONDAY, np.random.default_rng(seed).random(20_000)) for seed in (1, 2))
    age = 2026 - who.birth_year
    for few, rate in ((age < 15, 24 / 18), (age >= 60, 24 / 15)):
        others = (age >= 15) & (age < 60)
        often = few[monday].mean() / few.mean()
        assert often / (others[monday].mean() / others.mean()) == pytest.approx(rate, rel=0.08)
    assert len(set(monday.tolist()) & set(again.tolist())) > 1_000
    assert anybody(3, 0.1, MONDAY, np.array([0.0, 1.0 - 1e-12])).tolist() == [0, len(age) - 1]


def test_steps_follow_each_other_within_their_minutes(day, wide):
    begin = MONDAY.toordinal() * 864_000
    first = wide[~wide["is_again"]]["at_ds_0"] - begin
    assert 7 * 36_000 <= first.min() < first.max() <= 16.5 * 36_000 + 2 * MINUTE
    assert (day.steps["at_ds"] % 10 == 0).all()
    assert (day.steps["at_ds"] // 864_000 == MONDAY.toordinal()).all()
    seen = wide[wide["at_ds_1"] > 0]
    assert (seen["at_ds_1"] - seen["at_ds_0"]).between(20 * MINUTE, 92 * MINUTE).all()
    assert (seen["at_ds_1"] - seen["at_ds_0"]).max() > 80 * MINUTE
    both = wide[(wide["at_ds_2"] > 0) & (wide["at_ds_3"] > 0)]
    apart = both["at_ds_3"] - both["at_ds_2"]
    assert (apart < 0).mean() == pytest.approx(0.1, abs=0.015)
    assert apart.abs().between(8 * MINUTE, 62 * MINUTE).all()
    last = wide[(wide["at_ds_3"] > 0) & (wide["at_ds_4"] > 0)]
    assert (
        (last["at_ds_4"] - last[["at_ds_2", "at_ds_3"]].max(axis=1)).between(10 * MINUTE, 62 * MINUTE).all()
    )
    # Some come again once they have left.
    assert wide["is_again"].mean() == pytest.approx(0.01, abs=0.003)
    again = wide[wide["is_again"]].merge(
        wide[~wide["is_again"]], on=["patient", "hospital"], suffixes=("", "_before")
    )
    ended = again[[f"at_ds_{step}_before" for step in range(5)]].max(axis=1)
    assert len(again) == wide["is_again"].sum()
    assert (again["at_ds_0"] - ended).between(15 * MINUTE, 62 * MINUTE).all()


def test_what_is_ordered_is_due_and_some_leave_before_each_step(wide):
    ordered = wide["ordered"]
    assert (ordered % 2 > 0).mean() == pytest.approx(0.45, abs=0.012)
    assert (ordered > 1).mean() == pytest.approx(0.70, abs=0.012)
    due = {1: ordered >= 0, 2: ordered % 2 > 0, 3: ordered > 0, 4: ordered > 1}
    for step, rate in ((SEE, 0.015), (EXAMINE, 0.04), (PAY, 0.02), (COLLECT, 0.03)):
        reached = wide[due[step] & ((wide["dropped"] == 0) | (wide["dropped"] >= step))]
        assert (reached["dropped"] == step).mean() == pytest.approx(rate, abs=0.005)
        was_done = wide[f"at_ds_{step}"] > 0
        assert not was_done[~due[step]].any()
        # All that is due until one leaves is done, and nothing after.
        assert was_done[reached.index[reached["dropped"] != step]].all()
        assert not was_done[wide["dropped"].between(1, step)].any()


def test_means_and_places_go_with_age_and_each_keeps_to_a_usual_one(wide):
    old = 2026 - wide["birth_year"] >= 60
    where_faces = wide["hospital"].isin([15, 16, 17])  # Yuhang
    assert wide["means_0"][where_faces].value_counts(normalize=True).to_dict() == pytest.approx(
        {CARD: 0.45, FACE: 0.15, PLASTIC: 0.33, CASH: 0.07}, abs=0.035
    )
    assert (
        wide["means_0"][old].isin([PLASTIC, CASH]).mean()
        > 0.55
        > 0.4
        > wide["means_0"][~old].isin([PLASTIC, CASH]).mean()
    )
    assert (wide["place_0"] == WINDOW)[old].mean() > 0.6 > 0.3 > (wide["place_0"] == WINDOW)[~old].mean()
    assert set(wide["place_1"]) == {ROOM, -1}
    assert (wide["place_3"] == PHONE)[~old].sum() > (wide["place_3"] == MACHINE)[~old].sum()
    cash, face = (
        {wide[f"place_{step}"][wide[f"means_{step}"] == means].eq(PHONE).any() for step in range(5)}
        for means in (CASH, FACE)
    )
    assert cash == face == {False}
    # Three quarters keep to it; of the others some happen to.
    same = wide[[f"means_{step}" for step in (0, 1)]].nunique(axis=1) == 1
    no_faces = ~wide["hospital"].isin(np.flatnonzero(HERE.hospitals.faces.any(axis=1))) & (
        wide["at_ds_1"] > 0
    )
    assert same[no_faces].mean() == pytest.approx(0.75 + 0.25 * 0.46, abs=0.03)


def test_the_usual_means_of_a_person_is_the_same_on_any_day():
    part = with_changes(PROCESSES, {"visits": {"least": 6_000}}).model_copy(update={"usual": 1.0})
    here = CardPlatform(3, part, 0.01)
    made = []
    for each in (MONDAY, date(2026, 4, 21)):
        day = visit_day(here, each)
        rows = day.steps.merge(day.visits, on="visit")
        made.append(rows[~rows["hospital"].isin(np.flatnonzero(here.hospitals.faces.any(axis=1)))])
    both = made[0].drop_duplicates("patient").merge(made[1], on="patient", suffixes=("", "_other"))
    assert len(both) > 500
    assert (both["means"] == both["means_other"]).all()
    assert set(both["means"]) == {CARD, PLASTIC, CASH}


def test_faces_that_are_rejected_three_times_are_followed_by_a_card_within_two_minutes_or_by_nothing():
    here = _here(1.0, faces={"rejected": 0.25, "older": 0.3})
    day = visit_day(here, MONDAY)
    shown = day.transactions
    right, other = shown[shown["is_right"]], shown[~shown["is_right"]]
    assert len(other) / len(right) == pytest.approx(0.003, abs=0.002)
    assert not other["is_accepted"].any()
    rejected = right[~right["is_accepted"]]
    assert (rejected["attempts"] == 3).all()
    assert right["attempts"].between(1, 3).all()
    attempts = right["attempts"].sum()
    in_vain = attempts - right["is_accepted"].sum()
    assert in_vain / attempts == pytest.approx(0.255, abs=0.02)
    steps = day.steps.merge(day.visits, on="visit")
    after = rejected.merge(steps, on=["patient", "hospital", "step"], how="left")
    after = after[after["at_ds"].isna() | (after["at_ds"] - after["last_ds"]).between(0, 10 * MINUTE)]
    waits = (after["at_ds"] - after["last_ds"]).dropna()
    assert waits.between(200, 1200).all()
    assert set(after["means"].dropna()) == {CARD, PLASTIC}
    followed = len(waits) / len(rejected)
    assert followed == pytest.approx(0.9, abs=0.04)
    # A face that is known is a step at once, and each step by face was shown to a device.
    by_face = steps[steps["means"] == FACE].merge(
        right[right["is_accepted"]], on=["patient", "hospital", "step"]
    )
    waits = by_face["at_ds"] - by_face["last_ds"]
    assert waits[waits.between(0, MINUTE)].between(10, 30).all()
    assert waits.between(10, 30).sum() == (steps["means"] == FACE).sum()


def test_of_attempts_of_the_right_person_three_in_a_hundred_are_rejected_and_of_the_old_six_most_of_them_again():
    days = [visit_day(HERE, date(2026, 4, day)).transactions for day in range(1, 31)]
    rows = pd.concat(days)
    rows = rows[rows["is_right"]]
    old = 2026 - patients(3, 1.0).birth_year[rows["patient"].to_numpy()] >= 60
    for of, rate, of_persons in ((rows[~old], 0.03, 0.0057), (rows[old], 0.06, 0.0116)):
        in_vain = of["attempts"].sum() - of["is_accepted"].sum()
        assert in_vain / of["attempts"].sum() == pytest.approx(rate, rel=0.08)
        assert 1 - of["is_accepted"].mean() == pytest.approx(of_persons, rel=0.2)


def test_events_are_written_down_by_clocks_that_are_off_some_twice_some_not_at_all(day):
    rows = card_event.recorded(HERE, MONDAY)
    assert rows["at_ds"].is_monotonic_increasing
    assert list(rows["event"]) == list(range(1, len(rows) + 1))
    true = day.steps.rename(columns={"at_ds": "true_ds"})[["visit", "step", "true_ds"]]
    assert rows["visit"].isin(true["visit"]).all()
    twice = rows.duplicated(["visit", "step"])
    assert set(rows[twice]["step"]) == {REGISTER}
    assert twice.sum() / len(day.visits) == pytest.approx(0.005, abs=0.002)
    once = rows[~twice].merge(true, on=["visit", "step"])
    again = rows[twice].merge(true, on=["visit", "step"])
    by_step = 1 - once["step"].value_counts() / true["step"].value_counts()
    assert by_step[REGISTER] == 0
    assert by_step.drop(REGISTER).to_numpy() == pytest.approx(0.005, abs=0.003)
    off = once["at_ds"] - once["true_ds"]
    assert off.groupby([once["hospital"], once["step"]]).nunique().max() == 1
    widest = off.abs().groupby(once["step"]).max()
    assert widest[[REGISTER, COLLECT]].between(1400, 1800).all()
    assert widest[[SEE, EXAMINE, PAY]].between(600, 900).all()
    assert ((off > 0).any(), (off < 0).any()) == (True, True)
    clock = off.groupby([once["hospital"], once["step"]]).first()
    later = (again["at_ds"] - again["true_ds"]) - clock.loc[
        list(zip(again["hospital"], again["step"], strict=True))
    ].to_numpy()
    assert later.between(300, 3000).all()
    # The platform's clock is right.
    known = once[once["received_ds"] > 0]
    waits = (known["received_ds"] - known["true_ds"]) // 10
    assert waits.min() == 1
    assert (waits <= 4).mean() == pytest.approx(0.98, abs=0.005)
    assert 3_000 < waits.max() <= 3_600
    for column, nothing in (("received_ds", 0), ("patient", -1), ("birth_year", 0)):
        assert (rows[column] == nothing).mean() == pytest.approx(0.01, abs=0.003)
    assert ((rows["ordered"] >= 0) == (rows["step"] == SEE)).all()
    # Another day, another clock.
    other = card_event.recorded(HERE, date(2026, 4, 21)).drop_duplicates(["visit", "step"])
    other = other.merge(
        visit_day(HERE, date(2026, 4, 21)).steps, on=["visit", "step"], suffixes=("", "_true")
    )
    then = (other["at_ds"] - other["at_ds_true"]).groupby([other["hospital"], other["step"]]).first()
    assert (then != clock).mean() > 0.9


def test_where_nothing_goes_wrong_events_and_attempts_are_what_happened():
    here = _here(clock_s=0, **NEVER)
    made, rows = visit_day(here, MONDAY), card_event.recorded(here, MONDAY)
    columns = ["visit", "step", "at_ds", "means", "place"]
    pd.testing.assert_frame_equal(
        rows[columns].sort_values(["visit", "step"], ignore_index=True),
        made.steps[columns].sort_values(["visit", "step"], ignore_index=True), check_dtype=False,
    )  # fmt: skip
    tries = face_match.recorded(here, MONDAY)
    of = tries.groupby("transaction")
    shown = made.transactions.set_index("transaction")
    assert (of["at_ds"].max() == shown["last_ds"]).all()
    assert (of.size() == shown["attempts"]).all()
    assert (of["is_accepted"].any() == shown["is_accepted"]).all()
    assert (of["is_accepted"].sum() <= 1).all()
    assert (of["attempt"].max() == shown["attempts"]).all()
    assert (
        tries.sort_values(["transaction", "attempt"])["at_ds"]
        .groupby(tries["transaction"])
        .diff()
        .dropna()
        .between(40, 90)
    ).all()
    assert tries["at_ds"].is_monotonic_increasing
