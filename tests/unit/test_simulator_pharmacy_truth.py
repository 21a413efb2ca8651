"""The true indicators of the cloud pharmacy."""

from datetime import date
from math import nan

import numpy as np
import pandas as pd
import pytest

from simulator.departments.courier_event import CAME_BACK, FAILED, HANDED_OVER, PICKED_UP
from simulator.times import DAY_DS
from simulator.truth import pharmacy as truth
from simulator.world.districts import HANGZHOU
from tests.unit.pharmacy_city import PHARMACY, pharmacy_city

DAY = date(2026, 4, 20)
NOTHING_WRONG = {
    name: dict.fromkeys(getattr(PHARMACY, name).model_dump(), 0.0)
    for name in (
        "files",
        "prescription_rows",
        "order_rows",
        "event_rows",
        "reading_rows",
        "recorded",
        "orders",
    )
}
MINUTE, HOUR = 600, 36_000


def _at(hours: float) -> int:
    return DAY.toordinal() * DAY_DS + round(hours * HOUR)


def _orders(*rows: tuple) -> pd.DataFrame:
    """Orders (number, prescription, district, hour, promised hour, box)."""
    made = [(n, p, code, _at(at), _at(promised), box) for n, p, code, at, promised, box in rows]
    return pd.DataFrame(
        made, columns=["order", "prescription", "district", "ordered_ds", "promised_ds", "box"]
    )


def _events(*rows: tuple) -> list[pd.DataFrame]:
    """Events (order, kind, hour)."""
    made = [(number, order, kind, _at(at)) for number, (order, kind, at) in enumerate(rows, start=1)]
    return [pd.DataFrame(made, columns=["event", "order", "kind", "at_ds"])]


def _readings(*rows: tuple) -> list[pd.DataFrame]:
    """Readings (box, hour, degrees)."""
    return [pd.DataFrame([(box, _at(at), of) for box, at, of in rows], columns=["box", "at_ds", "celsius"])]


def _prescribed(born: dict[int, int]) -> list[pd.DataFrame]:
    rows = pd.DataFrame({"prescription": list(born), "birth_year": list(born.values())})
    return [rows.assign(issued_ds=_at(7))]


def _made(orders, events=(), readings=(), born=None) -> dict:
    known = truth._known_orders(orders, list(events), list(readings), _prescribed(born or {}), 2026)
    made = truth.table(truth.Outcome(known, HANGZHOU), DAY)
    return {
        (row.code, row.area, row.group): (row.numerator, row.denominator, row.value)
        for row in made.itertuples()
    }


def test_a_tiny_day_by_hand():
    orders = _orders(
        (1, 11, "330106", 8, 10, 0), (2, 12, "330106", 8, 10, 0), (3, 13, "330108", 9, 11, 0), (4, 14, "330108", 9, 11, 0),
        (5, 99, "330103", 10, 12, 0),
    )  # fmt: skip
    events = _events(
        (1, PICKED_UP, 8.5), (1, HANDED_OVER, 10),  # at the last second that is in time
        (2, PICKED_UP, 8.5), (2, FAILED, 9), (2, HANDED_OVER, 12),
        (3, PICKED_UP, 9.5), (3, FAILED, 10), (3, CAME_BACK, 30),
        (4, HANDED_OVER, 10),  # nobody knows when it was picked up
        (5, PICKED_UP, 10.5), (5, HANDED_OVER, 11),
    )  # fmt: skip
    made = _made(orders, events, born={11: 1956, 12: 2000, 13: 1946, 14: 2009})
    assert made["h4_on_time_pct", "330100", "all"] == (2, 5, 40)
    assert made["h4_not_collected_pct", "330100", "all"] == (1, 5, 20)
    assert made["h4_on_time_pct", "330106", "all"] == (1, 2, 50)
    assert made["h4_on_time_pct", "330108", "all"] == (0, 2, 0)
    # The district that is gone counts for the city alone, an age that is not known for all.
    assert not any(area == "330103" for _, area, _ in made)
    assert {group for _, _, group in made} == {"all", "70-79", "18-59", "80+", "<18"}
    assert {group for _, area, group in made if area != "330100"} == {"all"}
    assert made["h4_not_collected_pct", "330100", "80+"] == (1, 1, 100)
    assert made["h4_on_time_pct", "330100", "70-79"] == (1, 1, 100)
    # One, two and four hours.
    assert made["h4_door_p50_h", "330100", "all"] == (6, 3, 2)
    assert made["h4_door_p90_h", "330100", "all"] == (12, 3, 4)
    assert made["h4_door_p50_h", "330100", "18-59"] == (4, 1, 4)
    assert ("h4_door_p50_h", "330108", "all") not in made
    assert ("h4_cold_chain_kept_pct", "330100", "all") not in made


