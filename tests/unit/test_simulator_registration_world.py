"""Appointments and visits as they happen: who books what when, who comes, and how long it takes."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from simulator.departments import hospital_arrival
from simulator.world.appointments import appointments_on, begun_for, events_on
from simulator.world.clinics import clinics, is_closed, session_numbers, session_parts
from simulator.world.patients import patients, patients_of
from simulator.world.people import people_blocks
from simulator.world.visits import sessions_on, states_on, visits_on
from tests.unit.registration_city import NOTHING_WRONG, REGISTRATION, asked

MONDAY, SUNDAY = date(2026, 4, 20), date(2026, 4, 19)
HOLIDAY = date(2026, 5, 1)
SCALE = 0.1
HERE = clinics(3, REGISTRATION, SCALE)
OF = (3, REGISTRATION, SCALE, HERE)
DAY_DS = 864_000


@pytest.fixture(scope="module")
def begun():
    """Everything that began with an appointment for one of three weekdays."""
    return pd.concat(
        [begun_for(*OF, day) for day in (MONDAY, date(2026, 4, 21), date(2026, 4, 22))], ignore_index=True
    )


def _instants(*days: date) -> np.ndarray:
    return np.array([day.toordinal() for day in days]) * DAY_DS


def test_a_tenth_of_the_city_books_six_thousand_and_a_fifth_on_sundays_and_holidays():
    assert len(appointments_on(*OF, MONDAY)) == pytest.approx(6_000, rel=0.06)
    assert len(appointments_on(*OF, date(2026, 4, 18))) == pytest.approx(6_000, rel=0.06)  # a Saturday
    for day in (SUNDAY, HOLIDAY):
        assert len(appointments_on(*OF, day)) == pytest.approx(1_200, rel=0.12)
        assert (visits_on(*OF, day)["appointment"] == 0).sum() == 100
    small = clinics(3, REGISTRATION, 0.001)
    assert len(appointments_on(3, REGISTRATION, 0.001, small, MONDAY)) == pytest.approx(500, rel=0.12)


def test_appointments_are_booked_up_to_a_week_ahead_half_of_them_for_the_next_two_days(begun):
    first = begun[begun["position"] == 1]
    assert (begun["slot_ds"] // DAY_DS - begun["booked_ds"] // DAY_DS).between(0, 7).all()
    ahead = first["slot_ds"] // DAY_DS - first["booked_ds"] // DAY_DS
    assert set(ahead) == set(range(8))
    assert ahead.isin([1, 2]).mean() == pytest.approx(0.5, abs=0.02)
    assert (begun["booked_ds"] + 600 <= begun["slot_ds"]).all()
    of_day = (begun["slot_ds"] % DAY_DS) / 36_000
    assert (of_day.min(), of_day.max()) == (8.0, 16.5)
    assert ((of_day * 2) % 1 == 0).all()


def test_what_is_cancelled_is_booked_again_within_a_day_for_earlier_or_later(begun):
    in_time = (begun["cancelled_ds"] > 0) & (begun["cancelled_ds"] <= begun["slot_ds"])
    assert in_time.mean() == pytest.approx(0.12, abs=0.01)
    assert (begun["cancelled_ds"][in_time] >= begun["booked_ds"][in_time] + 600).all()
    of = begun.set_index(["begun_ds", "patient", "position"])
    for position in (1, 2):
        was = of.xs(position, level="position")
        then = of.xs(position + 1, level="position").join(was.add_suffix("_before"))
        waits = then["booked_ds"] - then["cancelled_ds_before"]
        assert waits.between(600, DAY_DS).all()
        assert (waits < 36_000).any()
        assert (waits > 360_000).any()
        for column in ("hospital", "specialty", "way", "channel"):
            assert (then[column] == then[f"{column}_before"]).all()
        assert (then["slot_ds"] > then["slot_ds_before"]).any()
        assert (then["slot_ds"] < then["slot_ds_before"]).any()
    assert (begun["position"] == 2).sum() / (in_time & (begun["position"] == 1)).sum() == pytest.approx(
        0.6, abs=0.06
    )
    assert set(begun["position"]) == {1, 2, 3}
    # Nothing reaches further than what a day needs of its neighbours.
    shift = begun["slot_ds"] // DAY_DS - begun["appointment"] // 10**8
    assert set(shift) == {-3, -2, -1, 0, 1, 2, 3}
    assert begun["appointment"].is_unique


def test_some_do_not_come_more_of_those_who_booked_long_ago_fewer_of_the_old(begun):
    kept = begun[(begun["cancelled_ds"] == 0) | (begun["cancelled_ds"] > begun["slot_ds"])]
    away = ~kept["comes"]
    assert away.mean() == pytest.approx(0.06, abs=0.01)
    ahead = kept["slot_ds"] // DAY_DS - kept["booked_ds"] // DAY_DS
    assert away[ahead >= 5].mean() > 1.5 * away[ahead <= 1].mean()
    assert away[kept["age"] >= 60].mean() < 0.75 * away[kept["age"] < 60].mean()
    says_so = kept["cancelled_ds"] > 0
    assert not (says_so & ~away).any()
    assert says_so[away].mean() == pytest.approx(0.05, abs=0.03)


def test_ways_and_channels_go_with_age(begun):
    old, child = begun["age"] >= 60, begun["age"] < 15
    assert (begun["way"][old] == 1).mean() == pytest.approx(0.3, abs=0.02)
    assert not (begun["way"][~old] == 1).any()
    assert set(begun["specialty"][begun["way"] == 2]) == {2}
    assert child[begun["way"] == 2].all()
    assert set(begun["specialty"][begun["way"] == 3]) == {3}
    assert (begun["way"][begun["specialty"] == 3] == 3).mean() == pytest.approx(0.7, abs=0.04)
    assert begun["channel"][old].isin([2, 3]).mean() > 0.6 > 0.2 > begun["channel"][~old].isin([2, 3]).mean()
    assert set(begun["channel"]) == set(range(5))


def test_patients_are_residents_the_old_come_more_often_and_nobody_twice_in_two_weeks():
    who = patients(3, SCALE)
    people = pd.concat(list(people_blocks(3, SCALE)), ignore_index=True)
    assert [each.decode() for each in who.resident_id[[0, 77_000]]] == list(
        people["resident_id"][[0, 77_000]]
    )
    assert (who.birth_year == people["birth_year"]).all()
    assert (who.is_woman == (people["sex"] == "female")).all()
    week = [patients_of(3, SCALE, MONDAY + timedelta(shift), 5_500, 6_000) for shift in range(14)]
    together = np.concatenate(week)
    assert len(np.unique(together)) == len(together) == 14 * 5_500
    old = who.birth_year <= 1966
    assert old[together].mean() > 1.2 * old.mean()
    assert (patients_of(3, 0.0001, MONDAY, 500, 500) < 124).all()


def test_events_of_a_day_are_what_the_days_around_booked_and_cancelled():
    events = events_on(*OF, MONDAY)
    assert (events["at_ds"] // DAY_DS == MONDAY.toordinal()).all()
    assert events["at_ds"].is_monotonic_increasing
    assert not events.duplicated(["appointment", "is_booked"]).any()
    for_days = events["slot_ds"] // DAY_DS - MONDAY.toordinal()
    assert (for_days.min(), for_days.max()) == (0, 7)
    # Each appointment of a day was booked in the fortnight before, where one looks for it.
    found = [events_on(*OF, MONDAY - timedelta(back)) for back in range(8)]
    booked = pd.concat(found).query("is_booked")["appointment"]
    assert set(appointments_on(*OF, MONDAY)["appointment"]) <= set(booked)
    begun_for_days = appointments_on(*OF, MONDAY)["appointment"] // 10**8 - MONDAY.toordinal()
    assert set(begun_for_days) == {-3, -2, -1, 0, 1, 2, 3}
    begun_before = MONDAY.toordinal() - appointments_on(*OF, MONDAY)["begun_ds"] // DAY_DS
    assert begun_before.max() <= 14


def test_sessions_are_every_half_hour_of_all_hospitals_few_are_closed_or_booked_beyond_what_they_hold():
    rows, asked_for = sessions_on(*OF, MONDAY), states_on(*OF, MONDAY)
    parts = session_parts(rows["session"].to_numpy())
    assert len(parts[["hospital", "specialty", "slot"]].drop_duplicates()) == 39 * 6 * 18
    assert rows["session"].is_unique
    assert set(asked_for["session"]) <= set(rows["session"])
    assert (
        rows["slot_ds"].between(_instants(MONDAY)[0] + 8 * 36_000, _instants(MONDAY)[0] + 16.5 * 36_000).all()
    )
    joined = asked_for.merge(rows, on="session", suffixes=("", "_of"))
    assert (joined["slot_ds"] == joined["slot_ds_of"]).all()
    assert rows["capacity"].between(1, 60).all()
    booked = (
        rows["session"].map(asked_for.loc[~asked_for["is_cancelled"], "session"].value_counts()).fillna(0)
    )
    several = booked >= 2
    assert (booked > rows["capacity"])[several].mean() == pytest.approx(0.03, abs=0.012)
    assert not (booked > rows["capacity"])[~several].any()
    assert rows["is_closed"].mean() == pytest.approx(0.005, abs=0.003)
    # At scale 1 some need several rooms.
    large = clinics(3, REGISTRATION, 1.0)
    assert large.rooms.max() > 1 == HERE.rooms[:, 3].max()


def test_whether_a_session_is_closed_is_known_without_another():
    numbers = session_numbers(
        MONDAY.toordinal(), np.arange(39), np.zeros(39, int), np.ones(39, int), np.zeros(39, int)
    )
    changed = REGISTRATION.model_copy(
        update={"outcomes": REGISTRATION.outcomes.model_copy(update={"closed": 0.5})}
    )
    whole = is_closed(3, changed, numbers)
    assert 8 < whole.sum() < 31
    assert list(is_closed(3, changed, numbers[7:9])) == list(whole[7:9])
    assert list(session_parts(numbers[4:5]).iloc[0]) == [MONDAY.toordinal(), 4, 0, 1, 0]


def test_visits_take_longer_as_the_morning_goes_on_and_few_leave_unseen():
    rows, visits = states_on(*OF, MONDAY), visits_on(*OF, MONDAY)
    here = visits[visits["is_expected"]].merge(
        rows[["appointment", "slot_ds", "is_closed", "is_cancelled", "comes"]]
    )
    assert not (here["is_closed"] | here["is_cancelled"]).any()
    assert here["comes"].all()
    assert len(here) == (rows["comes"] & ~rows["is_closed"] & ~rows["is_cancelled"]).sum()
    assert (visits["arrived_ds"] // DAY_DS == MONDAY.toordinal()).all()
    seen = here[here["seen_ds"] > 0]
    assert (seen["seen_ds"] > seen["arrived_ds"]).all()
    assert (visits["seen_ds"] == 0).mean() == pytest.approx(0.015, abs=0.006)
    waited = seen["seen_ds"] - np.maximum(seen["arrived_ds"], seen["slot_ds"])
    hour = seen["slot_ds"] % DAY_DS // 36_000
    assert waited[hour == 8].median() < waited[hour == 10].median() < waited[hour == 11].median()
    assert waited[hour == 13].median() < waited[hour == 11].median()
    assert (waited < 0).mean() > 0.03
    assert 0.03 < (seen["seen_ds"] > seen["slot_ds"] + 18_000).mean() < 0.25
    assert (here["arrived_ds"] > here["slot_ds"] + 18_000).any()
    walked_in = visits["appointment"] == 0
    assert walked_in.sum() == 500
    assert walked_in.mean() == pytest.approx(0.085, abs=0.015)
    others = visits[~visits["is_expected"] & ~walked_in].merge(rows, on="appointment")
    assert len(others) > 3
    assert (others["is_closed"] | others["is_cancelled"]).all()


def test_arrivals_are_recorded_by_clocks_that_are_off_by_a_minute_at_most_some_never_some_twice():
    setting = asked(3, 1, SCALE).setting
    recorded = hospital_arrival.recorded(setting, MONDAY)
    true = visits_on(*OF, MONDAY)
    known = recorded[recorded["appointment"] > 0]
    twice = known["appointment"].duplicated()
    assert twice.sum() / len(true) == pytest.approx(0.003, abs=0.0025)
    assert (known["seen_ds"][twice] == 0).all()
    assert 1 - len(known[~twice]) / (true["appointment"] > 0).sum() == pytest.approx(0.01, abs=0.005)
    both = known[~twice].merge(true, on="appointment", suffixes=("", "_true"))
    off = both["arrived_ds"] - both["arrived_ds_true"]
    assert off.abs().max() <= 600 < 10 * off.nunique() * 10
    assert both.groupby("hospital")["arrived_ds"].size().gt(1).any()
    assert off.groupby(both["hospital"]).nunique().max() == 1
    was_seen = both["seen_ds_true"] > 0
    assert ((both["seen_ds"] - both["seen_ds_true"])[was_seen] == off[was_seen]).all()
    # Whoever has no appointment is recorded once.
    often = {"unknown": {"second_arrival": 0.3, "missing_arrival": 0.0}}
    again = hospital_arrival.recorded(asked(3, 1, SCALE, changed=often).setting, MONDAY)
    assert (again["appointment"] == 0).sum() == (true["appointment"] == 0).sum()
    assert again["appointment"].duplicated().sum() > 1_500
    # Where nothing goes wrong they are what happened.
    right = asked(3, 1, SCALE, changed=NOTHING_WRONG, clock_s=0).setting
    exact = hospital_arrival.recorded(right, MONDAY)
    columns = ["appointment", "hospital", "arrived_ds", "seen_ds"]
    in_order = [
        rows[columns].astype(np.int64).sort_values(columns, ignore_index=True) for rows in (exact, true)
    ]
    pd.testing.assert_frame_equal(*in_order)
