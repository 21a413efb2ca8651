"""The true indicators of toll plazas."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from simulator.departments import toll_lists
from simulator.times import DAY_DS
from simulator.truth import tolls as truth
from simulator.world.districts import HANGZHOU
from simulator.world.tolls import lane_passages
from tests.unit.toll_city import TOLLS, toll_city

DAY = date(2026, 4, 20)
NOTHING_WRONG = {
    name: dict.fromkeys(getattr(TOLLS, name).model_dump(), 0.0)
    for name in ("files", "passage_rows", "lane_rows", "gantry_rows", "gantries")
}


def _made(passages: list[tuple]) -> pd.DataFrame:
    rows = pd.DataFrame(passages, columns=["plaza", "is_etc", "gate_ds"])
    places = pd.DataFrame({"plaza": [0, 2], "district": ["330105", "330106"]})
    return truth.table(truth.Outcome(rows, places, HANGZHOU), DAY).set_index(["code", "area"])


def test_a_tiny_day_by_hand():
    # Plaza 1 is in no list: nowhere.
    made = _made([
        (0, True, 20), (0, True, 30), (0, False, 150), (2, True, 40), (2, False, 200), (2, False, 210), (1, True, 900),
    ])  # fmt: skip
    numbers = ["numerator", "denominator", "value"]
    assert list(made.loc[("t5_etc_pct", "330105"), numbers]) == [2, 3, pytest.approx(66.666667)]
    assert list(made.loc[("t5_etc_pct", "330100"), numbers]) == [3, 6, 50]
    # Medians are values that were seen: the lesser one of two.
    assert list(made.loc[("t5_gate_time_ratio", "330105"), numbers]) == [
        2.0,
        15.0,
        pytest.approx(0.133333, abs=1e-6),
    ]
    assert list(made.loc[("t5_gate_time_ratio", "330106"), numbers]) == [4.0, 20.0, 0.2]
    assert list(made.loc[("t5_gate_time_ratio", "330100"), numbers]) == [3.0, 20.0, 0.15]


def test_one_kind_of_lane_alone_compares_with_nothing():
    made = _made([(0, True, 20), (2, True, 40), (2, False, 200)])
    assert ("t5_gate_time_ratio", "330105") not in made.index
    assert ("t5_gate_time_ratio", "330106") in made.index
    assert made.loc[("t5_etc_pct", "330105"), "value"] == 100


def test_where_nothing_goes_wrong_what_is_known_is_what_happened():
    city = toll_city(2, 2, changed=NOTHING_WRONG)
    made = truth.indicators(city, (city.after_late_data,))
    everywhere = made[made["knowable"].notna()]
    # One plaza is in no list, so its district and the city are not known exactly.
    here = city.tolls
    (unlisted,) = here.plaza_district[~here.is_listed_plaza]
    exact = everywhere[~everywhere["area"].isin(["330100", unlisted])]
    assert len(exact) >= 8
    assert np.allclose(exact["knowable"], exact["world"])
    listed = replace(city, tolls=replace(here, is_listed_plaza=np.ones(len(here.plaza), dtype=bool)))
    assert len(toll_lists.plaza_list(listed.tolls).facts) == len(here.plaza)


def test_late_data_change_what_is_known_and_never_what_happened():
    city = toll_city(3, 6, changed={"files": NOTHING_WRONG["files"] | {"late_file": 0.5}})
    before, after = city.before_late_data, city.after_late_data
    made = truth.indicators(city, (before, after))
    early, late = (
        made[made["as_of"] == at].set_index(["code", "period", "area"]).sort_index() for at in (before, after)
    )
    pd.testing.assert_series_equal(early["world"], late["world"].loc[early.index])
    assert early["knowable"].isna().sum() > late["knowable"].isna().sum() == 0
    day_alone = truth.indicators(city, (after,), (city.last,))
    whole = truth.indicators(city, (after,))
    pd.testing.assert_frame_equal(
        day_alone.reset_index(drop=True),
        whole[whole["period"] == city.last.isoformat()].reset_index(drop=True),
    )


def test_numbers_are_of_the_rows_of_the_day():
    city = toll_city(2, 2, changed=NOTHING_WRONG)
    rows = lane_passages(2, city.scenario.tolls, city.tolls, city.last)
    rows = rows[city.tolls.is_listed_plaza[rows["plaza"]]]
    made = truth.indicators(city, (city.after_late_data,)).set_index(["code", "period", "area"])
    assert made.loc[("t5_etc_pct", city.last.isoformat(), "330100"), "denominator"] == len(rows)
    assert (rows["left_ds"] // DAY_DS == city.last.toordinal()).all()
