"""What conform reads from declarations, without Spark."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from citylake.conform.frame import check_columns
from citylake.conform.inputs import columns_of, spark_name
from citylake.conform.work import MOST_PARTITIONS, windows
from citylake.errors import WrongUse
from citylake.settings import PROJECT
from citylake.table import Table, inputs_first, load_tables

AIR, CASES, STATIONS = (
    load_tables()[f"conformed.{name}"]
    for name in ("environment.air_quality_day", "health.case_day", "environment.air_station")
)
JOBS = [table for table in load_tables().values() if not table.is_current_rows]


def spark_types(table) -> dict[str, str]:
    kinds = {
        "string": "string",
        "integer": "bigint",
        "double": "double",
        "boolean": "boolean",
        "date": "date",
    }
    return {column.name: kinds[column.type] for column in table.columns}


def test_an_input_is_read_from_as_many_days_before_as_its_window_says():
    days = [date(2026, 3, 2), date(2026, 3, 10)]
    assert windows(CASES.inputs["reports"], CASES, days) == [(date(2026, 2, 23), date(2026, 3, 10))]
    assert windows(AIR.inputs["weather"], AIR, days) == [
        (date(2026, 3, 1), date(2026, 3, 2)),
        (date(2026, 3, 9), date(2026, 3, 10)),
    ]


def test_as_of_inputs_and_inputs_of_reference_tables_are_read_as_a_whole():
    assert windows(AIR.inputs["stations"], AIR, [date(2026, 3, 2)]) is None
    assert windows(STATIONS.inputs["rows"], STATIONS, []) is None


def test_the_declared_columns_pass_in_any_order_and_integers_may_be_narrower():
    found = dict(reversed(spark_types(AIR).items()))
    check_columns(AIR, found | {"hours_expected": "int"})


def test_a_decimal_or_a_wider_number_is_not_cast_silently():
    with pytest.raises(
        WrongUse, match=re.escape("'pm25_mean_ugm3' is decimal(20,6) where double is declared")
    ):
        check_columns(AIR, spark_types(AIR) | {"pm25_mean_ugm3": "decimal(20,6)"})
    with pytest.raises(WrongUse, match="'pm25_hours' is double where bigint is declared"):
        check_columns(AIR, spark_types(AIR) | {"pm25_hours": "double"})


def test_a_reference_table_has_no_column_that_admission_drops_and_a_pseudonym_is_text():
    columns = columns_of("admitted.environment.air_station")
    assert "maintainer_phone" not in columns
    assert columns["maintainer"] == "string"
    assert columns["_business_date"] == "date"
    assert set(columns_of("conformed.environment.air_station")) == set(columns) - {
        "_delivery_id", "_source_row", "_business_date", "_known_at"
    }  # fmt: skip


def test_a_branch_is_named_as_iceberg_wants_it():
    assert spark_name("conformed.health.case_day") == "`lake`.`conformed`.`health`.`case_day`"
    assert (
        spark_name("conformed.health.case_day", "run_1")
        == "`lake`.`conformed`.`health`.`case_day`.`branch_run_1`"
    )


@pytest.mark.parametrize("table", JOBS, ids=lambda table: table.name)
def test_a_job_is_a_pure_function_of_spark_only(table):
    text = Path(PROJECT / "spark_jobs" / table.domain / f"{table.name}.py").read_text(encoding="utf-8")
    assert "def conform(inputs" in text
    for forbidden in ("citylake", ".write", "spark.table", ".collect(", ".count()", ".rdd", "udf", "now("):
        assert forbidden not in text, f"{table.name}.py uses {forbidden}"


@pytest.mark.parametrize("table", JOBS, ids=lambda table: table.name)
def test_windows_are_no_longer_than_a_batch(table):
    assert all(item.before + item.after <= timedelta(days=MOST_PARTITIONS) for item in table.inputs.values())


def test_an_application_is_made_from_thirty_days_of_contacts_before_it_and_seven_after_and_no_more():
    table = load_tables()["conformed.governance.service_journey"]
    day = date(2026, 3, 2)
    assert windows(table.inputs["contacts"], table, [day]) == [(date(2026, 1, 31), date(2026, 3, 9))]
    assert windows(table.inputs["applications"], table, [day]) == [(day, day)]


def test_a_calendar_is_given_to_tables_with_days_that_have_no_other():
    declared = load_tables()["conformed.governance.service_journey"].model_dump(by_alias=True)
    assert [table.name for table in JOBS if table.reads_calendar] == ["service_journey"]
    renamed = {"calendar" if name == "items" else name: each for name, each in declared["inputs"].items()}
    for changed in ({"inputs": renamed}, {"partitioned": False}):
        with pytest.raises(ValueError, match="reads_calendar is for a partitioned table"):
            Table.model_validate(declared | changed)


def test_a_table_is_made_after_the_conformed_tables_it_reads():
    made = inputs_first()
    assert sorted(made) == sorted(load_tables())
    assert made.index("conformed.transport.parking_session") < made.index(
        "conformed.transport.parking_lot_day"
    )
    for table in load_tables().values():
        reads = [item.table for item in table.inputs.values() if item.table in made]
        assert all(made.index(each) < made.index(table.table_id) for each in reads), table.table_id
