"""Imports only go down: the order of the layers, whatever depth an import is hidden at."""

from __future__ import annotations

import ast

import pytest

from tests.repository.tree import files, imports, parsed, shown

# From the top. Packages and modules of one line may use each other, as long as not in a circle.
LAYERS = (
    {"dags", "cli", "bench"},
    {"retain", "erase"},
    {"scaffold", "land", "admit", "conform", "build", "check", "publish"},
    {"privacy", "stewardship", "catalog", "stack"},
    {"ledger"},
    {"lake"},
    {
        "feed",
        "table",
        "partition",
        "indicator",
        "column",
        "optional",
        "arrival",
        "source",
        "format",
        "rule",
        "declaration",
        "department",
        "clock",
        "calendar",
        "plain_yaml",
        "mistakes",
    },
    {"settings", "errors"},
)
LEVEL = {name: depth for depth, names in enumerate(LAYERS) for name in names}


def package(path) -> str:
    parts = shown(path).removesuffix(".py").split("/")
    return parts[1] if parts[0] == "citylake" and len(parts) > 1 else parts[0]


def uses() -> dict[tuple[str, str], list[str]]:
    """(package, package it uses) -> the files that do."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in files("citylake/*.py", "dags/*.py", "bench/*.py"):
        for name in imports(parsed(path)):
            parts = name.split(".")
            used = parts[1] if parts[0] == "citylake" and len(parts) > 1 else parts[0]
            if used in LEVEL and used != package(path):
                found.setdefault((package(path), used), []).append(shown(path))
    return found


def test_every_package_has_its_layer():
    packages = {package(path) for path in files("citylake/*.py")} - {"__init__"}
    assert packages <= set(LEVEL)


def test_imports_only_go_down():
    upwards = {pair: where for pair, where in uses().items() if LEVEL[pair[0]] > LEVEL[pair[1]]}
    assert upwards == {}


def test_no_circle_within_a_layer():
    beside = {pair for pair in uses() if LEVEL[pair[0]] == LEVEL[pair[1]]}
    reached = set(beside)
    while more := {(a, d) for a, b in reached for c, d in beside if b == c} - reached:
        reached |= more
    assert [a for a, b in reached if a == b] == []


def test_the_jobs_know_nothing_of_the_lake():
    for path in files("spark_jobs/*.py"):
        assert [
            name for name in imports(parsed(path)) if name.split(".")[0] in ("citylake", "simulator")
        ] == [], path


def test_the_jobs_are_reached_by_conform_only():
    for path in files("citylake/*.py", "dags/*.py"):
        if package(path) == "conform":
            continue
        assert [name for name in imports(parsed(path)) if name.split(".")[0] == "spark_jobs"] == [], shown(
            path
        )
        called = [
            node.id
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.Name) and node.id == "job_module"
        ]
        assert called == [], shown(path)


def test_the_lake_does_not_know_the_simulator():
    # The command line delivers a simulated city; nothing else of the lake may tell it from a real one.
    for path in files("citylake/*.py", "dags/*.py"):
        used = [name for name in imports(parsed(path)) if name.split(".")[0] == "simulator"]
        assert used == [] or package(path) == "cli", shown(path)


def test_only_one_module_builds_paths():
    for path in files("citylake/*.py", "dags/*.py", "spark_jobs/*.py"):
        if package(path) in ("lake", "stack"):  # the stack configures the servers that keep the buckets
            continue
        documentation = {id(node.value) for node in ast.walk(parsed(path)) if isinstance(node, ast.Expr)}
        literals = [
            node.value
            for node in ast.walk(parsed(path))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documentation
        ]
        assert [value for value in literals if "s3://" in value and "<" not in value] == [], shown(path)


@pytest.mark.parametrize("engine", ["great_expectations", "dbt", "pyspark", "pyiceberg", "duckdb", "airflow"])
def test_engines_are_imported_where_they_are_used(engine):
    """At the top of a file only in packages that nothing but their own verb imports."""
    own = {
        "airflow": ("dags/", "citylake/land/trigger.py", "citylake/stack/executor.py"),
        "pyspark": ("spark_jobs/",),
    }
    for path in files("citylake/*.py", "dags/*.py", "spark_jobs/*.py"):
        if shown(path).startswith(own.get(engine, ())):
            continue
        top = [node for node in parsed(path).body if isinstance(node, (ast.Import, ast.ImportFrom))]
        names = [name.split(".")[0] for node in top for name in imports(node)]
        assert engine not in names, shown(path)
