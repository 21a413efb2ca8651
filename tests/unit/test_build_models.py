"""The dbt project: its unit tests, its contracts, and tests that see broken input."""

from __future__ import annotations

from datetime import date

import pytest

from citylake.build import making, project
from citylake.build.models import ModelTestsFailed
from citylake.build.plan import Plan
from citylake.build.scratch import Scratch
from citylake.table import load_tables
from tests.unit.marts_city import DISTRICTS, build, fill, station, station_day

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("domain", "least"), [("environment", 3), ("health", 3), ("governance", 4), ("transport", 3)]
)
def test_the_unit_tests_of_the_models_pass(module_home, domain, least):
    with Scratch(domain, "unit-tests", remote=False) as scratch:
        for source in project.inputs(domain):
            fill(scratch.connection, source.table_id, [])
        making.prepare(Plan(domain), scratch)
        assert making.run_unit_tests(domain, scratch) >= least


def _environment(run_id, **tables):
    usual = {
        "conformed.governance.district": DISTRICTS,
        "conformed.environment.air_station": [station("A", "330106", date(2020, 1, 1))],
        "conformed.environment.air_quality_day": [station_day("A", "330106", DAY, pm25=10.0)],
    }
    return build(
        "environment", run_id, [DAY], usual | {f"conformed.{name}": rows for name, rows in tables.items()}
    )


@pytest.mark.parametrize(
    ("table", "rows", "test"),
    [
        ("environment.air_quality_day", [station_day("A", "330106", DAY)] * 2, "is_key_fct_air_quality_day"),
        (
            "environment.air_station",
            [station("A", "330106", date(2020, 1, 1)), station("A", "330108", date(2021, 1, 1))],
            "intervals_do_not_overlap_dim_air_station",
        ),
        ("governance.district", [*DISTRICTS, DISTRICTS[2] | {"valid_from": date(1960, 1, 1)}],
         "intervals_do_not_overlap_dim_district"),
    ],
    ids=["two readings of a station-day", "overlapping stations", "overlapping districts"],
)  # fmt: skip
def test_a_broken_input_fails_the_test_that_guards_it(module_home, table, rows, test):
    with pytest.raises(ModelTestsFailed) as error:
        _environment(f"broken {test}", **{table: rows})
    assert test in str(error.value)


def test_a_day_without_a_single_row_builds_empty_facts_and_no_values_but_not_reported(module_home):
    city = _environment("empty", **{"environment.air_quality_day": []})
    try:
        assert city.connection.execute("select count(*) from marts.fct_air_quality_day").fetchone() == (0,)
        assert city.value("e1_pm25_ugm3", "2026-03-01", "330100")[3:] == (0.0, "not_reported")
    finally:
        city.scratch.__exit__(None, None, None)


def test_every_column_that_a_model_reads_is_declared_by_its_conformed_table():
    for domain in project.domains():
        for source in project.inputs(domain):
            assert source.table_id in load_tables(), source
            assert load_tables()[source.table_id].partitioned == source.drives


def test_the_inputs_of_a_domain_follow_references_to_other_domains():
    assert [(item.table_id, item.drives, item.as_of) for item in project.inputs("environment")] == [
        ("conformed.environment.air_quality_day", True, False),
        ("conformed.environment.air_station", False, True),
        ("conformed.governance.district", False, True),
    ]


def test_every_mart_has_one_key_and_describes_every_column(module_home):
    city = _environment("contracts")
    try:
        marts = {mart.name: mart for mart in city.marts}
        assert set(marts) == {
            "dim_air_station", "dim_date", "dim_district", "dim_indicator", "fct_air_quality_day", "fct_indicator_value"
        }  # fmt: skip
        assert marts["fct_indicator_value"].column_names == [
            "code", "system", "period_type", "period", "area_type", "area", "vintage", "group_type", "group",
            "value", "numerator", "denominator", "unit", "completeness", "value_status",
        ]  # fmt: skip
        for mart in marts.values():
            assert mart.key
            assert all(column.description for column in mart.columns)
        order = list(marts)
        for mart in marts.values():
            assert all(order.index(item.mart) < order.index(mart.name) for item in mart.references)
    finally:
        city.scratch.__exit__(None, None, None)
