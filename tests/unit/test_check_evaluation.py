"""What an expectation's failure says, whom it blames, and what it never shows."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from citylake.check.declaration import TableChecks, load_checks
from citylake.check.evaluation import Result, evaluate
from citylake.check.outcome import blamed_partitions
from citylake.check.report import page
from citylake.errors import Problems, WrongUse

SECRET = 123456.75


def _checks(*expectations, **more) -> tuple[TableChecks]:
    usual = {"severity": "critical", "description": "what a steward reads"}
    listed = [{"name": f"check_{number}", **usual, **item} for number, item in enumerate(expectations)]
    content = {"domain": "x", "table": "t", "day": "_business_date", "expectations": listed, **more}
    return (TableChecks.model_validate(content),)


@pytest.fixture
def connection():
    opened = duckdb.connect()
    opened.execute("create schema marts")
    opened.execute("create table marts.t (_business_date date, n bigint, v decimal(14, 4))")
    opened.executemany(
        "insert into marts.t values (?, ?, ?)",
        [("2026-03-01", 1, 10), ("2026-03-02", None, 20), ("2026-03-03", 3, SECRET)],
    )
    yield opened
    opened.close()


def _between(**bounds):
    return {"check": "expect_column_values_to_be_between", "with": {"column": "v", **bounds}}


def test_a_failure_blames_the_days_of_its_rows_and_shows_no_value(connection):
    (result,) = evaluate(connection, _checks(_between(max_value=100)))
    assert not result.success
    assert result.blamed == {"2026-03-03"}
    assert result.expected == "v values must be less than or equal to 100.0."
    assert result.observed == {
        "element_count": 3, "unexpected_count": 1, "unexpected_percent": pytest.approx(100 / 3), "missing_count": 0
    }  # fmt: skip
    assert str(SECRET) not in page("x", "P", datetime(2026, 3, 4, tzinfo=UTC), [result])


def test_rows_chooses_what_a_check_is_about(connection):
    (result,) = evaluate(
        connection, _checks({**_between(max_value=100), "rows": "_business_date < '2026-03-03'"})
    )
    assert result.success


def test_numbers_with_gaps_can_be_compared(connection):
    pair = {"check": "expect_column_pair_values_a_to_be_greater_than_b",
            "with": {"column_A": "v", "column_B": "n", "ignore_row_if": "either_value_is_missing"}}  # fmt: skip
    (result,) = evaluate(connection, _checks(pair))
    assert result.success


def test_a_check_keeps_its_id_wherever_it_stands_and_changes_it_with_its_arguments():
    (one,) = _checks(_between(max_value=100), _between(max_value=200))
    (other,) = _checks(_between(max_value=200), _between(max_value=100))
    assert one.check_id(one.expectations[0]) == other.check_id(other.expectations[1])
    assert one.check_id(one.expectations[0]) != one.check_id(one.expectations[1])


def test_an_unknown_expectation_and_an_unknown_column_are_wrong_declarations(connection):
    with pytest.raises(WrongUse, match="Great Expectations has no 'expect_the_best'"):
        evaluate(connection, _checks({"check": "expect_the_best"}))
    with pytest.raises(WrongUse, match="could not be evaluated") as error:
        evaluate(connection, _checks({"check": "expect_column_values_to_be_between",
                                      "with": {"column": "w", "max_value": 1}}))  # fmt: skip
    assert "expectations/x/t.yml: check_0" in str(error.value)


def _failure(blamed) -> Result:
    return Result("t", "id", "name", "description", "critical", False, "", {}, blamed)


def test_days_are_blamed_and_a_month_blames_its_days():
    partitions = ["2026-03-01", "2026-03-02", "2026-04-01"]
    assert blamed_partitions([_failure(frozenset({"2026-03-02"}))], partitions) == ["2026-03-02"]
    assert blamed_partitions([_failure(frozenset({"2026-03"}))], partitions) == ["2026-03-01", "2026-03-02"]


def test_a_failure_that_no_day_is_to_blame_for_blames_all():
    partitions = ["2026-03-01", "2026-03-02"]
    assert blamed_partitions([_failure(None)], partitions) == partitions
    assert blamed_partitions([_failure(frozenset({"2025-01-01"}))], partitions) == partitions
    assert blamed_partitions([_failure(frozenset({"2026-03-01"})), _failure(None)], partitions) == partitions


def test_mistakes_of_all_files_are_reported_together(tmp_path: Path):
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "a.yml").write_text(
        "expectations: [{name: b, check: expect_x, severity: bad, description: long enough}]"
    )
    (folder / "b.yml").write_text("day: d\nexpectation: []")
    with pytest.raises(Problems) as error:
        load_checks("x", tmp_path)
    assert "severity" in str(error.value)
    assert "the key 'expectation' is not known" in str(error.value)
    assert "the key 'expectations' is missing" in str(error.value)
