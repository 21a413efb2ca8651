"""The command line answers at once: nothing heavy is imported on its way."""

from __future__ import annotations

import json
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


def test_the_help_imports_little():
    # Counted and not timed: beside other programs the same work takes twice as long. 355 when this was written.
    code = "from citylake.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    script = f"{code}\nimport sys\nprint(len(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout.splitlines()[-1]) < 450
