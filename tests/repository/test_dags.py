"""DAG files are parsed again and again: each in well under two seconds, and without any engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.repository.tree import ROOT, files

ENGINES = {"great_expectations", "dbt", "pyspark", "pyiceberg", "duckdb", "pyarrow", "pandas"}
MOST_SECONDS = 2.0
# Airflow is imported once; every file is then parsed in a process of its own, which has parsed no other.
PARSE = """
import gc, json, os, runpy, sys, time
sys.path.insert(0, os.path.join(sys.argv[1], "dags"))
import airflow.sdk, airflow.triggers.base
for path in sys.argv[2:]:
    if os.fork() == 0:
        before, known = time.process_time(), set(sys.modules)
        names = runpy.run_path(path)
        seconds = time.process_time() - before
        dags = [made.dag_id for made in gc.get_objects() if type(made) is airflow.sdk.DAG]
        new = sorted({name.split(".")[0] for name in set(sys.modules) - known})
        print(json.dumps({"file": os.path.basename(path), "seconds": seconds, "modules": new, "dags": dags}), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.fixture(scope="module")
def parsed(tmp_path_factory):
    """What parsing each file of dags/ took, imported and made."""
    home = tmp_path_factory.mktemp("airflow")
    done = subprocess.run(
        [sys.executable, "-c", PARSE, str(ROOT), *map(str, files("dags/*.py"))],
        env={**os.environ, "AIRFLOW_HOME": str(home), "PYTHONPATH": str(ROOT), "CITYLAKE_HOME": str(home)},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(found) == len(files("dags/*.py")), done.stderr
    return {each["file"]: each for each in found}


def test_each_file_is_parsed_in_less_than_two_seconds_of_work(parsed):
    assert {name: each["seconds"] for name, each in parsed.items() if each["seconds"] > MOST_SECONDS} == {}


def test_no_file_imports_an_engine(parsed):
    assert {name: sorted(ENGINES & set(each["modules"])) for name, each in parsed.items()} == dict.fromkeys(
        parsed, []
    )


def test_there_is_a_dag_for_every_declaration(parsed):
    from citylake.feed import load_feeds
    from citylake.table import load_tables

    dags = {dag for each in parsed.values() for dag in each["dags"]}
    expected = {f"feed__{feed.department}__{feed.dataset}" for feed in load_feeds().values()}
    expected |= {f"conform__{table.name}" for table in load_tables().values()}
    assert {"land__inbox", "maintenance__sweep", "maintenance__gaps", *expected} <= dags
    prefixes = ("land__", "feed__", "conform__", "marts__", "maintenance__")
    assert [dag for dag in dags if not dag.startswith(prefixes)] == []
