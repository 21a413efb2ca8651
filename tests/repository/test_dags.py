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
        gc.disable()  # Airflow holds a DAG that no name holds; here it would be gone before it is counted
        before, known = time.process_time(), set(sys.modules)
        names = runpy.run_path(path)
        seconds = time.process_time() - before
        made = [each for each in gc.get_objects() if type(each) is airflow.sdk.DAG]
        dags = {each.dag_id: [repr(each.schedule), [a.name for t in each.tasks for a in t.outlets]] for each in made}
        new = sorted({name.split(".")[0] for name in set(sys.modules) - known})
        print(json.dumps({"file": os.path.basename(path), "seconds": seconds, "modules": new, "dags": dags}), flush=True)
        os._exit(0)
    os.wait()
"""


GATE = """
title: {en: Gates, zh: 闸机}
grain: one row per gate
key: [gate]
delivers: everything
arrival: {from: http, url: 'https://data.city.example/gates.csv', every: PT15M, deadline: P1D}
format: {kind: csv}
columns:
  - {name: gate, type: string, required: true}
"""


def parse(home, **environment: str) -> dict[str, dict]:
    """What parsing each file of dags/ took, imported and made."""
    done = subprocess.run(
        [sys.executable, "-c", PARSE, str(ROOT), *map(str, files("dags/*.py"))],
        env={**os.environ, "AIRFLOW_HOME": str(home), "PYTHONPATH": str(ROOT), "CITYLAKE_HOME": str(home),
             **environment},
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert len(found) == len(files("dags/*.py")), done.stderr
    return {each["file"]: each for each in found}


@pytest.fixture(scope="module")
def parsed(tmp_path_factory):
    """Every file of dags/, parsed with the project's own declarations."""
    return parse(tmp_path_factory.mktemp("airflow"))


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


def test_a_feed_that_is_pulled_has_a_dag_that_asks_its_source_as_often_as_declared(tmp_path):
    department = tmp_path / "feeds" / "transport"
    department.mkdir(parents=True)
    (department / "gate.yml").write_text(GATE, encoding="utf-8")
    own = ROOT / "feeds" / "governance" / "_department.yml"
    (department / "_department.yml").write_text(own.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "spark_jobs").mkdir()
    (tmp_path / "dbt_project" / "models").mkdir(parents=True)
    made = parse(tmp_path, CITYLAKE_PROJECT=str(tmp_path))["land.py"]
    assert made["dags"]["land__transport__gate"] == [
        "datetime.timedelta(seconds=900)",
        ["landed.transport.gate"],
    ]
    assert set(made["dags"]) == {"land__inbox", "land__transport__gate", "feed__transport__gate"}
    assert ENGINES & set(made["modules"]) == set()
    assert {"httpx", "paramiko", "psycopg"} & set(made["modules"]) == set()
