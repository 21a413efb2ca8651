"""Counts of few persons are hidden, with all that would tell them; `rule: none` needs its reason."""

from __future__ import annotations

import duckdb
import pytest
from pydantic import ValidationError

from citylake.errors import WrongUse
from citylake.indicator import NoRule, Threshold
from citylake.privacy.disclosure import Protected, protect

COLUMNS = ("code", "value", "numerator", "denominator", "completeness", "value_status")


@pytest.fixture
def connection():
    opened = duckdb.connect()
    opened.execute(
        "create table v (code varchar, value double, numerator double, denominator double, completeness double,"
        " value_status varchar)"
    )
    opened.executemany(
        "insert into v values (?, ?, ?, ?, 100, ?)",
        [("a", 10.0, 1, 10, "shown"), ("a", 50.0, 10, 20, "shown"), ("a", 0.0, 0, 30, "shown"),
         ("a", 100.0, 9, 9, "shown"), ("a", None, None, 3, "incomplete"), ("b", 25.0, 1, 4, "shown")],
    )  # fmt: skip
    yield opened
    opened.close()


def _rows(connection):
    return connection.execute("select code, value, numerator, denominator, value_status from v").fetchall()


def test_counts_below_the_threshold_are_hidden_and_zero_is_not(connection):
    rule = Threshold(rule="threshold", least=10)
    assert protect(connection, [Protected("v", COLUMNS, rule, "code = 'a'")]) == {"v": 3}
    assert _rows(connection) == [
        ("a", None, None, None, "hidden"),
        ("a", 50.0, 10, 20, "shown"),
        ("a", 0.0, 0, 30, "shown"),
        ("a", None, None, None, "hidden"),
        ("a", None, None, None, "hidden"),  # an incomplete value shows its counts, so they are hidden too
        ("b", 25.0, 1, 4, "shown"),
    ]


def test_a_rule_touches_its_own_rows_only_and_may_be_repeated(connection):
    target = Protected("v", COLUMNS, Threshold(rule="threshold", least=5), "code = 'b'")
    assert protect(connection, [target]) == {"v": 1}
    assert protect(connection, [target]) == {"v": 0}
    assert _rows(connection)[-1] == ("b", None, None, None, "hidden")
    assert _rows(connection)[0] == ("a", 10.0, 1, 10, "shown")


def test_none_hides_nothing(connection):
    before = _rows(connection)
    assert protect(
        connection, [Protected("v", COLUMNS, NoRule(rule="none", because="air tells of no person"))]
    ) == {"v": 0}
    assert _rows(connection) == before


def test_none_needs_a_because():
    with pytest.raises(ValidationError, match="because"):
        NoRule(rule="none")
    with pytest.raises(ValidationError, match="at least 10"):
        NoRule(rule="none", because="no")


def test_a_fact_hides_the_columns_its_rule_names():
    connection = duckdb.connect()
    connection.execute("create table f as select 'x' as area, 3 as person_count, 12.5 as mean_age")
    rule = Threshold(rule="threshold", least=5, counts=("person_count",), hides=("mean_age",))
    protect(connection, [Protected("f", ("area", "person_count", "mean_age"), rule)])
    assert connection.execute("select * from f").fetchall() == [("x", None, None)]


def test_a_rule_about_a_column_that_is_not_there_is_wrong(connection):
    rule = Threshold(rule="threshold", least=5, counts=("persons",))
    with pytest.raises(WrongUse) as error:
        protect(connection, [Protected("v", COLUMNS, rule)])
    assert "v: a disclosure rule names columns that are not there" in str(error.value)
    assert "Found: persons." in str(error.value)
