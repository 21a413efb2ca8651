"""Records and settlement between hospitals as they are written down."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from simulator.departments import encounter, record_access, settlement, settlement_line
from simulator.world.claims import requested_on
from simulator.world.encounters import encounters, exchange
from simulator.world.names import names
from simulator.world.patients import patients
from tests.unit.record_city import NOTHING_WRONG, asked

MONDAY, SUNDAY, HOLIDAY = date(2026, 4, 20), date(2026, 4, 19), date(2026, 5, 1)
WEEK = [date(2026, 4, 13) + timedelta(number) for number in range(7)]
SCALE = 0.3
HERE = exchange(asked(3, 1, SCALE).setting)
DAY_DS, HOUR, MINUTE = 864_000, 36_000, 600
INTERVALS = np.array([3, 3, 5, 5, 7, 7, 7])


def test_clerks_type_one_character_in_a_hundred_numbers_wrong_and_leave_some_out():
    who, total = patients(3, SCALE), 0
    wrong = without = other_name = no_name = no_year = 0
    for day in WEEK:
        typed = encounter.recorded(HERE, day)
        true = encounters(HERE, day).rows.set_index("encounter").loc[typed["encounter"]]
        real = who.resident_id[true["patient"].to_numpy()].astype("U18")
        named = names(3, SCALE, true["patient"].to_numpy())
        for number, right in zip(typed["number"], real, strict=True):
            off = sum(one != other for one, other in zip(number, right, strict=True)) if number else 0
            assert off <= 1
            wrong += off
            without += not number
        other_name += ((typed["name"] != named) & (typed["name"] != "")).sum()
        no_name += (typed["name"] == "").sum()
        no_year += (typed["birth_year"] == 0).sum()
        total += len(typed)
        midnight = (day.toordinal() + 1) * DAY_DS
        ends = np.where(true["ended_ds"] < midnight, true["ended_ds"], 0)
        assert list(typed["ended_ds"]) == list(ends)
        assert typed["started_ds"].is_monotonic_increasing
    shares = [count / total for count in (wrong, without, other_name, no_name, no_year)]
    assert shares == pytest.approx([0.01, 0.02, 0.005, 0.01, 0.01], abs=0.0025)
    asked_for = pd.concat([record_access.recorded(HERE, day) for day in WEEK])
    assert (asked_for["number"] == "").mean() == pytest.approx(0.02, abs=0.004)


def test_of_one_line_in_two_hundred_nobody_knows_the_examination():
    true = pd.concat([requested_on(HERE, day).lines for day in WEEK])
    told = pd.concat([settlement_line.recorded(HERE, day) for day in WEEK])
    both = told.merge(true, on="line", suffixes=("", "_true"))
    of_exams = both[both["exam_true"] > 0]
    other = of_exams[of_exams["exam"] != of_exams["exam_true"]]
    assert len(other) / len(of_exams) == pytest.approx(0.005, abs=0.0015)
    assert not other["exam"].isin(true["exam"]).any()
    assert (both.loc[both["exam_true"] == 0, "exam"] == 0).all()


def test_every_event_of_a_claim_is_in_the_file_of_its_day():
    days = [*WEEK, MONDAY, MONDAY + timedelta(1)]
    events = pd.concat([settlement.recorded(HERE, day) for day in days])
    assert events["event"].is_unique
    of_day = requested_on(HERE, WEEK[3]).claims
    told = events[events["claim"].isin(of_day["claim"])]
    for kind, column in enumerate(("requested_ds", "settled_ds", "rejected_ds", "reversed_ds")):
        happened = of_day.loc[of_day[column] > 0, ["claim", column]]
        found = told[told["kind"] == kind]
        assert sorted(zip(found["claim"], found["at_ds"], strict=True)) == sorted(
            zip(happened["claim"], happened[column], strict=True)
        )
        assert len(found) > 10


def test_where_nothing_goes_wrong_all_is_written_down_as_it_was():
    here = exchange(asked(3, 1, 0.01, changed=NOTHING_WRONG).setting)
    typed = encounter.recorded(here, MONDAY)
    true = encounters(here, MONDAY).rows.set_index("encounter").loc[typed["encounter"]]
    real = patients(3, 0.01).resident_id[true["patient"].to_numpy()].astype("U18")
    assert list(typed["number"]) == list(real)
    assert list(typed["birth_year"]) == list(true["birth_year"])
    lines = settlement_line.recorded(here, MONDAY).set_index("line")["exam"]
    assert lines.equals(requested_on(here, MONDAY).lines.set_index("line")["exam"].loc[lines.index])
