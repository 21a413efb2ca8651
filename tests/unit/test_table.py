"""Declarations of conformed tables: inputs with windows, and a table of current rows per reference feed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from citylake.errors import WrongUse
from citylake.table import Input, Table, find_table, load_tables

GOOD = {
    "domain": "environment",
    "name": "noise_day",
    "title": {"en": "Noise", "zh": "噪声"},
    "grain": "one row per point and day",
    "key": ["point_id"],
    "inputs": {"readings": {"from": "admitted.environment.noise", "drives": True, "before": "P7D"}},
    "columns": [
        {"name": "point_id", "type": "string", "description": "the point"},
        {"name": "_business_date", "type": "date", "description": "the local day"},
    ],
}


def refused(**changes) -> str:
    with pytest.raises(ValidationError) as caught:
        Table.model_validate(GOOD | changes)
    return str(caught.value)


def test_a_window_becomes_whole_days_for_the_ledger():
    table = Table.model_validate(GOOD)
    assert table.table_id == "conformed.environment.noise_day"
    assert table.inputs["readings"].for_ledger() == {
        "input_table": "admitted.environment.noise", "days_before": 7, "days_after": 0, "as_of": False, "drives": True,
    }  # fmt: skip


@pytest.mark.parametrize("window", ["PT1H", "P1DT12H"])
def test_a_window_of_hours_is_refused(window):
    with pytest.raises(ValidationError, match="windows are whole days, such as P1D"):
        Input.model_validate({"from": "admitted.environment.noise", "before": window})


def test_an_input_is_an_admitted_or_a_conformed_table():
    with pytest.raises(ValidationError, match="String should match pattern"):
        Input.model_validate({"from": "marts.environment"})


def test_a_partitioned_table_needs_what_it_is_partitioned_by():
    assert "a partitioned table needs the column _business_date" in refused(columns=GOOD["columns"][:1])
    idle = {"readings": {"from": "admitted.environment.noise"}}
    assert "one input must say `drives: true`: its partitions are the table's" in refused(inputs=idle)
    assert "key column 'station' is not declared" in refused(key=["station"])


def test_a_reference_feed_has_a_table_of_its_current_rows():
    table = find_table("environment.air_station")
    assert table.is_current_rows
    assert not table.partitioned
    assert [item.for_ledger() for item in table.inputs.values()] == [
        {"input_table": "admitted.environment.air_station", "days_before": 0, "days_after": 0, "as_of": False,
         "drives": True}
    ]  # fmt: skip
    columns = {column.name: column.type for column in table.columns}
    assert "maintainer_phone" not in columns  # dropped at admission
    assert columns["maintainer"] == "string"  # a pseudonym
    assert columns["valid_from"] == "date"


def test_every_table_is_made_from_tables_that_exist():
    tables = load_tables()
    assert tables["conformed.environment.air_quality_day"].inputs["weather"].before == timedelta(days=1)
    assert tables["conformed.health.case_day"].inputs["reports"].before == timedelta(days=7)


def test_an_unknown_table_is_told_with_those_that_exist():
    with pytest.raises(
        WrongUse, match=r"there is no conformed table 'health.x'[^$]*conformed\.health\.case_day"
    ):
        find_table("health.x")


def test_a_table_may_be_named_without_its_layer():
    assert find_table("health.case_day") is find_table("conformed.health.case_day")
