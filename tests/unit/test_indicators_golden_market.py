"""The indicators of the parking market, computed by hand; `golden` in their declarations names the tests."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.unit.market_city import LONG_AGO, run_lot, span, vehicles
from tests.unit.marts_city import DISTRICTS, build, published, shown
from tests.unit.parking_city import lot

FEBRUARY, FIRST, SECOND = date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 2)
XIHU, BINJIANG, YUHANG, NOWHERE, CITY = "330106", "330108", "330110", "330199", "330100"
LOTS = [
    lot(f"P{n}", XIHU if n < 7 else BINJIANG if n < 11 else NOWHERE) for n in range(1, 13)
]  # fmt: skip
MARKET = [
    # In Xihu 100 spaces: A and B are one group with 40, C has 30, D 20, E 6, F 4.
    run_lot("P1", XIHU, FIRST, "A", spaces=25, group="G", price=2.0),
    run_lot("P2", XIHU, FIRST, "B", spaces=15, group="G", price=4.0),
    run_lot("P3", XIHU, FIRST, "C", spaces=30, price=6.0), run_lot("P4", XIHU, FIRST, "D", spaces=20, price=8.0),
    run_lot("P5", XIHU, FIRST, "E", spaces=6, price=10.0), run_lot("P6", XIHU, FIRST, "F", spaces=4, price=None),
    # In Binjiang 100 more, of which 60 are C's in three lots.
    *[run_lot(f"P{n}", BINJIANG, FIRST, "C", spaces=20, price=6.0) for n in (7, 8, 9)],
    run_lot("P10", BINJIANG, FIRST, "H", spaces=40, price=12.0),
    # A district that nobody knows: in the city alone.
    run_lot("P11", NOWHERE, FIRST, "F", spaces=25, price=1.0), run_lot("P12", NOWHERE, FIRST, "F", spaces=25, price=20.0),
    # On the second day A is alone, with 30 spaces and no price.
    run_lot("P1", XIHU, SECOND, "A", spaces=30, group="G", price=None),
    # Of February 21 days, on the first of which there are two with as many spaces.
    *[run_lot("P1", XIHU, FEBRUARY + timedelta(days=n), "A", spaces=30) for n in range(21)],
    run_lot("P2", XIHU, FEBRUARY, "B", spaces=30),
]  # fmt: skip
SPANS = [
    # A came to Xihu on the first day; it ran a lot in Binjiang until then, so to the city it is not new.
    span("R1", "A", "P1", FIRST), span("R2", "A", "P7", LONG_AGO, FIRST),
    # B left Xihu on the second day, which was its only lot; C changed lots within Xihu and stayed.
    span("R3", "B", "P2", LONG_AGO, SECOND), span("R4", "C", "P5", LONG_AGO, FIRST), span("R5", "C", "P3", FIRST),
    # N came to the city on the first day and was gone on the second; Z to a lot that no list knows.
    span("R6", "N", "P4", FIRST, SECOND), span("R7", "Z", "P99", FIRST),
    # H left one lot of Binjiang long ago, and the other on the first day.
    span("R8", "H", "P8", LONG_AGO, date(2024, 1, 1)), span("R9", "H", "P10", date(2023, 1, 1), FIRST),
]  # fmt: skip
VEHICLES = [
    vehicles(XIHU, FIRST, 50), vehicles(BINJIANG, FIRST, 400), vehicles(YUHANG, FIRST, 200), vehicles(NOWHERE, FIRST, 150),
    vehicles(XIHU, SECOND, 60), vehicles(NOWHERE, SECOND, 40),
]  # fmt: skip


@pytest.fixture(scope="module")
def market(module_home):
    city = build(
        "transport", "golden market", [FEBRUARY, FIRST, SECOND],
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.transport.parking_lot": LOTS,
            "conformed.transport.parking_market": MARKET,
            "conformed.transport.parking_operator": SPANS,
            "conformed.transport.vehicle_day": VEHICLES,
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


def in_march(numerator: float | None, denominator: float, days: int = 2) -> tuple:
    """Of a month of 31 days so few are known that there is no value."""
    return (None, numerator, denominator, {1: 3.23, 2: 6.45}[days], "incomplete")


def test_hhi_squares_the_shares_of_groups_not_of_operators(market):
    code, day = "t7_hhi", "2026-03-01"
    # 40² + 30² + 20² + 6² + 4² of 100²; 60² + 40² of 100²; of 250: 40, 90, 20, 6, 54, 40.
    assert market.value(code, day, XIHU) == shown(2952.0, 0.2952, 1.0)
    assert market.value(code, day, BINJIANG) == shown(5200.0, 0.52, 1.0)
    assert market.value(code, day, CITY) == shown(2344.32, 0.234432, 1.0)
    assert market.value(code, "2026-03-02", XIHU) == shown(10000.0, 1.0, 1.0)
    assert published(market, code, day) == {(area, "all") for area in (XIHU, BINJIANG, CITY)}
    assert published(market, code, "2026-03-02") == {(area, "all") for area in (XIHU, CITY)}


def test_a_month_is_the_mean_over_the_days_that_exist_for_the_area(market):
    code = "t7_hhi"
    # 0.5 and twenty times 1, on 21 of 28 days: just enough.
    assert market.value(code, "2026-02", XIHU) == (9761.904762, 20.5, 21.0, 75.0, "shown")
    assert market.value(code, "2026-03", XIHU) == in_march(1.2952, 2.0)
    assert market.value(code, "2026-03", BINJIANG) == in_march(0.52, 1.0, days=1)
    assert published(market, code, "2026") == set()


def test_top4_is_of_groups_in_the_area(market):
    code, day = "t7_top4_pct", "2026-03-01"
    assert market.value(code, day, XIHU) == shown(96.0, 0.96, 1.0)
    assert market.value(code, day, BINJIANG) == shown(100.0, 1.0, 1.0)
    # 90 + 54 + 40 + 40 of 250.
    assert market.value(code, day, CITY) == shown(89.6, 0.896, 1.0)
    assert market.value(code, "2026-03", XIHU) == in_march(1.96, 2.0)


def test_small_operators_are_small_in_the_whole_city(market):
    code, day = "t7_small_operator_pct", "2026-03-01"
    # C runs four lots, one of them in Xihu; F three.
    assert market.value(code, day, XIHU) == shown(83.333333, 0.833333333333, 1.0)
    assert market.value(code, day, BINJIANG) == shown(50.0, 0.5, 1.0)
    assert market.value(code, day, CITY) == shown(85.714286, 0.857142857143, 1.0)
    assert market.value(code, "2026-03", BINJIANG) == in_march(0.5, 1.0, days=1)


def test_entries_and_exits_are_the_first_and_last_day_in_an_area(market):
    code, day, next_day = "t7_entry_exit_count", "2026-03-01", "2026-03-02"

    def moves(area: str, period: str) -> list[tuple]:
        return [market.value(code, period, area, group) for group in ("entry", "exit", "all")]

    assert moves(XIHU, day) == [shown(n, n, 1.0) for n in (2.0, 0.0, 2.0)]  # A and N
    assert moves(BINJIANG, day) == [shown(n, n, 1.0) for n in (0.0, 2.0, 2.0)]  # A and H
    assert moves(CITY, day) == [shown(n, n, 1.0) for n in (1.0, 1.0, 2.0)]  # N, and H
    assert moves(XIHU, next_day) == [shown(n, n, 1.0) for n in (0.0, 2.0, 2.0)]  # B and N
    assert moves(XIHU, "2026-03") == [in_march(n, 1.0) for n in (2.0, 2.0, 4.0)]
    assert moves(BINJIANG, "2026-03") == [in_march(n, 1.0, days=1) for n in (0.0, 2.0, 2.0)]
    everything = {(area, group) for area in (XIHU, CITY) for group in ("entry", "exit", "all")}
    assert published(market, code, next_day) == everything


def test_price_spread_is_of_lots_with_a_price(market):
    code, day = "t7_price_spread_cny", "2026-03-01"
    assert market.value(code, day, XIHU) == shown(8.0, 8.0, 1.0)
    assert market.value(code, day, BINJIANG) == shown(6.0, 6.0, 1.0)
    # Of eleven the tenth less the second.
    assert market.value(code, day, CITY) == shown(10.0, 10.0, 1.0)
    assert market.value(code, "2026-03-02", XIHU) == shown(None, None, 0.0)
    assert market.value(code, "2026-03", XIHU) == in_march(8.0, 1.0)


def test_spaces_are_divided_by_the_vehicles_of_the_day(market):
    code, day = "t7_spaces_per_vehicle", "2026-03-01"
    assert market.value(code, day, XIHU) == shown(2.0, 100.0, 50.0)
    assert market.value(code, day, BINJIANG) == shown(0.25, 100.0, 400.0)
    # Vehicles of districts without a lot, and of one that nobody knows, are the city's too.
    assert market.value(code, day, CITY) == shown(0.3125, 250.0, 800.0)
    assert market.value(code, "2026-03-02", CITY) == shown(0.3, 30.0, 100.0)
    assert market.value(code, "2026-03", XIHU) == in_march(130.0, 110.0)
    # No list of vehicles speaks of February.
    assert market.value(code, "2026-02-01", XIHU) == shown(None, 60.0, 0.0)
