"""How cars move on motorways, and what gantries make of them."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from simulator.departments import etc_passage
from simulator.times import DAY_DS
from simulator.world import tolls as world
from simulator.world import weather
from tests.unit.part_city import with_changes
from tests.unit.toll_city import TOLLS

DAY, SATURDAY = date(2026, 3, 5), date(2026, 3, 7)
HOUR_DS = 36_000
NEVER = dict.fromkeys(TOLLS.gantries.model_dump(), 0.0)


@pytest.fixture(scope="module")
def here():
    return world.tolls(1, TOLLS, 1.0)


def _hour(at_ds: pd.Series) -> pd.Series:
    return at_ds % DAY_DS // HOUR_DS


def test_cars_are_slower_in_rain_and_when_there_are_many(here):
    small = world.tolls(1, TOLLS, 0.1)
    days = [DAY + timedelta(number) for number in range(12)]
    rows = pd.concat(
        [
            made.assign(wet=(weather.rain_mm(1, day) > 0)[_hour(made["at_ds"])])
            for day in days
            for made in [world.passages(1, TOLLS, small, day)]
        ]
    )
    speed = rows.assign(hour=_hour(rows["at_ds"])).groupby(["wet", "hour"])["speed_kmh"].mean().unstack("wet")
    both = speed.dropna()
    assert len(both) >= 5
    assert (both[True] / both[False]).mean() == pytest.approx(0.88, abs=0.02)
    # 92 km/h on an empty road; a tenth less in the busiest hours.
    dry = speed[False]
    assert dry[[2, 3]].mean() == pytest.approx(91, abs=1)
    assert dry[[8, 17]].mean() == pytest.approx(83, abs=1)


def test_cars_are_many_by_day_and_on_free_days(here):
    lanes = {day: world.lane_passages(1, TOLLS, here, day) for day in (DAY, SATURDAY)}
    assert len(lanes[SATURDAY]) / len(lanes[DAY]) == pytest.approx(1.15, abs=0.02)
    for instants in (lanes[DAY]["left_ds"], world.passages(1, TOLLS, here, DAY)["at_ds"]):
        by_hour = np.bincount(_hour(instants), minlength=24)
        assert by_hour[8] > 6 * by_hour[3]  # 1.5 to 0.14, less for those who set out the hour before


def test_no_tag_is_in_two_places_at_once(here):
    rows = world.passages(1, TOLLS, here, DAY).sort_values(["tag", "at_ds"], ignore_index=True)
    way = pd.Series(2 * here.road[rows["gantry"]] + here.direction[rows["gantry"]])
    elsewhere = (rows["tag"].diff() == 0) & (way.diff() != 0)
    # Who turns round takes ten minutes; few set out late in the evening and again early next day.
    assert elsewhere.sum() > 300
    assert (rows["at_ds"].diff()[elsewhere] < 5_990).sum() < 15


def test_a_gantry_charges_for_the_way_to_it(here):
    rows = etc_passage.read(1, TOLLS, DAY, here)
    gantry = rows["gantry"].to_numpy()
    later = here.sequence[gantry] > 1
    tenths_km = here.km[gantry[later]] - here.km[gantry[later] - 1]
    assert (rows["fee"].to_numpy()[later] == tenths_km * 45 // 10).all()  # 0.45 CNY a km
    assert rows["fee"].between(90, 270).all()


def test_a_tag_is_read_again_within_a_second(here):
    twice = with_changes(TOLLS, {"gantries": NEVER | {"read_twice": 1.0}})
    rows = etc_passage.read(1, twice, DAY, here).sort_values(["tag", "gantry", "at_ds"], ignore_index=True)
    happened = world.passages(1, TOLLS, here, DAY)
    again = rows.groupby(["tag", "gantry"]).cumcount() % 2 == 1
    assert len(happened) - 20 < again.sum() <= len(happened)  # none after midnight
    assert rows["at_ds"].diff()[again].between(1, 10).mean() > 0.999


def test_a_gantry_is_down_for_one_to_four_hours(here):
    down = with_changes(TOLLS, {"gantries": NEVER | {"outage": 1.0}})
    seen = etc_passage.read(1, down, DAY, here)
    keys = ["tag", "gantry", "at_ds"]
    rows = world.passages(1, TOLLS, here, DAY).merge(seen[keys], on=keys, how="left", indicator=True)
    spans = rows[rows["_merge"] == "left_only"].groupby("gantry")["at_ds"].agg(["min", "max"])
    hours = (spans["max"] - spans["min"]) / HOUR_DS
    assert len(hours) > 0.9 * len(here.gantry)
    assert hours.max() <= 4
    assert 1.8 < hours.median() < 2.8
    inside = rows.merge(spans, left_on="gantry", right_index=True)
    assert (inside["at_ds"].between(inside["min"], inside["max"]) == (inside["_merge"] == "left_only")).all()
