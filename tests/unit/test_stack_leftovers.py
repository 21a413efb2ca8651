"""Processes that outlived their process manager are found by their mark alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from citylake.stack import leftovers
from citylake.stack.supervise import MARK

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"]


@pytest.fixture
def start() -> Iterator:
    started = []

    def run(command: list[str], **variables: str) -> subprocess.Popen:
        process = subprocess.Popen(command, env=os.environ | variables)
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


def test_only_processes_with_the_mark_of_this_lake_are_stopped(start, tmp_path: Path):
    ours = start(SLEEP, **{MARK: str(tmp_path)})
    another_lakes = start(SLEEP, **{MARK: str(tmp_path / "other")})
    somebodys_shell = start(SLEEP, CITYLAKE_HOME=str(tmp_path))
    time.sleep(0.3)
    assert leftovers.stop(tmp_path) == 1
    assert not psutil.pid_exists(ours.pid)
    assert another_lakes.poll() is None
    assert somebodys_shell.poll() is None


def test_a_process_that_ignores_the_gentle_signal_is_killed(start, tmp_path: Path):
    process = start(STUBBORN, **{MARK: str(tmp_path)})
    time.sleep(1)
    assert leftovers.stop(tmp_path, seconds=0.5) == 1
    assert not psutil.pid_exists(process.pid)


def test_a_lake_without_processes_has_no_leftovers(tmp_path: Path):
    assert leftovers.find(tmp_path) == []
    assert leftovers.stop(tmp_path) == 0
    assert leftovers.servers(tmp_path) == {}


def test_a_command_run_from_inside_the_lake_does_not_stop_itself(tmp_path: Path):
    script = (
        "import sys; from pathlib import Path; from citylake.stack import leftovers;"
        "print(leftovers.find(Path(sys.argv[1])))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env=os.environ | {MARK: str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
