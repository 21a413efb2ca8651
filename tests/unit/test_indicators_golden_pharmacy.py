"""The indicators of the cloud pharmacy, computed by hand; `golden` in their declarations names the tests."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.marts_city import DISTRICTS, build, published, shown
from tests.unit.medicine_city import delivery

FIRST, SECOND, THIRD = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)
DAY = "2026-03-01"
CITY, XIHU, BINJIANG = "330100", "330106", "330108"
OLD, YOUNG = {"age_band": "80+"}, {"age_band": "<18"}
# Ten delivered in Xihu after 0.5, 1, 1.5 … 5 hours, the last six of them later than promised.
OF_XIHU = [delivery(f"X{n}", XIHU, FIRST, 0.5 * n, **(OLD if n % 2 else {})) for n in range(1, 11)]
ORDERS = [
    *OF_XIHU,
    # One of nobody's age that came in time, two that went back, one that is on its way, or lost.
    delivery("B1", BINJIANG, FIRST, 2.0, age_band=None), delivery("B2", BINJIANG, FIRST, None, state="returned", **YOUNG),
    delivery("B3", BINJIANG, FIRST, None, state="returned"), delivery("B4", BINJIANG, FIRST, None, **YOUNG),
    # A district that is none of the list counts for the city alone. A second late.
    delivery("Z1", "330199", FIRST, 2.0 + 1 / 3600, **OLD),
    # In boxes: three kept cold, one not, two of which it is not known, one that went back.
    *[delivery(f"C{n}", XIHU, SECOND, 1.0, is_cold_kept=n < 2, **OLD) for n in range(3)],
    delivery("C3", BINJIANG, SECOND, 1.0, is_cold_kept=True), delivery("C4", BINJIANG, SECOND, 1.0, is_cold_kept=None),
    delivery("C5", "330110", SECOND, 1.0, is_cold_kept=None), delivery("C6", BINJIANG, SECOND, None, state="returned"),
    # Nine in one district and ten in the other.
    *[delivery(f"H{n}", XIHU, THIRD, is_cold_kept=True) for n in range(9)],
    *[delivery(f"S{n}", BINJIANG, THIRD, is_cold_kept=True) for n in range(10)],
]  # fmt: skip


@pytest.fixture(scope="module")
def pharmacy(module_home):
    city = build(
        "health", "golden pharmacy", [FIRST, SECOND, THIRD],
        {"conformed.governance.district": DISTRICTS, "conformed.health.delivery": ORDERS},
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


def test_on_time_are_orders_delivered_by_what_was_promised(pharmacy):
    code = "h4_on_time_pct"
    # Four of Xihu and one of Binjiang, of fifteen.
    assert pharmacy.value(code, DAY, CITY) == shown(33.333333, 5.0, 15.0)
    assert pharmacy.value(code, DAY, XIHU) == shown(40.0, 4.0, 10.0)
    assert pharmacy.value(code, DAY, BINJIANG) == shown(25.0, 1.0, 4.0)
    # Of 0.5, 1.5, 2.5, 3.5 and 4.5 hours two, and what is a second late.
    assert pharmacy.value(code, DAY, CITY, "80+") == shown(33.333333, 2.0, 6.0)
    assert pharmacy.value(code, DAY, CITY, "<18") == shown(0.0, 0.0, 2.0)


def test_areas_and_groups_are_those_that_are_known(pharmacy):
    assert published(pharmacy, "h4_on_time_pct", DAY) == {
        (CITY, "all"), (CITY, "80+"), (CITY, "60-69"), (CITY, "<18"), (XIHU, "all"), (BINJIANG, "all"),
    }  # fmt: skip


def test_door_p50_is_of_orders_that_were_delivered(pharmacy):
    code = "h4_door_p50_h"
    # Of ten the fifth.
    assert pharmacy.value(code, DAY, XIHU) == shown(2.5, 25.0, 10.0)
    # Of 0.5, 1, 1.5, 2, 2, 2:00:01, 2.5 … 5 hours the sixth: 2.000277… hours, twelve times.
    assert pharmacy.value(code, DAY, CITY) == shown(2.000278, pytest.approx(12 * 7201 / 3600), 12.0)
    # Of 0.5, 1.5, 2:00:01, 2.5, 3.5 and 4.5 hours the third.
    assert pharmacy.value(code, DAY, CITY, "80+") == shown(2.000278, pytest.approx(6 * 7201 / 3600), 6.0)
    assert pharmacy.value(code, DAY, BINJIANG) == shown(2.0, 2.0, 1.0)
    assert pharmacy.value(code, DAY, CITY, "<18")[4] == "not_reported"


def test_door_p90_is_of_orders_that_were_delivered(pharmacy):
    code = "h4_door_p90_h"
    # Of ten the ninth, of twelve the eleventh.
    assert pharmacy.value(code, DAY, XIHU) == shown(4.5, 45.0, 10.0)
    assert pharmacy.value(code, DAY, CITY) == shown(4.5, 54.0, 12.0)


def test_cold_is_kept_of_what_was_measured(pharmacy):
    code = "h4_cold_chain_kept_pct"
    assert pharmacy.value(code, "2026-03-02", CITY) == shown(75.0, 3.0, 4.0)
    assert published(pharmacy, code, "2026-03-02") == {(CITY, "all")}
    assert published(pharmacy, code, DAY) == set()


def test_not_collected_are_orders_that_went_back(pharmacy):
    code = "h4_not_collected_pct"
    assert pharmacy.value(code, DAY, CITY) == shown(13.333333, 2.0, 15.0)
    assert {area for area, _ in published(pharmacy, code, DAY)} == {CITY}
    assert pharmacy.value(code, DAY, CITY, "<18") == shown(50.0, 1.0, 2.0)


def test_what_fewer_than_ten_ordered_is_not_published(pharmacy):
    from citylake.publish.publication import protect_marts

    pharmacy.connection.execute("begin")
    protect_marts(pharmacy.connection, "health", pharmacy.marts)
    values = pharmacy.connection.execute(
        "select code, period, concat_ws(' ', area, \"group\"), value_status from marts.fct_indicator_value where system = 'h4'"
    ).fetchall()
    days = pharmacy.connection.execute(
        "select district_code, order_count, delivered_count, on_time_count from marts.fct_pharmacy_day"
        f" where _business_date = '{THIRD}'"
    ).fetchall()
    pharmacy.connection.execute("rollback")
    # Nobody's orders tell of nobody: those of the young were not delivered. The city's less Xihu's would tell Binjiang's.
    assert {where: status for code, period, where, status in values if (code, period) == ("h4_door_p50_h", DAY)} == {
        "330100 all": "hidden", "330100 80+": "hidden", "330100 60-69": "hidden", "330100 <18": "not_reported",
        "330106 all": "shown", "330108 all": "hidden",
    }  # fmt: skip
    # Nine in Xihu, ten in Binjiang, nineteen in all: two of them tell the nine, so the ten go with it.
    third = {
        (where, code): status
        for code, period, where, status in values
        if period == f"{THIRD}" and where.endswith("all")
    }
    assert {status for (where, _), status in third.items() if where == f"{XIHU} all"} == {"hidden"}
    for code in ("h4_on_time_pct", "h4_door_p50_h", "h4_door_p90_h"):
        assert (third[f"{BINJIANG} all", code], third["330100 all", code]) == ("hidden", "shown")
    for code in ("h4_cold_chain_kept_pct", "h4_not_collected_pct"):
        assert third["330100 all", code] == "shown"
    assert set(days) == {(XIHU, None, None, None), (BINJIANG, None, None, None)}
