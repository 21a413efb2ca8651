"""Disclosure control is applied to every mart and every indicator of a publication."""

from __future__ import annotations

from citylake.build.contract import Mart, MartColumn
from citylake.indicator import NoRule, Threshold, load_indicators
from citylake.publish.publication import targets

NONE = NoRule(rule="none", because="nobody is in it")


def _mart(name: str, publish: str, rule) -> Mart:
    columns = (MartColumn("code", "varchar", "A code"), MartColumn("person_count", "bigint", "Persons"))
    return Mart(name, "health", "One row per code.", publish, columns, ("code",), (), rule, False)


def test_each_mart_by_its_rule_and_each_indicator_by_its_own():
    small = Threshold(rule="threshold", least=10, counts={"person_count": "ill"}, hides=("person_count",),
                      dimensions={"code": "letter"})  # fmt: skip
    marts = [
        _mart("dim_a", "dimension", NONE),
        _mart("fct_b", "fact", small),
        _mart("fct_v", "indicators", NONE),
    ]
    values = (("period_type", "period"), ("area_type", "area"), ("group_type", '"group"'))
    found = [(item.table, item.rule, item.rows, item.place) for item in targets("health", marts)]
    own = load_indicators()["health"].indicators["h5_new_case_count"].disclosure
    assert len(found) == 3 + len(load_indicators()["health"].indicators)
    assert found[:4] == [
        ("marts.dim_a", NONE, "true", (("'code'", '"code"'),)),
        ("marts.fct_b", small, "true", (("'letter'", '"code"'),)),
        ("marts.fct_v", NONE, "true", (("'code'", '"code"'),)),
        ("marts.fct_v", own, "code = 'h5_new_case_count'", values),
    ]


def test_a_domain_without_indicators_has_its_marts_only():
    assert [item.table for item in targets("governance", [_mart("dim_a", "dimension", NONE)])] == [
        "marts.dim_a"
    ]
