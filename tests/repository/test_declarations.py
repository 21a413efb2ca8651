"""Feeds, models and expectations: nothing half declared."""

from __future__ import annotations

import re

import pytest
import yaml

from citylake.department import load_department
from citylake.feed import load_feeds
from tests.repository.tree import files, shown, text

MODELS = files("dbt_project/models/*.sql")


def test_every_feed_file_is_valid_and_every_department_complete():
    feeds = load_feeds()
    assert len(feeds) >= 5
    for department in {feed.department for feed in feeds.values()}:
        assert load_department(department).contact


def test_nothing_else_lies_in_the_folder_of_feeds():
    known = {f"feeds/{feed.department}/{feed.dataset}.yml" for feed in load_feeds().values()}
    known |= {f"feeds/{feed.department}/_department.yml" for feed in load_feeds().values()}
    assert {shown(path) for path in files("feeds/*")} == known


def test_a_feed_stays_within_25_lines_one_per_column_and_four_per_warning():
    for path in files("feeds/*/[!_]*.yml"):
        feed = load_feeds()[f"{path.parent.name}.{path.stem}"]
        lines = len(
            [line for line in text(path).splitlines() if line.strip() and not line.strip().startswith("#")]
        )
        assert lines <= 25 + len(feed.columns) + 4 * len(feed.warnings), shown(path)


def test_every_column_of_a_feed_with_people_says_what_becomes_of_them():
    telling = re.compile(r"姓名|身份证|电话|手机|(^|_)(phone|person|patient|holder|maintainer)(_|$)")
    for feed in load_feeds().values():
        for column in feed.columns:
            if telling.search(column.name) or any(telling.search(source) for source in column.sources):
                assert column.privacy, f"{feed.feed_id}: {column.name}"


def test_what_nobody_declared_is_sealed_in_every_feed_of_patients():
    for feed in load_feeds().values():
        if feed.department == "health" and any(column.is_personal for column in feed.columns):
            assert feed.drift.added == "seal", feed.feed_id


def described() -> dict[str, dict]:
    found = {}
    for path in files("dbt_project/models/*.yml"):
        for model in (yaml.safe_load(text(path)) or {}).get("models", []):
            assert model["name"] not in found, f"{model['name']} is described twice"
            found[model["name"]] = model | {"_path": path}
    return found


def test_every_model_is_described_beside_it_and_nothing_else_is():
    documented = described()
    assert {path.stem for path in MODELS} == set(documented)
    for path in MODELS:
        assert documented[path.stem]["_path"] == path.with_suffix(".yml"), shown(path)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_says_its_grain_and_every_column(path):
    assert re.fullmatch(r"-- One row per .+\.", text(path).splitlines()[0]), (
        "first line: -- One row per <grain>."
    )
    model = described()[path.stem]
    assert model.get("description", "").startswith("One row per ")
    if path.stem.startswith(("int_", "indicator_value_")):
        return  # never published: its grain is enough
    assert model.get("columns"), "no column is described"
    assert [column["name"] for column in model["columns"] if not column.get("description", "").strip()] == []
    assert [column["name"] for column in model["columns"] if not column.get("data_type")] == []


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_keeps_the_style(path):
    code = "\n".join(line.split("--")[0] for line in text(path).splitlines())
    by_macro = path.stem.startswith("indicator_value_")  # one macro computes every indicator
    last = "{{ indicator_values(" if by_macro else "select * from final"
    assert text(path).rstrip().splitlines()[-1].startswith(last)
    assert not re.search(r"\bgroup by\s+\d|\border by\s+\d", code), "group by names"
    assert not re.search(r"\b(current_date|current_timestamp|now\(\))", code), "the partition is given"
    assert not re.search(r"\b(right|full|natural)\s+(outer\s+)?join\b", code), "inner and left joins only"
    assert not re.search(r"(?<!inner )(?<!left )(?<!cross )\bjoin\b", code), "a join says its kind"
    assert "select distinct" not in code, "say which row is kept, not that rows repeat"
    assert not re.search(r"\b(SELECT|FROM|WHERE|JOIN|GROUP BY)\b", code), "lower case"


def test_columns_of_published_models_follow_the_conventions():
    units = "_(s|min|h|m|km|kg|t|kmh|kn|mps|mm|celsius|hpa|ugm3|mgm3|cny|pct|ratio|count|hours|day|persons)$"
    for name, model in described().items():
        if not name.startswith(("dim_", "fct_")):
            continue
        for column in model["columns"]:
            kind = str(column["data_type"])
            if kind in ("boolean",):
                assert re.match(r"(is|has|warning)_", column["name"]), f"{name}.{column['name']}"
            if kind.startswith("timestamp"):
                assert column["name"].endswith("_at"), f"{name}.{column['name']}"
            if kind.startswith(("double", "decimal")) and column["name"] not in ("latitude", "longitude"):
                free = column["name"] in ("value", "numerator", "denominator", "completeness")
                assert free or re.search(units, column["name"]), f"{name}.{column['name']}"