def test_the_least_value_that_so_many_per_cent_do_not_exceed():
    orders = _orders(*((n, n, "330106", 8, 20, 0) for n in range(1, 11)))
    events = _events(
        *((n, PICKED_UP, 8.1) for n in range(1, 11)), *((n, HANDED_OVER, 8 + n) for n in range(1, 11))
    )
    made = _made(orders, events)
    assert made["h4_door_p50_h", "330100", "all"] == (50, 10, 5)
    assert made["h4_door_p90_h", "330100", "all"] == (90, 10, 9)


@pytest.mark.parametrize(
    ("events", "picked_up", "delivered", "returned"),
    [
        ([], None, None, None),
        ([(HANDED_OVER, 9)], None, None, None),
        ([(PICKED_UP, 9)], 9, None, None),
        ([(PICKED_UP, 9), (PICKED_UP, 8.5), (HANDED_OVER, 10), (HANDED_OVER, 9.5)], 8.5, 9.5, None),
        ([(PICKED_UP, 9), (HANDED_OVER, 8.9), (HANDED_OVER, 11)], 9, 11, None),
        ([(PICKED_UP, 9), (HANDED_OVER, 9)], 9, 9, None),
        ([(PICKED_UP, 9), (CAME_BACK, 10), (HANDED_OVER, 11)], 9, 11, None),
        ([(PICKED_UP, 9), (CAME_BACK, 12), (CAME_BACK, 11), (CAME_BACK, 8.5)], 9, None, 11),
        ([(PICKED_UP, 7.9), (HANDED_OVER, 10)], None, None, None),  # before the order
        ([(PICKED_UP, 8), (HANDED_OVER, 80)], 8, 80, None),  # 72 hours later
        ([(PICKED_UP, 8), (HANDED_OVER, 80.001)], 8, None, None),
        ([(PICKED_UP, 8), (CAME_BACK, 80.001)], 8, None, None),
        ([(PICKED_UP, 80.001), (HANDED_OVER, 81)], None, None, None),
    ],
)
def test_which_events_count(events, picked_up, delivered, returned):
    wanted = (None if each is None else _at(each) for each in (picked_up, delivered, returned))
    assert truth._end(_at(8), [(_at(at), kind) for kind, at in events]) == truth.End(*wanted)


def _every(minutes: int, begin: int, end: int, degrees: float) -> list[tuple[int, float]]:
    return [(at * MINUTE, degrees) for at in range(begin, end, minutes)]


@pytest.mark.parametrize(
    ("readings", "is_kept"),
    [
        (_every(5, 0, 100, 5.0), True),
        ([], None),
        # Of 100 minutes 80 are measured, 15 of them by the last reading alone; and a second less.
        ([*_every(5, 0, 65, 5.0), (65 * MINUTE, 5.0)], True),
        ([(10, 5.0), *_every(5, 5, 65, 5.0), (65 * MINUTE - 10, 5.0)], None),
        # Ten minutes outside, and eleven; the limits themselves are inside.
        ([*_every(5, 0, 50, 5.0), *_every(5, 50, 60, 8.1), *_every(5, 60, 100, 5.0)], True),
        ([*_every(5, 0, 50, 5.0), *_every(5, 50, 60, 1.9), (60 * MINUTE, 1.9), (61 * MINUTE, 5.0), *_every(5, 65, 100, 5.0)],
         False),
        (_every(5, 0, 100, 8.0), True),
        (_every(5, 0, 100, 2.0), True),
        # A reading before the pickup counts for what it holds after it: eleven minutes; and ten.
        ([(-4 * MINUTE, 9.0), *_every(5, 11, 100, 5.0)], False),
        ([(-5 * MINUTE, 9.0), *_every(5, 11, 100, 5.0)], True),
        # Two such readings: the first ends with the second.
        ([(-1 * MINUTE, 9.0), (1 * MINUTE, 5.0), *_every(5, 5, 100, 5.0)], True),
        # Without a temperature it ends the one before and is not measured: 20 minutes are all that may.
        ([*_every(5, 0, 80, 5.0), (80 * MINUTE, nan), (90 * MINUTE, nan)], True),
        ([*_every(5, 0, 79, 5.0), (79 * MINUTE, nan), (89 * MINUTE, nan)], None),
        # What is read at the delivery or later does not count.
        ([*_every(5, 0, 100, 5.0), *_every(5, 100, 200, 20.0)], True),
    ],
)  # fmt: skip
def test_whether_the_cold_was_kept_on_a_way_of_100_minutes(readings, is_kept):
    assert truth.kept(0, 100 * MINUTE, readings) is is_kept


