"""Runs: every execution of a verb, who called it and how it ended."""

from __future__ import annotations

import contextlib
import functools
import getpass
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field

from citylake import settings
from citylake.clock import new_id
from citylake.ledger.connection import connect


@dataclass
class Run:
    """An open run; set `rows` and `message` before it closes."""

    run_id: str
    rows: int | None = None
    message: str | None = field(default=None)


def caller() -> str:
    """Who runs this: the Airflow task instance, else the user at the command line."""
    dag, run = os.environ.get("CITYLAKE_AIRFLOW_DAG"), os.environ.get("CITYLAKE_AIRFLOW_RUN")
    if dag and run:
        task = os.environ.get("CITYLAKE_AIRFLOW_TASK", "")
        attempt = os.environ.get("CITYLAKE_AIRFLOW_TRY", "1")
        return f"airflow:{dag}/{run}/{task}/{attempt}"
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user may have no name
        return f"cli:uid-{os.getuid()}"


@functools.cache
def code_version() -> str:
    """The commit this code is at, `+changed` where files differ, or the package's version without git."""
    given = os.environ.get("CITYLAKE_CODE_VERSION")
    if given:
        return given
    try:
        described = subprocess.run(
            ["git", "-C", str(settings.PROJECT), "describe", "--always", "--dirty=+changed", "--abbrev=12"],
            capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
        return described.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        from citylake import __version__

        return __version__


@contextlib.contextmanager
def run(role: str, verb: str, subject: str) -> Iterator[Run]:
    """Record a run around a block: its begin at once, its end whatever happens.

    A process killed in the middle leaves the run `running`: that is what happened.
    """
    opened = Run(new_id())
    with connect(role) as connection:
        connection.execute(
            "insert into ledger.runs (run_id, verb, subject, caller, code_version) values (%s, %s, %s, %s, %s)",
            (opened.run_id, verb, subject, caller(), code_version()),
        )
    status = "failed"
    try:
        yield opened
        status = "done"
    except BaseException as error:
        opened.message = f"{type(error).__name__}: {error}"[:2000]
        raise
    finally:
        with connect(role) as connection:
            connection.execute(
                "update ledger.runs set finished_at = clock_timestamp(), status = %s, row_count = %s,"
                " message = %s where run_id = %s",
                (status, opened.rows, opened.message, opened.run_id),
            )


def began_before(connection, verb: str, subject: str, run_id: str) -> bool:
    """Whether another run of a verb on a subject ever began, however it ended; runs are never deleted."""
    row = connection.execute(
        "select exists (select from ledger.runs where verb = %s and subject = %s and run_id <> %s) as began",
        (verb, subject, run_id),
    ).fetchone()
    return row["began"]
