"""The true indicators of public transport."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from simulator.departments import bus_tap
from simulator.times import DAY_DS
from simulator.truth import transit as truth
from simulator.world.journeys import CARD, CODE, metro_journeys
from tests.unit.transit_city import TRANSIT, transit_city

DAY = date(2026, 4, 20)
NOTHING_WRONG = {
    name: dict.fromkeys(getattr(TRANSIT, name).model_dump(), 0.0)
    for name in ("files", "metro_rows", "bus_rows", "gates")
}
PLACES = (("公交", 1), ("公交", 0), ("地铁", DAY.toordinal()), ("地铁", DAY.toordinal() + 1))
POPULATION = ((2025, 50), (2026, 60), (2026, 40), (2027, 1))


def _at(seconds: int) -> int:
    return DAY.toordinal() * DAY_DS + seconds * 10


def _metro(*taps: tuple[int, int, bool, int], pay: int = CODE) -> pd.DataFrame:
    """Taps of user, station, is_in, seconds of the day."""
    rows = [
        (n, user, pay, station, is_in, _at(at)) for n, (user, station, is_in, at) in enumerate(taps, start=1)
    ]
    return pd.DataFrame(rows, columns=["tap", "user", "pay", "station", "is_in", "at_ds"])


def _bus(*taps: tuple[int, int, int], pay: int = CARD) -> pd.DataFrame:
    """Taps of user, trip, seconds of the day."""
    rows = [
        (n, user, pay, 0, 0, trip, DAY.toordinal(), -1, _at(at))
        for n, (user, trip, at) in enumerate(taps, start=1)
    ]
    return pd.DataFrame(
        rows, columns=["tap", "user", "pay", "route", "direction", "trip", "service", "stop", "at_ds"]
    )


def _made(metro: pd.DataFrame, bus: pd.DataFrame) -> dict:
    boardings = [*truth._metro_boardings([metro]), *truth._bus_boardings([bus])]
    made = truth.table(truth._outcome(boardings, DAY, PLACES, POPULATION), DAY)
    return {(row.code, row.group): (row.numerator, row.denominator) for row in made.itertuples()}


def test_a_tiny_day_by_hand():
    made = _made(
        _metro(
            (1, 5, True, 1000), (1, 6, False, 2000),  # a pair, then by bus 600 s later
            (2, 5, True, 1000), (2, 5, True, 1120), (2, 5, True, 1241), (2, 6, False, 2000),  # two together, one later
            (3, 5, True, 1000), (3, 6, False, 15_401),  # too long
            (4, 6, False, 3000),  # way in missing
        ),
        _bus((1, 1, 2600), (9, 1, 2600), (9, 1, 2720), (9, 2, 2721)),
    )  # fmt: skip
    # In: 1, 2 and 1 of the second, 1 of the third; on buses 4.
    assert made["t5_trips_per_person", "all"] == (9, 100)
    assert made["t5_code_scan_pct", "all"] == (5, 9)
    assert made["t5_code_scan_pct", "metro"] == (5, 5)
    assert made["t5_code_scan_pct", "bus"] == (0, 4)
    # The two that went in before the third of that code pair with nothing; nor do the third user's two and the fourth's.
    assert made["t5_unpaired_tap_pct", "all"] == (2 + 2 + 1, 9)
    assert made["t5_transfer_p50_min", "all"] == (10.0, 1)
    assert made["t5_mobile_pay_accepted_pct", "all"] == (2, 4)
    assert made["t5_mobile_pay_accepted_pct", "bus"] == (1, 2)
    assert made["t5_mobile_pay_accepted_pct", "metro"] == (1, 2)


def test_companions_that_one_gate_missed_are_unpaired():
    made = _made(
        _metro((1, 5, True, 1000), (1, 5, True, 1010), (1, 5, True, 1020), (1, 6, False, 2000)), _bus()
    )
    assert made["t5_unpaired_tap_pct", "all"] == (2, 4)
    assert ("t5_transfer_p50_min", "all") not in made


def test_a_party_follows_by_two_minutes_at_most():
    out = ((1, 6, False, 2000), (1, 6, False, 2001))
    together, apart = (
        _made(_metro((1, 5, True, 1000), (1, 5, True, second), *out), _bus()) for second in (1120, 1121)
    )
    assert together["t5_unpaired_tap_pct", "all"] == (0, 4)
    assert apart["t5_unpaired_tap_pct", "all"] == (2, 4)


def test_a_change_is_to_the_first_boarding_and_half_an_hour_at_most():
    journey = ((1, 5, True, 1000), (1, 6, False, 2000))
    assert _made(_metro(*journey), _bus((1, 1, 3800)))["t5_transfer_p50_min", "all"] == (30.0, 1)
    assert ("t5_transfer_p50_min", "all") not in _made(_metro(*journey), _bus((1, 1, 3801)))
    # On the code somebody boarded a bus before the way out.
    assert ("t5_transfer_p50_min", "all") not in _made(_metro(*journey), _bus((1, 1, 1500), (1, 2, 2500)))
    # By bus and by metro at one instant.
    assert _made(_metro(*journey), _bus((1, 1, 1000), (1, 2, 2600)))["t5_transfer_p50_min", "all"] == (
        10.0,
        1,
    )
    again = (*journey, (1, 6, True, 2060), (1, 7, False, 2500))
    assert _made(_metro(*again), _bus((1, 1, 2900)))["t5_transfer_p50_min", "all"] == (1.0, 1)


def test_without_population_or_rows_nothing_is_said():
    assert truth.table(truth._outcome([], DAY, PLACES, ()), DAY).empty
    assert truth._outcome([], DAY, (), ((2027, 5),)).residents is None


def test_where_nothing_goes_wrong_what_is_known_is_what_happened():
    city = transit_city(2, 3, changed=NOTHING_WRONG)
    made = truth.indicators(replace(city), (city.after_late_data,), (city.days[1],))
    exact = made[~made["code"].isin(["t5_transfer_p50_min", "t5_mobile_pay_accepted_pct"])]
    assert len(exact) == 5
    # Clocks of stations are off by some seconds, which moves no journey into another day but at midnight.
    assert np.allclose(exact["knowable"].astype(float), exact["world"].astype(float), rtol=0.01)
    (change,) = made[made["code"] == "t5_transfer_p50_min"].itertuples()
    assert change.knowable == pytest.approx(change.world, abs=0.5)


def test_late_data_change_what_is_known_and_a_day_alone_is_the_day_among_others():
    city = transit_city(3, 4, changed={"files": NOTHING_WRONG["files"] | {"late_file": 0.5}})
    before, after = city.before_late_data, city.after_late_data
    made = truth.indicators(city, (before, after))
    early, late = (made[made["as_of"] == at]["numerator"].to_numpy() for at in (before, after))
    assert not np.array_equal(early, late)
    alone = truth.indicators(city, (after,), (city.last,)).reset_index(drop=True)
    whole = truth.indicators(city, (after,))
    pd.testing.assert_frame_equal(
        alone, whole[whole["period"] == city.last.isoformat()].reset_index(drop=True)
    )


def test_a_month_is_the_sum_of_its_days_over_the_residents():
    city = transit_city(2, 3, until=date(2026, 3, 1), changed=NOTHING_WRONG)
    days = truth.indicators(city, (city.after_late_data,))
    longer = truth.periods(days).set_index("period")
    of_days = days[days["code"] == truth.TRIPS].set_index("period")["numerator"]
    assert list(longer.index) == ["2026-02", "2026-03", "2026"]
    assert longer.loc["2026-02", "numerator"] == of_days["2026-02-27"] + of_days["2026-02-28"]
    assert longer.loc["2026-03", ["numerator", "denominator"]].tolist() == [of_days["2026-03-01"], 12_400]
    assert longer.loc["2026", "numerator"] == of_days.sum()
    assert longer["completeness"].tolist() == pytest.approx([100 * 2 / 28, 100 / 31, 100 * 3 / 365])


def test_answers_are_where_people_were():
    city = transit_city(2, 2)
    made = truth.answers(city, city.days)
    assert set(made["table"]) == {truth.TABLE}
    assert made.groupby("column").size().to_dict()["board_place"] == pytest.approx(
        0.3 * (made["column"] == "alight_place").sum(), rel=0.1
    )
    rows = bus_tap.tapped(2, city.scenario.transit, city.last, city.network)
    answers = made.set_index(["column", "key"])["answer"]
    for row in rows.head(40).itertuples():
        key = f"B{city.last:%Y%m%d}{row.tap:07d}"
        if ("alight_place", key) in answers.index:
            assert answers["alight_place", key] == city.network.stop[row.alight]
        if ("board_place", key) in answers.index:
            assert row.stop == -1
            assert answers["board_place", key] == city.network.stop[row.board]


def test_the_world_is_as_large_as_the_scenario_says():
    city = transit_city(1, 1, 1.0)
    journeys = metro_journeys(1, TRANSIT, city.network, DAY)
    assert 140_000 < (1 + journeys["companions"]).sum() < 160_000
    assert (journeys["companions"] > 0).mean() == pytest.approx(0.04 * 0.57, rel=0.15)
    taps = bus_tap.tapped(1, TRANSIT, DAY, city.network)
    assert 220_000 < len(taps) < 260_000
    assert (taps["stop"] < 0).mean() == pytest.approx(0.3, abs=0.01)
    assert (taps["left_ds"] > taps["at_ds"] - 250).all()
    late = journeys[(journeys["in_s"] < 86_400) & (journeys["out_s"] >= 86_400)]
    assert len(late) > 100
