"""The indicators of public transport, computed by hand; `golden` in their declarations names the tests."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.marts_city import DISTRICTS, build, published, shown
from tests.unit.riders_city import place, residents, ride, station, stop

FIRST, SECOND, APRIL = date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1)
CITY = "330100"
RIDES = [
    # By metro three on a code of whom a gate missed one on the way out, one by card, one whose way in was missed.
    ride("M1", FIRST, boarding_count=3, person_count=2, tap_count=5, unpaired_tap_count=1),
    ride("M2", FIRST, pay_type="card", transfer_from="M0", transfer_from_mode="metro", transfer_s=300.0),
    ride("M3", FIRST, paired_as="exit_only", boarded_at=None, board_place=None, boarded_as="none", boarding_count=0,
         person_count=0, tap_count=1, unpaired_tap_count=1),
    # By bus two by code and two by card; two changed out of the metro, one out of a bus.
    ride("B1", FIRST, "bus", transfer_from="M1", transfer_from_mode="metro", transfer_s=600.0),
    ride("B2", FIRST, "bus", transfer_from="B1", transfer_from_mode="bus", transfer_s=60.0),
    ride("B3", FIRST, "bus", pay_type="card", transfer_from="M2", transfer_from_mode="metro", transfer_s=1230.0),
    ride("B4", FIRST, "bus", pay_type="card"),
    # Another day: by bus alone. Another month.
    ride("B5", SECOND, "bus", boarding_count=2, tap_count=2), ride("B6", APRIL, "bus"),
]  # fmt: skip


@pytest.fixture(scope="module")
def transit(module_home):
    city = build(
        "transport", "golden transit", [FIRST, SECOND, APRIL],
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.governance.population": [residents(2025, 90), residents(2026, 30), residents(2026, 10, "330106002"),
                                                residents(2027, 1)],
            "conformed.transport.transit_trip": RIDES,
            "conformed.transport.metro_station": [station("M1", "330106"), station("M2", "330108")],
            "conformed.transport.gtfs_stop": [stop("B1", "330106"), stop("B2", "330106")],
            "conformed.transport.payment_acceptance": [
                place("公交", "R1", FIRST), place("公交", "R2", SECOND), place("公交", "R3"), place("地铁", "M1", FIRST),
            ],
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


def test_trips_per_person_are_boardings_over_residents(transit):
    code = "t5_trips_per_person"
    assert transit.value(code, "2026-03-01", CITY) == shown(0.2, 8.0, 40.0)
    assert transit.value(code, "2026-03-02", CITY) == shown(0.05, 2.0, 40.0)
    # Two days of a month of 31, and three of a year: too few to be shown.
    rows = transit.connection.execute(
        "select period, value, numerator, denominator, round(completeness, 2), value_status from marts.fct_indicator_value"
        f" where code = '{code}' and period_type <> 'day' order by period"
    ).fetchall()
    assert rows == [
        ("2026", None, 11.0, 40.0, 0.82, "incomplete"), ("2026-03", None, 10.0, 40.0, 6.45, "incomplete"),
        ("2026-04", None, 1.0, 40.0, 3.33, "incomplete"),
    ]  # fmt: skip


def test_by_code_are_persons_who_board(transit):
    code, day = "t5_code_scan_pct", "2026-03-01"
    assert transit.value(code, day, CITY) == shown(62.5, 5.0, 8.0)
    assert transit.value(code, day, CITY, "metro") == shown(75.0, 3.0, 4.0)
    assert transit.value(code, day, CITY, "bus") == shown(50.0, 2.0, 4.0)
    assert published(transit, code, "2026-03-02") == {(CITY, "all"), (CITY, "bus")}


def test_places_accept_from_the_day_of_the_list(transit):
    code = "t5_mobile_pay_accepted_pct"
    assert transit.value(code, "2026-03-01", CITY) == shown(50.0, 2.0, 4.0)
    assert transit.value(code, "2026-03-01", CITY, "bus") == shown(33.333333, 1.0, 3.0)
    assert transit.value(code, "2026-03-02", CITY, "bus") == shown(66.666667, 2.0, 3.0)
    assert transit.value(code, "2026-03-01", CITY, "metro") == shown(100.0, 1.0, 1.0)


def test_changes_are_out_of_the_metro_within_half_an_hour(transit):
    code = "t5_transfer_p50_min"
    # 300, 600 and 1230 s; out of a bus is none.
    assert transit.value(code, "2026-03-01", CITY) == shown(10.0, 10.0, 1.0)
    assert published(transit, code, "2026-03-01") == {(CITY, "all")}
    assert published(transit, code, "2026-03-02") == set()


def test_unpaired_are_taps_at_gates(transit):
    code = "t5_unpaired_tap_pct"
    assert transit.value(code, "2026-03-01", CITY) == shown(25.0, 2.0, 8.0)
    assert published(transit, code, "2026-03-02") == set()


def test_few_and_small_cells_are_not_published(transit):
    from citylake.publish.publication import protect_marts

    transit.connection.execute("begin")
    protect_marts(transit.connection, "transport", transit.marts)
    rows = transit.connection.execute(
        "select boarding_count, trip_count from marts.fct_transit_day"
    ).fetchall()
    cells = transit.connection.execute("select count(*) from marts.fct_transit_od_hour").fetchone()
    transit.connection.execute("rollback")
    assert rows
    assert set(rows) == {(None, None)} | {(0, None)} & set(rows)
    assert cells == (0,)
