"""Sizes and names: what grows gets its own file, what has no noun has no file."""

from __future__ import annotations

import ast

from tests.repository.tree import ROOT, files, parsed, shown, text

MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 60
# Longer than allowed for a reason that was accepted. Entries may shrink and go, none may be added.
LONGER_FILES: dict[str, int] = {}
LONGER_FUNCTIONS: dict[str, int] = {}
WITHOUT_A_NOUN = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "tools", "lib"}


def test_files_have_at_most_300_lines():
    sizes = {shown(path): len(text(path).splitlines()) for path in files("*.py", "*.sh")}
    allowed = dict.fromkeys(sizes, MOST_LINES) | LONGER_FILES
    assert {name: size for name, size in sizes.items() if size > allowed[name]} == {}


def test_models_have_at_most_120_lines():
    sizes = {shown(path): len(text(path).splitlines()) for path in files("dbt_project/models/*.sql")}
    assert {name: size for name, size in sizes.items() if size > 120} == {}


def test_functions_have_at_most_60_lines():
    longer = {}
    for path in files("*.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno:
                size = node.end_lineno - node.lineno + 1
                if size > LONGER_FUNCTIONS.get(f"{shown(path)}:{node.name}", MOST_LINES_OF_A_FUNCTION):
                    longer[f"{shown(path)}:{node.name}"] = size
    assert longer == {}


def test_the_lists_of_what_is_longer_only_shrink():
    """An entry whose subject is short enough, or gone, must go."""
    for name in LONGER_FILES:
        assert (ROOT / name).exists(), name
        assert len(text(ROOT / name).splitlines()) > MOST_LINES, name
    for place in LONGER_FUNCTIONS:
        name, _, function = place.partition(":")
        sizes = [
            node.end_lineno - node.lineno + 1
            for node in ast.walk(parsed(ROOT / name))
            if isinstance(node, ast.FunctionDef) and node.name == function and node.end_lineno
        ]
        assert max(sizes) > MOST_LINES_OF_A_FUNCTION, place


def test_modules_are_named_by_nouns():
    named = {shown(path) for path in files("*.py", "*.sql") if path.stem in WITHOUT_A_NOUN}
    named |= {shown(path) for path in files("*.py") for part in path.parts if part in WITHOUT_A_NOUN}
    assert named == set()


def test_public_functions_and_classes_of_the_library_say_what_they_do():
    silent = []
    for path in files("citylake/*.py", "simulator/*.py", "spark_jobs/*.py", "dags/*.py"):
        if "migrations" in path.parts:
            continue
        for node in parsed(path).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
                silent += [] if ast.get_docstring(node) else [f"{shown(path)}:{node.name}"]
    assert silent == []


def test_no_data_path_asks_the_wall_clock():
    """Deadlines, freshness and data follow `ledger.clock_now()`; wall time is for latencies only."""
    asked = []
    for path in files("citylake/*.py", "spark_jobs/*.py", "simulator/*.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
                asked.append(f"{shown(path)}:{node.lineno}")
    allowed = ("citylake/clock.py", "citylake/stack/", "citylake/cli/")
    assert [place for place in asked if not place.startswith(allowed)] == []


def test_test_names_are_sentences():
    short = [
        f"{shown(path)}:{node.name}"
        for path in files("tests/*.py")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and node.name.count("_") < 2
    ]
    assert [place for place in short if not place.endswith(TABLES_OF_CASES)] == []


# One word, then a table of cases that says the rest.
TABLES_OF_CASES = (":test_integers", ":test_doubles", ":test_booleans", ":test_dates")
