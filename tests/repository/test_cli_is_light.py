"""The command line answers at once: nothing heavy is imported on its way."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys

ENGINES = {
    "airflow", "alembic", "boto3", "botocore", "dbt", "duckdb", "great_expectations", "minio", "numpy", "pandas",
    "psycopg", "pyarrow", "pyiceberg", "pyspark", "sqlalchemy",
}  # fmt: skip


def _loaded(code: str) -> set[str]:
    script = (
        f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_every_command_imports_no_engine():
    assert not _loaded("import citylake.cli.app, citylake.cli.reference") & ENGINES


def test_importing_the_entry_point_alone_does_not_even_import_the_commands():
    assert "typer" not in _loaded("import citylake.cli")


def test_asking_for_help_and_for_the_feeds_imports_no_engine():
    for words in (["--help"], ["run", "--help"], ["feed", "list"]):  # `feed check` tries SQL
        code = f"from citylake.cli import main\ntry:\n    main({words!r})\nexcept SystemExit:\n    pass"
        assert not _loaded(code) & ENGINES, words


def test_the_help_takes_less_than_half_a_second_of_work(tmp_path):
    # Processor time, best of five: other programs on the machine do not count. Modules are compiled once, as for
    # everybody who lets Python keep what it compiled.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path)

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "citylake.cli", "--help"]
        subprocess.run(command, capture_output=True, check=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.5
