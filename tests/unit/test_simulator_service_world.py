"""The services as they truly are: sizes, who applies how, promises, contacts, machines."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from simulator.setting import Asked
from simulator.truth import services as truth
from simulator.world import service_contacts as contacts_of
from simulator.world.calendar import is_free
from simulator.world.service_applications import CHANNELS, GRANTED, applications, has_site
from simulator.world.service_contacts import contacts_on, decided
from simulator.world.service_machines import FAULT, UP, sessions, states
from simulator.world.services import NEVER, NOWHERE, services
from tests.unit.part_city import DEFAULT, with_changes

SERVICES = DEFAULT.services
DAY = date(2026, 3, 5)  # a Thursday
DAY_DS = 864_000


@pytest.fixture(scope="module")
def offices():
    return services(1, SERVICES, 1.0)


@pytest.fixture(scope="module")
def made(offices):
    return decided(1, SERVICES, offices, DAY)


def test_there_is_as_much_as_at_scale_1_and_not_less_than_enough_at_the_smallest(offices, made):
    least = services(1, SERVICES, 0.0)
    assert (len(offices.item), len(offices.site), len(offices.machine)) == (400, 200, 400)
    assert (len(least.item), len(least.site), len(least.machine)) == (400, 26, 16)
    assert len(made.applications) == pytest.approx(30_000, rel=0.05)
    assert len(made.contacts) == pytest.approx(45_000, rel=0.06)
    assert len(sessions(1, SERVICES, offices, DAY)) == pytest.approx(20_000, rel=0.05)
    assert (
        min(len(decided(1, SERVICES, least, DAY + timedelta(each)).applications) for each in (0, 1, 4)) >= 150
    )
    assert len(sessions(1, SERVICES, least, DAY)) >= 60
    assert len(least.working_machines(DAY)) >= 12
    assert np.array_equal(least.site_district, offices.site_district[:26])
    assert np.array_equal(least.machine_site, offices.machine_site[:16])
    assert np.array_equal(least.removed, offices.removed[:16])


def test_every_district_has_a_hall_and_a_place_of_machines(offices):
    kinds = {(district, hall) for district, hall in zip(offices.site_district, offices.is_hall, strict=True)}
    assert len(kinds) == 26
    district = np.arange(13).repeat(2)
    for wants in (True, False):
        site = offices.sites_of(district, np.full(26, wants), np.tile([0.0, 0.999], 13))
        assert np.array_equal(offices.site_district[site], district)
        assert set(offices.is_hall[site]) == {wants}


def test_an_application_is_submitted_accepted_and_decided_in_this_order_and_its_number_is_its_own(
    offices, made
):
    rows = made.applications
    assert (rows["submitted_ds"] <= rows["accepted_ds"]).all()
    assert (rows["accepted_ds"] <= rows["decided_ds"]).all()
    assert (rows["decided_ds"] // DAY_DS == DAY.toordinal()).all()
    numbers = [
        decided(1, SERVICES, offices, DAY + timedelta(each)).applications["number"] for each in range(4)
    ]
    whole = pd.concat(numbers)
    assert whole.is_unique
    assert whole.between(0, 99_999_999_999).all()
    many = applications(1, SERVICES, services(1, SERVICES, 10.0), DAY, is_long=False)
    assert len(many) < 500_000


def test_offices_decide_on_working_days_and_online_on_free_ones_what_needs_no_time(offices):
    for day in (date(2026, 3, 7), date(2026, 2, 18), date(2026, 10, 1)):
        rows = decided(1, SERVICES, offices, day).applications
        assert 0.05 * 30_000 < len(rows) < 0.12 * 30_000
        assert not has_site(rows["channel"].to_numpy()).any()
        assert set(rows["promised"]) == {0}
    makeup = decided(1, SERVICES, offices, date(2026, 2, 28)).applications
    assert len(makeup) > 28_000
    assert has_site(makeup["channel"].to_numpy()).any()


def test_promises_are_kept_in_96_of_100_and_some_are_broken_by_a_holiday_only(offices):
    kept, otherwise = [], 0
    for day in (DAY, date(2026, 2, 24), date(2026, 4, 7), date(2026, 2, 28)):
        rows = decided(1, SERVICES, offices, day).applications
        accepted = rows["accepted_ds"].to_numpy() // DAY_DS
        worked = np.array([
            sum(not is_free(date.fromordinal(each)) for each in range(first + 1, day.toordinal() + 1))
            for first in range(accepted.min(), day.toordinal() + 1)
        ])[accepted - accepted.min()]  # fmt: skip
        week_days = np.busday_count(
            (accepted + 1 - date(1970, 1, 1).toordinal()).astype("datetime64[D]"), np.datetime64(day) + 1
        )
        kept.append((worked <= rows["promised"]).mean())
        otherwise += ((worked <= rows["promised"]) != (week_days <= rows["promised"])).sum()
        # Offices accept on working days.
        in_office = accepted[has_site(rows["channel"].to_numpy())]
        assert not any(is_free(date.fromordinal(each)) for each in set(in_office.tolist()))
    assert kept[0] == pytest.approx(0.96, abs=0.006)
    assert 0.95 < min(kept) <= max(kept) < 1
    assert otherwise > 100  # a calendar of week-ends alone would judge these otherwise


def test_the_young_apply_from_afar_and_the_old_at_windows(made):
    people = made.applications[~made.applications["is_enterprise"]]
    age = DAY.year - people["birth_year"]
    assert age.min() >= 16
    afar = ~has_site(people["channel"].to_numpy())
    young, old = afar[age < 40].mean(), afar[age >= 60].mean()
    assert young == pytest.approx(0.80, abs=0.02)
    assert old == pytest.approx(0.24, abs=0.02)
    assert set(people["channel"]) == set(range(len(CHANNELS)))
    assert (age >= 60).mean() == pytest.approx(0.20, abs=0.04)
    assert (made.applications["birth_year"][made.applications["is_enterprise"]] == 0).all()


def test_at_most_once_is_true_of_92_in_100(offices):
    setting = Asked(1, DEFAULT, 1, DAY, 1.0).setting
    table = truth.happened(setting, DAY)
    city = table[(table["area_type"] == "city") & (table["group"] == "all")].set_index("code")["value"]
    assert city["t4_at_most_once_pct"] == pytest.approx(92, abs=1.5)
    assert city["t4_promise_kept_pct"] == pytest.approx(96, abs=0.7)
    assert 5 < city["t4_channel_switch_pct"] < 15
    assert 60 < city["t4_machine_available_pct"] < 95
    assert 10 < city["t4_session_abandoned_pct"] < 25


def test_contacts_lie_where_they_are_looked_for_and_some_too_late_to_count(offices):
    for day in (DAY, date(2026, 2, 24), date(2026, 3, 9)):
        for is_long, (before, after) in contacts_of.AROUND.items():
            about = contacts_of.about_decided(1, SERVICES, offices, day, is_long)
            shift = about["contacted_ds"] // DAY_DS - day.toordinal()
            assert before <= shift.min() <= shift.max() <= after
            if is_long:
                assert shift.min() < -20
                late = set(shift[shift > 7])
                assert late == {8, 9, 10, 11, 12}
            else:
                assert (shift.between(-5, 3)).mean() > 0.98


def test_contacts_of_a_day_are_those_of_all_applications(offices):
    about = pd.concat(
        [decided(1, SERVICES, offices, DAY + timedelta(shift)).contacts for shift in range(-17, 33)], ignore_index=True
    )  # fmt: skip
    for day in (DAY - timedelta(4), DAY - timedelta(3), DAY):
        found = contacts_on(1, SERVICES, offices, day)
        expected = about[about["contacted_ds"] // DAY_DS == day.toordinal()]
        assert found.equals(expected.sort_values(["contacted_ds", "number", "step"], ignore_index=True))
    afar = ~has_site(found["channel"].to_numpy())
    assert ((found["site"] == NOWHERE) == afar).all()
    assert (~found["is_recorded"]).mean() == pytest.approx(0.007, abs=0.003)


def test_contacts_are_in_the_order_of_what_they_are_for(made):
    instants = made.applications.set_index("number").drop(columns="channel")
    about = made.contacts.join(instants, on="number")
    by_step = dict(list(about.groupby("step")))
    ask, submit, hand_in, collect = (by_step[each] for each in range(4))
    assert (ask["contacted_ds"] < ask["submitted_ds"]).all()
    assert (submit["contacted_ds"] == submit["submitted_ds"]).all()
    assert len(submit) == len(made.applications)
    assert hand_in["contacted_ds"].between(hand_in["accepted_ds"], hand_in["decided_ds"]).all()
    assert (collect["contacted_ds"] > collect["decided_ds"]).all()
    assert set(collect["outcome"]) == {GRANTED}
    assert (made.contacts["contacted_ds"] % 10 == 0).all()


def test_machines_have_one_state_at_a_time_all_day_long(offices):
    rows = states(1, SERVICES, offices, DAY)
    here = offices.working_machines(DAY)
    today = DAY.toordinal()
    assert set(rows["machine"]) == set(here)
    assert (
        (offices.installed <= today) & ((offices.removed == NEVER) | (offices.removed > today))
    ).sum() == len(here)
    assert not rows.duplicated(["machine", "at_ds"]).any()
    first = rows.groupby("machine")["at_ds"].min()
    assert set(first) == {today * DAY_DS}
    hours = rows[rows["is_hour"]].groupby("machine").size()
    assert set(hours) == {24}
    between = rows[~rows["is_hour"]]
    before = rows["state"].shift(1)[between.index]
    assert (between["state"] != before).all()
    assert set(rows["state"]) == {0, 1, 2, 3}


def test_what_is_broken_at_midnight_was_so_before(offices):
    calm = with_changes(SERVICES, {"machines": {"no_paper": 0.0, "faults": 1.0}})
    evening, morning = (states(1, calm, offices, DAY + timedelta(each)) for each in (0, 1))
    last, first = (
        rows.groupby("machine")["state"].agg(which) for rows, which in ((evening, "last"), (morning, "first"))
    )
    both = pd.DataFrame({"last": last, "first": first}).dropna()
    alike = both[(both["last"] == FAULT) | (both["first"] == FAULT)]
    assert len(alike) > 20
    assert (alike["last"] == alike["first"]).mean() > 0.97  # but for what begins or ends in the very second
    none = states(1, with_changes(calm, {"machines": {"faults": 0.0}}), offices, DAY)
    assert set(none["state"]) == {UP, 3}


def test_sessions_of_the_old_end_early_more_often(offices):
    rows = sessions(1, SERVICES, offices, DAY)
    known = rows[rows["birth_year"] > 0]
    early, age = known["ended_as"] != 0, DAY.year - known["birth_year"]
    assert early[age >= 60].mean() > 2 * early[age < 40].mean() > 0.1
    assert rows["steps"].between(1, 20).all()
    assert set(rows["steps"]) == set(range(1, 21))
    assert set(rows["machine"]) <= set(offices.working_machines(DAY))
    assert ((rows["ended_ds"] > rows["started_ds"]) | (rows["ended_ds"] == 0)).all()
    assert (rows["started_ds"] // DAY_DS == DAY.toordinal()).all()