def test_a_way_of_no_time_says_nothing():
    assert truth.kept(0, 0, [(0, 5.0)]) is None


def test_only_deliveries_in_boxes_are_asked_for_the_cold():
    orders = _orders(*((n, n, "330106", 8, 10, box) for n, box in ((1, 3), (2, 4), (3, 5), (4, 0), (5, 6))))
    events = _events(
        *((n, PICKED_UP, 8.5) for n in (1, 2, 3, 4, 5)),
        *((n, HANDED_OVER, 9) for n in (1, 2, 3, 4)),
        (5, CAME_BACK, 9),
    )
    readings = _readings(
        *((box, 8.5 + n / 12, degrees) for box, degrees in ((3, 5.0), (4, 9.0), (6, 5.0)) for n in range(6))
    )
    made = _made(orders, events, readings, born={1: 1980, 2: 1980})
    assert made["h4_cold_chain_kept_pct", "330100", "all"] == (1, 2, 50)
    assert {area for code, area, _ in made if code == "h4_cold_chain_kept_pct"} == {"330100"}
    assert {group for code, _, group in made if code == "h4_cold_chain_kept_pct"} == {"all"}


@pytest.mark.parametrize(
    ("born", "band"),
    [(2009, "<18"), (2008, "18-59"), (1967, "18-59"), (1966, "60-69"), (1957, "60-69"), (1956, "70-79"), (1947, "70-79"),
     (1946, "80+"), (0, None)],
)  # fmt: skip
def test_bands_of_age(born, band):
    assert truth.band(born, 2026) == band


def test_without_orders_nothing_is_said():
    nothing = truth.Outcome(pd.DataFrame(columns=truth._COLUMNS), HANGZHOU)
    assert truth.table(nothing, DAY).empty


def test_where_nothing_goes_wrong_what_is_known_is_what_happened():
    patients = PHARMACY.prescriptions.model_copy(update={"without_patient": 0.0, "without_birth_year": 0.0})
    whole = PHARMACY.model_copy(update={"prescriptions": patients, "clock_s": 0})
    ends = {"ends": {"never": 0.05, "too_late": 0.05}}
    city = pharmacy_city(2, 7, 0.1, changed=NOTHING_WRONG | ends, part=whole)
    # Between three days of prescriptions and three of events.
    made = truth.indicators(city, (city.after_late_data,), (city.days[3],))
    exact = made[made["code"] != "h4_cold_chain_kept_pct"]
    assert len(exact) > 50
    assert set(exact["group"]) == {"all", "<18", "18-59", "60-69", "70-79", "80+"}
    assert np.allclose(exact["knowable"].astype(float), exact["world"].astype(float))
    cold = made[made["code"] == "h4_cold_chain_kept_pct"].set_index("area")
    # Readings are five minutes apart: of excursions of about ten minutes nobody knows.
    assert list(cold.index) == ["330100"]
    assert cold["knowable"]["330100"] == pytest.approx(cold["world"]["330100"], abs=2)
    assert cold["denominator"]["330100"] > 100


def test_late_data_change_what_is_known_and_a_day_alone_is_the_day_among_others():
    files = NOTHING_WRONG["files"] | {"late_file": 0.5}
    city = pharmacy_city(3, 4, changed={"files": files})
    before, after = city.before_late_data, city.after_late_data
    made = truth.indicators(city, (before, after))
    early, late = (
        made[made["as_of"] == at].set_index(["code", "period", "area", "group"])["numerator"]
        for at in (before, after)
    )
    assert not early.equals(late)
    alone = truth.indicators(city, (after,), (city.last,)).reset_index(drop=True)
    whole = truth.indicators(city, (after,))
    pd.testing.assert_frame_equal(
        alone, whole[whole["period"] == city.last.isoformat()].reset_index(drop=True)
    )


def test_the_default_city_is_as_good_as_its_scenario_says():
    city = pharmacy_city(1, 5, 0.3)
    (day,) = city.days[:1]
    happened = truth.happened(city, day)
    value = happened[(happened["area_type"] == "city") & (happened["group"] == "all")].set_index("code")[
        "value"
    ]
    assert value["h4_on_time_pct"] == pytest.approx(88, abs=2)
    assert value["h4_not_collected_pct"] == pytest.approx(1.5, abs=0.8)
    assert 1.2 < value["h4_door_p50_h"] < 2
    assert 2.5 < value["h4_door_p90_h"] < 5
    assert 94 < value["h4_cold_chain_kept_pct"] < 99
