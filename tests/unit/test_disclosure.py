"""Counts of few persons are hidden, with all that would tell them; `rule: none` needs its reason."""

from __future__ import annotations

import duckdb
import pytest
from pydantic import ValidationError

from citylake.errors import WrongUse
from citylake.indicator import NoRule, Threshold
from citylake.privacy.cells import read
from citylake.privacy.disclosure import Hidden, Protected, protect

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
    rule = Threshold(rule="threshold", least=10, counts={"numerator": "ill", "denominator": "tested"})
    hidden = protect(connection, [Protected("v", COLUMNS, rule, "code = 'a'")])
    assert hidden.rows == {"v": 3}
    # Of 1, 10, 9, 10, 20, 30, 9 and 3 persons: 10 of 20, and nobody of 30.
    assert hidden.shown_pct == {"numbers_shown_pct": 37.5, "persons_shown_pct": 65.2}
    assert _rows(connection) == [
        ("a", None, None, None, "hidden"),
        ("a", 50.0, 10, 20, "shown"),
        ("a", 0.0, 0, 30, "shown"),
        ("a", None, None, None, "hidden"),
        ("a", None, None, None, "hidden"),  # an incomplete value shows its counts, so they are hidden too
        ("b", 25.0, 1, 4, "shown"),
    ]


def test_a_rule_touches_its_own_rows_only_and_may_be_repeated(connection):
    target = Protected(
        "v", COLUMNS, Threshold(rule="threshold", least=10, counts={"denominator": "tested"}), "code = 'b'"
    )
    assert protect(connection, [target]).rows == {"v": 1}
    assert protect(connection, [target]).rows == {"v": 0}
    assert _rows(connection)[-1] == ("b", None, None, None, "hidden")
    assert _rows(connection)[0] == ("a", 10.0, 1, 10, "shown")


def test_none_hides_nothing(connection):
    before = _rows(connection)
    assert protect(
        connection, [Protected("v", COLUMNS, NoRule(rule="none", because="air tells of no person"))]
    ) == Hidden({"v": 0})
    assert _rows(connection) == before


def test_none_needs_a_because():
    with pytest.raises(ValidationError, match="because"):
        NoRule(rule="none")
    with pytest.raises(ValidationError, match="at least 10"):
        NoRule(rule="none", because="no")


def test_a_fact_hides_the_columns_its_rule_names():
    connection = duckdb.connect()
    connection.execute("create table f as select 'x' as area, 3 as person_count, 12.5 as mean_age")
    rule = Threshold(rule="threshold", least=10, counts={"person_count": "tested"}, hides=("mean_age",))
    protect(connection, [Protected("f", ("area", "person_count", "mean_age"), rule)])
    assert connection.execute("select * from f").fetchall() == [("x", None, None)]


def test_a_rule_about_a_column_that_is_not_there_is_wrong(connection):
    rule = Threshold(rule="threshold", least=10, counts={"persons": "tested"})
    with pytest.raises(WrongUse) as error:
        protect(connection, [Protected("v", COLUMNS, rule)])
    assert "v: a disclosure rule names columns that are not there" in str(error.value)
    assert "Found: persons." in str(error.value)


VALUES = (("period_type", "period"), ("area_type", "area"), ("group_type", '"group"'))


def test_values_and_a_mart_that_count_the_same_persons_are_judged_together():
    connection = duckdb.connect()
    connection.execute(
        "create table m as select * from (values (date '2026-03-01', '330102', 'web', 4, 30), (date '2026-03-01', '330102',"
        " 'phone', 46, 60), (date '2026-03-02', '330102', 'web', 12, 30))"
        " as t(_business_date, district_code, channel, missed, came)"
    )
    connection.execute(
        """create table v as select * from (values
            ('day', '2026-03-01', 'city', '330100', 'all', 'all', 35.7, 50.0, 140.0, 'shown'),
            ('day', '2026-03-01', 'district', '330102', 'all', 'all', 35.7, 50.0, 140.0, 'shown'),
            ('day', '2026-03-02', 'district', '330102', 'channel', 'web', 28.6, 12.0, 42.0, 'shown'))
            as t(period_type, period, area_type, area, group_type, "group", value, numerator, denominator, value_status)"""
    )
    mart = Threshold(
        rule="threshold", least=10, counts={"missed": "asked(state=missed)", "came": "asked(state=came)"}, hides=(),
        dimensions={"district_code": "district"},
    )  # fmt: skip
    value = Threshold(
        rule="threshold", least=10, counts={"numerator": "asked(state=missed)", "denominator": "asked"}
    )
    place = (("'day'", "_business_date"), ("'district'", "district_code"), ("'channel'", "channel"))
    columns = ("period_type", "value", "numerator", "denominator", "value_status")
    targets = [
        Protected("m", ("district_code", "missed", "came"), mart, place=place),
        Protected("v", columns, value, place=VALUES),
    ]
    # The 4 of the mart are told by the 46 and the 50 of the values: so is the 46 hidden; nothing of the other day.
    assert protect(connection, targets).rows == {"m": 2, "v": 0}
    assert connection.execute("select missed, came from m").fetchall() == [
        (None, 30), (None, 60), (12, 30),
    ]  # fmt: skip


def test_a_population_has_one_threshold():
    connection = duckdb.connect()
    connection.execute("create table f as select 'x' as area, 3 as person_count")
    both = [
        Protected(
            "f",
            ("area", "person_count"),
            Threshold(rule="threshold", least=n, counts={"person_count": "ill"}, hides=()),
        )
        for n in (10, 20)
    ]
    with pytest.raises(WrongUse, match="'ill' has two thresholds"):
        protect(connection, both)


@pytest.mark.parametrize("wrong", ["", "Ill", "ill(age)", "ill(age=a", "ill(age=a,b)"])
def test_a_population_is_a_name_and_a_place(wrong):
    with pytest.raises(ValidationError, match="pattern"):
        Threshold(rule="threshold", least=10, counts={"persons": wrong})


def test_a_population_is_read():
    assert read("asked") == ("asked", {})
    assert read("asked(state=missed, channel=网上)") == ("asked", {"state": "missed", "channel": "网上"})
