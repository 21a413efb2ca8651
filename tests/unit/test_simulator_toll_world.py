"""Motorways and the cars that pass them."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from simulator.departments import etc_passage
from simulator.scenario.tolls import MOTORWAYS
from simulator.times import DAY_DS
from simulator.world import tolls as world
from tests.unit.part_city import with_changes
from tests.unit.toll_city import TOLLS

DAY = date(2026, 3, 5)
NEVER_WRONG = {"gantries": dict.fromkeys(TOLLS.gantries.model_dump(), 0.0)}


@pytest.fixture(scope="module")
def here():
    return world.tolls(1, TOLLS, 1.0)


@pytest.fixture(scope="module")
def passed(here):
    """The passages of a day, with trips told apart by a gap of 45 minutes or a number that does not rise."""
    rows = world.passages(1, TOLLS, here, DAY)
    rows = rows.assign(
        way=2 * here.road[rows["gantry"]] + here.direction[rows["gantry"]], seq=here.sequence[rows["gantry"]]
    )
    return rows.sort_values(["tag", "way", "at_ds"], ignore_index=True)


def test_roads_have_gantries_both_ways_in_order(here):
    assert len(world.ROADS) == MOTORWAYS
    for road in range(MOTORWAYS):
        up, down = (
            np.flatnonzero((here.road == road) & (here.direction == way)) for way in (world.UP, world.DOWN)
        )
        assert 8 <= len(up) == len(down) <= 30
        for each in (up, down):
            assert list(here.sequence[each]) == list(range(1, len(each) + 1))
            apart = np.diff(here.km[each])
            assert apart.min() >= 20
            assert apart.max() <= 60
        # The same gantries from the other end.
        assert list(np.diff(here.km[up])) == list(np.diff(here.km[down])[::-1])
        assert list(here.gantry_district[up]) == list(here.gantry_district[down][::-1])
    assert len(set(here.gantry)) == len(here.gantry)
    assert (~here.is_listed_gantry).sum() == (~here.is_listed_plaza).sum() == 1


def test_a_smaller_city_has_the_first_of_a_larger_ones_roads(here):
    small = world.tolls(1, TOLLS, 0.01)
    assert list(small.gantry) == list(here.gantry[: len(small.gantry)])
    assert set(small.road) == {0, 1}
    assert len(small.plaza) == 8


def test_a_day_has_as_many_passages_as_the_scenario_says(passed, here):
    begins = (
        (passed["tag"].diff() != 0)
        | (passed["way"].diff() != 0)
        | (passed["seq"].diff() <= 0)
        | (passed["at_ds"].diff() > 27_000)
    )
    assert 24_000 < begins.sum() < 28_500  # 25,000, a twentieth of them twice
    assert 240_000 < len(passed) < 300_000
    assert set(passed["at_ds"] // DAY_DS) == {DAY.toordinal()}


def test_cars_pass_gantry_after_gantry_at_a_speed_that_cars_have(passed, here):
    next_one = (passed["tag"].diff() == 0) & (passed["way"].diff() == 0) & (passed["seq"].diff() == 1)
    assert next_one.mean() > 0.85
    km = here.km[passed["gantry"]]
    kmh = np.diff(km)[next_one[1:]] / 10 / (np.diff(passed["at_ds"])[next_one[1:]] / 36_000)
    assert np.quantile(kmh, 0.001) > 50
    assert np.quantile(kmh, 0.999) < 130


def test_some_trips_pass_midnight_and_some_come_back_or_pass_once_more(passed, here):
    evening = world.passages(1, TOLLS, here, DAY - timedelta(1))
    last = evening[evening["at_ds"] % DAY_DS > DAY_DS - 36_000]
    first = passed[passed["at_ds"] % DAY_DS < 36_000]
    assert len(set(last["tag"]) & set(first["tag"])) > 10
    by_tag = passed.sort_values(["tag", "at_ds"], ignore_index=True)
    soon = (by_tag["tag"].diff() == 0) & (by_tag["at_ds"].diff().between(6_000, 27_000))
    turned = soon & (by_tag["way"].diff().abs() == 1)
    again = soon & (by_tag["way"].diff() == 0) & (by_tag["seq"].diff() <= 0)
    assert turned.sum() > 300
    assert again.sum() > 200


def test_lanes_are_as_quick_as_the_scenario_says(here):
    rows = world.lane_passages(1, TOLLS, here, DAY)
    assert 57_000 < len(rows) < 63_000
    assert rows["is_etc"].mean() == pytest.approx(0.78, abs=0.01)
    gate = (rows["left_ds"] - rows["arrived_ds"]) / 10
    assert gate[rows["is_etc"]].median() == pytest.approx(2.8, abs=0.15)
    assert gate[~rows["is_etc"]].median() == pytest.approx(18.0, abs=1.0)
    assert gate.min() >= 0.5
    assert set(rows["left_ds"] // DAY_DS) == {DAY.toordinal()}
    lanes = here.lanes[rows["plaza"]]
    assert (rows["lane"] >= 1).all()
    assert (rows["lane"] <= lanes).all()
    # No lane is for both.
    assert rows.groupby(["plaza", "lane"])["is_etc"].nunique().max() == 1
    assert set(rows["vehicle_class"]) == {1, 2, 3, 4}


def test_what_gantries_read_differs_as_the_scenario_says(here):
    happened = world.passages(1, TOLLS, here, DAY)
    perfect = etc_passage.read(1, with_changes(TOLLS, NEVER_WRONG), DAY, here)
    keys = ["tag", "gantry", "at_ds"]
    pd.testing.assert_frame_equal(
        perfect[keys], happened[keys].sort_values(["at_ds", "tag", "gantry"], ignore_index=True)
    )
    seen = etc_passage.read(1, TOLLS, DAY, here)
    merged = happened.merge(seen, on=keys, how="outer", indicator=True)["_merge"].value_counts()
    assert 0.02 < merged["left_only"] / len(happened) < 0.035  # missed, and outages
    assert merged["right_only"] / len(happened) == pytest.approx(
        0.003, rel=0.2
    )  # read again half a second later
    assert (seen["speed_kmh"] == etc_passage.NO_SPEED).mean() == pytest.approx(0.01, rel=0.1)
    assert list(seen["passage"]) == list(range(1, len(seen) + 1))
    # During an outage nothing is read at a gantry for an hour at least, though cars pass.
    lost = happened.merge(seen[keys], on=keys, how="left", indicator=True)
    by_gantry = (
        lost.assign(hour=lost["at_ds"] // 36_000)
        .groupby(["gantry", "hour"])["_merge"]
        .agg(lambda each: (each == "left_only").mean())
    )
    assert (by_gantry == 1).sum() >= 2
