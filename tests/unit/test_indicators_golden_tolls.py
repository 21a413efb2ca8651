"""The indicators of toll plazas, computed by hand; `golden` in their declarations names the tests."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.marts_city import DISTRICTS, build, published, shown
from tests.unit.motorway_city import gantry, passed, plaza, through

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
XIHU, BINJIANG, CITY, NOWHERE = "330106", "330108", "330100", "330199"
PASSAGES = [
    # In Xihu four ETC cars at two plazas, both ways, and two manual ones.
    through("A1", "Z1", XIHU, FIRST, 2.0), through("A2", "Z1", XIHU, FIRST, 2.7, way="exit"),
    through("A3", "Z2", XIHU, FIRST, 2.9), through("A4", "Z2", XIHU, FIRST, 40.0),
    through("A5", "Z1", XIHU, FIRST, 15.0, "manual"), through("A6", "Z2", XIHU, FIRST, 20.0, "manual", "exit"),
    # In Binjiang one of either kind; in a district that nobody knows a manual one, for the city alone.
    through("B1", "Z3", BINJIANG, FIRST, 3.3), through("B2", "Z3", BINJIANG, FIRST, 16.5, "manual"),
    through("C1", "Z4", NOWHERE, FIRST, 18.0, "manual"),
    # At a plaza that no list knows.
    *[through(f"D{n}", "Z9", None, FIRST, 99.0) for n in range(5)],
    # Another day: only ETC in Xihu, only manual in Binjiang.
    through("E1", "Z1", XIHU, SECOND, 5.0), through("E2", "Z3", BINJIANG, SECOND, 10.0, "manual"),
]  # fmt: skip


@pytest.fixture(scope="module")
def tolls(module_home):
    city = build(
        "transport", "golden tolls", [FIRST, SECOND],
        {
            "conformed.governance.district": DISTRICTS,
            "conformed.transport.toll_plaza": [
                plaza("Z1", XIHU), plaza("Z2", XIHU), plaza("Z3", BINJIANG), plaza("Z4", NOWHERE)
            ],
            "conformed.transport.toll_passage": PASSAGES,
            "conformed.transport.gantry": [gantry("G1", 1), gantry("G2", 2)],
            "conformed.transport.etc_gantry_passage": [
                passed("P1", "G1", FIRST), passed("P2", "G2", FIRST, missed=True), passed("P3", "G2", FIRST),
                passed("P4", "G9", FIRST, listed=False),
            ],
        },
    )  # fmt: skip
    yield city
    city.scratch.__exit__(None, None, None)


def test_etc_is_the_share_of_cars_at_listed_plazas(tolls):
    code, day = "t5_etc_pct", "2026-03-01"
    assert tolls.value(code, day, XIHU) == shown(66.666667, 4.0, 6.0)
    assert tolls.value(code, day, BINJIANG) == shown(50.0, 1.0, 2.0)
    assert tolls.value(code, day, CITY) == shown(55.555556, 5.0, 9.0)
    assert published(tolls, code, day) == {(area, "all") for area in (XIHU, BINJIANG, CITY)}
    assert tolls.value(code, "2026-03-02", XIHU) == shown(100.0, 1.0, 1.0)
    assert tolls.value(code, "2026-03-02", BINJIANG) == shown(0.0, 0.0, 1.0)


def test_gate_time_is_the_median_of_etc_against_that_of_manual_lanes(tolls):
    code, day = "t5_gate_time_ratio", "2026-03-01"
    # Of four the second, of two the first.
    assert tolls.value(code, day, XIHU) == shown(0.18, 2.7, 15.0)
    assert tolls.value(code, day, BINJIANG) == shown(0.2, 3.3, 16.5)
    # Of five the third; of 15, 16.5, 18 and 20 the second.
    assert tolls.value(code, day, CITY) == shown(0.175758, 2.9, 16.5)
    # No value where one kind is missing.
    assert tolls.value(code, "2026-03-02", XIHU) == shown(None, 5.0, None)
    assert tolls.value(code, "2026-03-02", BINJIANG) == shown(None, None, 10.0)
    assert tolls.value(code, "2026-03-02", CITY) == shown(0.5, 5.0, 10.0)


def test_what_is_published_of_gantries_and_plazas_is_of_listed_ones_by_the_day(tolls):
    gantries = tolls.connection.execute(
        "select gantry_id, seen_count, imputed_count, imputed_pct::double from marts.fct_gantry_day order by 1"
    ).fetchall()
    assert gantries == [("G1", 1, 0, 0.0), ("G2", 1, 1, 50.0)]
    plazas = tolls.connection.execute(
        "select plaza_id, lane_kind, way, passage_count, gate_p50_s::double, gate_p95_s::double"
        " from marts.fct_toll_plaza_day where _business_date = '2026-03-01' and plaza_id <> 'Z3' order by 1, 2, 3"
    ).fetchall()
    assert plazas == [
        ("Z1", "etc", "entry", 1, 2.0, 2.0), ("Z1", "etc", "exit", 1, 2.7, 2.7), ("Z1", "manual", "entry", 1, 15.0, 15.0),
        ("Z2", "etc", "entry", 2, 2.9, 40.0), ("Z2", "manual", "exit", 1, 20.0, 20.0),
        ("Z4", "manual", "entry", 1, 18.0, 18.0),
    ]  # fmt: skip


def test_nothing_that_is_published_tells_of_a_tag_or_a_trip(tolls):
    names = {
        row[0] for row in tolls.connection.execute(
            "select column_name from information_schema.columns where table_schema = 'marts'"
            " and table_name in ('fct_gantry_day', 'fct_toll_plaza_day', 'int_gantry_passages', 'dim_gantry')"
        ).fetchall()
    }  # fmt: skip
    assert "gantry_id" in names
    assert names & {"tag_id", "trip_id", "passage_id", "passed_at"} == set()
