"""Whatever happens at hospitals is in the file of its day, also after midnight and days later, and each person has one name."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from simulator.departments import exam_result, settlement
from simulator.departments.encounter import typed_numbers
from simulator.streams import stream
from simulator.times import DAY_DS
from simulator.world import names
from simulator.world.claims import claims_of
from simulator.world.encounters import exams, exchange
from simulator.world.patients import patients
from tests.unit.record_city import asked

DAY = date(2026, 4, 16)


def test_examinations_after_midnight_are_in_the_next_days_file():
    here = exchange(asked(3, 1, 0.1).setting)
    made = exams(here, DAY)
    is_later = (made["taken_ds"] // DAY_DS == DAY.toordinal() + 1).to_numpy()
    assert 5 < is_later.sum() < len(made) / 20
    told = [set(exam_result.recorded(here, day)["exam"]) for day in (DAY, DAY + timedelta(1))]
    assert told[0] >= set(made["exam"][~is_later])
    assert told[1] >= set(made["exam"][is_later])
    assert not told[0] & told[1]


def test_all_that_becomes_of_claims_is_in_files_however_late_it_is():
    setting = asked(3, 1, 0.1, changed={"claims": {"beyond_a_day": 1.0}}).setting
    here = exchange(setting)
    claims = claims_of(here, DAY).claims
    # Requested up to two days after the encounter began, and settled up to two days after that.
    told = pd.concat([settlement.recorded(here, DAY + timedelta(days)) for days in range(5)])
    told = told[told["claim"].isin(claims["claim"])]
    late = 0
    for kind, column in enumerate(("requested_ds", "settled_ds", "rejected_ds", "reversed_ds")):
        happened = claims.loc[claims[column] > 0, ["claim", column]]
        found = told.loc[told["kind"] == kind, ["claim", "at_ds"]]
        assert sorted(happened.itertuples(index=False, name=None)) == sorted(
            found.itertuples(index=False, name=None)
        )
        late += (happened[column] // DAY_DS - claims["requested_ds"] // DAY_DS == 2).sum()
    assert late > 2


def test_a_mistyped_number_is_another_number():
    here = exchange(asked(3, 1, 0.01, changed={"known": {"mistyped_number": 1.0, "no_number": 0.0}}).setting)
    places = np.arange(2000)
    typed = typed_numbers(here, stream(3, "test"), places)
    real = patients(3, 0.01).resident_id[places].astype("U18")
    off = [
        [place for place in range(18) if one[place] != other[place]]
        for one, other in zip(typed, real, strict=True)
    ]
    assert {len(each) for each in off} == {1}
    assert {place for (place,) in off} == set(range(18))


def test_names_are_the_same_when_they_are_drawn_anew():
    places = np.arange(1000)
    before = list(names.names(3, 0.01, places))
    names._drawn.cache_clear()
    assert list(names.names(3, 0.01, places)) == before
