"""The cloud pharmacy as it is: what is prescribed, ordered and delivered, and what happens in the boxes."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from simulator.departments import cold_chain_reading, courier_event, pharmacy_order, prescription
from simulator.times import DAY_DS
from simulator.world.cold_boxes import temperatures
from simulator.world.people import people
from simulator.world.pharmacy_deliveries import (
    DELIVERED,
    NEVER,
    RETURNED,
    TOO_LATE,
    _boxes,
    deliveries,
)
from simulator.world.prescriptions import Pharmacy, orders, prescriptions
from simulator.world.streets import streets
from tests.unit.pharmacy_city import PHARMACY, with_changes

DAYS = [date(2026, 4, 13) + timedelta(number) for number in range(8)]
HOUR, MINUTE = 36_000, 600


@pytest.fixture(scope="module")
def large():
    return Pharmacy(1, PHARMACY, 1.0)


@pytest.fixture(scope="module")
def delivered(large):
    return pd.concat([deliveries(large, day) for day in DAYS], ignore_index=True)


def test_a_city_of_scale_1_has_six_thousand_prescriptions_a_day_and_a_small_one_three_hundred(large):
    assert 5700 <= len(prescriptions(large, DAYS[0])) <= 6300
    assert 285 <= len(prescriptions(Pharmacy(1, PHARMACY, 0.01), DAYS[0])) <= 315
    assert large.boxes == 150
    assert Pharmacy(1, PHARMACY, 0.01).boxes == 10


def test_patients_are_residents_and_older_ones_come_more_often(large):
    who, rows = large.recipients, prescriptions(large, DAYS[0])
    assert set(who.districts) == {each.district_code for each in streets()}
    born = who.birth_year[rows["patient"]]
    assert 0.35 < (born <= 1966).mean() < 0.50
    assert (who.birth_year <= 1966).mean() < 0.24
    written = prescription.recorded(large, DAYS[0])
    known = written[(written["resident_id"] != "") & (written["birth_year"] != 0)]
    assert (known["resident_id"].str[6:10].astype(int) == known["birth_year"]).all()
    assert known["resident_id"].str.fullmatch(r"\d{17}[\dX]").all()
    assert (written["resident_id"] == "").mean() == pytest.approx(0.03, abs=0.01)
    assert (written["birth_year"] == 0).mean() == pytest.approx(0.02, abs=0.01)
    street = max((each for each in streets() if each.district_code == "330106"), key=lambda each: each.share)
    here = set(people(1, 1.0, street.number)["resident_id"])
    of_district = who.resident_id[who.district == list(who.districts).index("330106")]
    assert set(of_district) == here
    # The same ones come again.
    later = prescriptions(large, DAYS[7])
    assert len(set(rows["patient"]) & set(later["patient"])) > 50


def test_most_order_within_the_hour_and_all_within_three_days(large):
    rows = pd.concat([prescriptions(large, day) for day in DAYS])
    lag = rows["ordered_ds"] - rows["issued_ds"]
    assert (lag >= 2 * MINUTE).all()
    assert (lag <= HOUR).mean() == pytest.approx(0.85, abs=0.01)
    days = rows["ordered_ds"] // DAY_DS - rows["issued_ds"] // DAY_DS
    assert set(days) == {0, 1, 2, 3}
    assert (rows["ordered_ds"] % DAY_DS >= 7 * HOUR).all()
    assert rows["items"].between(1, 12).all()
    assert rows["hospital"].between(1, 39).all()
    assert rows["is_cold"].mean() == pytest.approx(0.2, abs=0.01)


def test_each_prescription_is_ordered_once(large):
    ordered = pd.concat([orders(large, day) for day in DAYS])
    assert ordered["prescription"].is_unique
    issued = prescriptions(large, DAYS[2])
    keys = DAYS[2].toordinal() * 1_000_000 + issued["number"]
    assert set(keys) <= set(ordered["prescription"])
    assert (ordered["written"] != ordered["prescription"]).mean() == pytest.approx(0.015, abs=0.004)
    assert not set(ordered["written"][ordered["written"] != ordered["prescription"]]) & set(
        ordered["prescription"]
    )
    of_day = orders(large, DAYS[5])
    assert list(of_day["order"]) == list(range(1, len(of_day) + 1))
    assert of_day["ordered_ds"].is_monotonic_increasing


def test_the_promise_depends_on_the_hour(large):
    rows = orders(large, DAYS[0])
    hour, promised = rows["ordered_ds"] % DAY_DS // HOUR, (rows["promised_ds"] - rows["ordered_ds"]) // HOUR
    assert set(promised[hour < 17]) == {2}
    assert set(promised[(hour >= 17) & (hour < 20)]) == {4}
    assert set(promised[hour >= 20]) == {24}


def test_deliveries_end_as_often_in_each_way_as_the_scenario_says(delivered):
    end = delivered["end"]
    assert (end == RETURNED).mean() == pytest.approx(0.015, abs=0.003)
    assert (end == NEVER).mean() == pytest.approx(0.0054, abs=0.002)
    assert (end == TOO_LATE).mean() == pytest.approx(0.0016, abs=0.001)
    assert (delivered["failed_ds"] > 0).mean() == pytest.approx(0.04, abs=0.005)
    in_time = (end == DELIVERED) & (delivered["ended_ds"] <= delivered["promised_ds"])
    assert in_time.mean() == pytest.approx(0.88, abs=0.01)
    waited = delivered["picked_up_ds"] - delivered["ordered_ds"]
    assert waited.min() >= 10 * MINUTE
    assert (waited <= 60 * MINUTE).mean() > 0.99
    ended, ordered = delivered["ended_ds"], delivered["ordered_ds"]
    took = (ended - ordered) / HOUR
    assert took[end == DELIVERED].max() <= 48
    assert took[end == RETURNED].max() <= 48
    assert (took[end == TOO_LATE] > 72).all()
    assert took[end == TOO_LATE].max() < 96 - 1
    assert (ended[end == NEVER] == 0).all()
    failed = delivered[delivered["failed_ds"] > 0]
    assert (failed["failed_ds"] > failed["picked_up_ds"]).all()
    assert (failed["failed_ds"] < failed["ended_ds"]).all()
    again = failed[failed["failed_again_ds"] > 0]
    assert 0.2 < len(again) / len(failed) < 0.4
    assert (
        (again["failed_again_ds"] > again["failed_ds"]) & (again["failed_again_ds"] < again["ended_ds"])
    ).all()
    for name in ("ordered_ds", "picked_up_ds", "ended_ds", "failed_ds", "back_ds"):
        assert (delivered[name] % 10 == 0).all()


def test_a_box_carries_one_order_at_a_time(delivered):
    for scale in (0.01, 1.0):
        rows = (
            delivered
            if scale == 1.0
            else pd.concat([deliveries(Pharmacy(1, PHARMACY, 0.01), day) for day in DAYS])
        )
        cold = rows[rows["is_cold"]].sort_values(["box", "picked_up_ds"])
        assert (cold["box"] > 0).all()
        assert (rows["box"][~rows["is_cold"]] == 0).all()
        same = cold["box"].to_numpy()[1:] == cold["box"].to_numpy()[:-1]
        assert (cold["picked_up_ds"].to_numpy()[1:][same] >= cold["back_ds"].to_numpy()[:-1][same]).all()
        assert (cold["back_ds"] > cold["ended_ds"]).all()
        # All are back before the first leaves again.
        assert (cold["back_ds"] - cold["ordered_ds"] // DAY_DS * DAY_DS).max() < 31 * HOUR


def test_an_order_waits_for_a_box():
    box, leaves = _boxes(2, np.array([100, 110, 120, 500]), np.array([50, 100, 10, 10]))
    assert list(leaves) == [100, 110, 150, 500]
    assert list(box) == [1, 2, 1, 1]


def _ways(here, day):
    """The ways of boxes that begin on a day or on the one before."""
    rows = pd.concat([deliveries(here, day - timedelta(1)), deliveries(here, day)])
    return rows[rows["box"] > 0].sort_values(["box", "picked_up_ds"])


def test_boxes_are_read_every_five_minutes_on_the_way_and_every_half_hour_otherwise(large):
    day = DAYS[3]
    rows, ways = temperatures(large, day), _ways(large, day)
    assert set(rows["at_ds"] // DAY_DS) == {day.toordinal()}
    assert not rows.duplicated(["box", "at_ds"]).any()
    over_midnight = 0
    for box in range(1, 151):
        at = rows["at_ds"][rows["box"] == box].to_numpy()
        of_box = ways[ways["box"] == box]
        is_out = np.zeros(len(at), bool)
        for begin, end in zip(of_box["picked_up_ds"], of_box["back_ds"], strict=True):
            inside = (at >= begin) & (at < end)
            is_out |= inside
            over_midnight += begin < day.toordinal() * DAY_DS < end - 3_000 and len(at[inside]) > 0
            assert set(np.diff(at[inside])) <= {3_000}
            if begin > day.toordinal() * DAY_DS and end < (day.toordinal() + 1) * DAY_DS:
                assert at[inside][0] - begin < MINUTE
                assert end - at[inside][-1] <= 3_000
        assert len({each % 18_000 for each in at[~is_out].tolist()}) == 1
        resting = 18_000 * np.round(np.diff(at[~is_out]) / 18_000)
        assert (resting == np.diff(at[~is_out])).all()
    assert over_midnight > 10


def test_temperatures_leave_their_limits_where_an_excursion_is_and_nowhere_else(large):
    day = DAYS[3]
    rows, ways = temperatures(large, day), _ways(large, day)
    is_warm, in_gap = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    for way in ways.itertuples():
        here = rows["box"] == way.box
        is_warm |= here & (rows["at_ds"] >= way.warm_from) & (rows["at_ds"] < way.warm_until)
        in_gap |= here & (rows["at_ds"] >= way.gap_from) & (rows["at_ds"] < way.gap_until)
    outside = (rows["celsius"] < 2) | (rows["celsius"] > 8)
    assert (outside == is_warm).all()
    assert (rows["in_gap"] == in_gap).all()
    assert {True, False} == set(rows["celsius"][outside] > 8)
    cold = pd.concat([deliveries(large, each) for each in DAYS])
    cold = cold[cold["is_cold"]]
    lasts = ((cold["warm_until"] - cold["warm_from"]) / MINUTE)[cold["warm_from"] > 0]
    assert len(lasts) / len(cold) == pytest.approx(0.04, abs=0.01)
    assert lasts.min() >= 5
    assert lasts.max() <= 60
    silent = ((cold["gap_until"] - cold["gap_from"]) / MINUTE)[cold["gap_from"] > 0]
    assert len(silent) / len(cold) == pytest.approx(0.02, abs=0.007)
    assert silent.max() <= 60


def test_what_is_recorded_lacks_as_much_as_the_scenario_says(large):
    days = DAYS[:6]
    of_days = {day: courier_event.recorded(large, day) for day in days}
    # A clock that is off moves none of them into another day's file.
    assert all(set(rows["at_ds"] // DAY_DS) == {day.toordinal()} for day, rows in of_days.items())
    events = pd.concat(of_days.values())
    assert events["event"].is_unique
    of_orders = pd.concat([deliveries(large, day).assign(day=day.toordinal()) for day in DAYS[:3]])
    keys = of_orders["day"] * 1_000_000 + of_orders["order"]
    picked_up = events[events["kind"] == courier_event.PICKED_UP]["order"]
    assert 1 - keys.isin(picked_up).mean() == pytest.approx(0.005, abs=0.002)
    handed_over = events[(events["kind"] == courier_event.HANDED_OVER) & events["order"].isin(keys)]
    assert handed_over["order"].duplicated().sum() / len(of_orders) == pytest.approx(0.003, abs=0.002)
    # Clocks are off by half a minute at most.
    true = of_orders.assign(key=keys).set_index("key")["picked_up_ds"]
    told = events[(events["kind"] == courier_event.PICKED_UP) & events["order"].isin(keys)]
    off = told["at_ds"].to_numpy() - true[told["order"]].to_numpy()
    assert set(off // 10) == set(range(-30, 31))
    day = DAYS[3]
    readings, known = cold_chain_reading.recorded(large, day), temperatures(large, day)
    lost = 1 - len(readings) / (~known["in_gap"]).sum()
    assert lost == pytest.approx(0.01, abs=0.003)
    assert readings["celsius"].isna().mean() == pytest.approx(0.005, abs=0.002)
    former = pharmacy_order.recorded(large, day)["district"].isin(["330103", "330104"])
    # 0.5 % of the orders of two districts, which have a fifth of the residents or so.
    assert 0 < former.mean() < 0.005


def test_a_scenario_without_records_that_lack_has_them_all():
    changed = with_changes(PHARMACY, {"recorded": dict.fromkeys(PHARMACY.recorded.model_dump(), 0.0)})
    here, day = Pharmacy(1, changed, 0.01), DAYS[3]
    assert len(cold_chain_reading.recorded(here, day)) == len(temperatures(here, day))
