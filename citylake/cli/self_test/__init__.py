"""`verify --self-test`: whether verify would notice, by breaking one thing after the other in a lake made for it.

A small simulated city goes through the stages in a lake of its own, which must equal the truth; then each fault of `faults` is
made in a copy of the project, what it touches is made again, and verify must say so. The lake is put back after each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from citylake import settings
from citylake.cli.self_test import broken, memory
from citylake.cli.self_test.broken import Fault
from citylake.errors import DataFailed

DAYS, SCALE = 2, 0.01


@dataclass(frozen=True)
class Proved:
    """What became of one fault: how many differences verify told, the first that tells of it (None: not noticed), seconds."""

    fault: Fault
    differences: int
    told: str | None
    seconds: float


def self_test(
    faults: Sequence[Fault], seed: int = 1, doing: Callable[[str], None] = lambda _: None
) -> Iterator[Proved]:
    """Each fault in turn, as soon as it is proved; `doing` is told what begins.

    Raises: DataFailed where the lake differs from the truth before anything is broken.
    """
    with tempfile.TemporaryDirectory(prefix="citylake-self-test-") as folder, _lake(Path(folder), doing):
        truth = _delivered(seed, doing)
        project = broken.copied(Path(folder) / "project")
        doing("the lake without a fault")
        if differences := _remade(project, truth):
            raise DataFailed(
                "the lake differs from the truth before anything is broken", where=f"seed {seed}",
                found=f"{len(differences)} differences, the first: {_sentence(differences[0])}",
                next_step=f"Mend it first: citylake run --seed {seed} --days {DAYS} --scale {SCALE}; citylake verify",
            )  # fmt: skip
        kept = memory.keep()
        for fault in faults:
            doing(fault.name)
            yield prove(fault, project, truth, kept)


def prove(fault: Fault, project: Path, truth: Path, kept: dict[str, bytes]) -> Proved:
    """Break one thing in a copy of the project, make the lake again by it, and put both back; `memory.keep` gave `kept`."""
    began = time.monotonic()
    broken.write(fault, project)
    differences = _remade(project, truth, fault)
    broken.mend(fault, project)
    memory.put_back(kept)
    told = [text for text in map(_sentence, differences) if text.startswith(fault.reported_by)]
    return Proved(fault, len(differences), told[0] if told else None, time.monotonic() - began)


@contextmanager
def _lake(folder: Path, doing: Callable[[str], None]) -> Iterator[None]:
    """A lake without Airflow in a folder of its own, which this process is about until it is done."""
    from citylake import stack

    # Addresses and passwords of another lake, that of a city, must not be taken for this one's.
    others = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("CITYLAKE_") or name == "SPARK_REMOTE"
    }
    for name in others:
        del os.environ[name]
    os.environ.update(CITYLAKE_PROJECT=str(settings.PROJECT), CITYLAKE_HOME=str(folder / "lake"))
    settings.current.cache_clear()
    try:
        doing("servers of a lake of its own")
        stack.up(without_airflow=True)
        yield
    finally:
        stack.down()
        for name in ("CITYLAKE_PROJECT", "CITYLAKE_HOME"):
            del os.environ[name]
        os.environ.update(others)
        settings.current.cache_clear()


def _delivered(seed: int, doing: Callable[[str], None]) -> Path:
    """Make a small city, deliver and land it; the folder of its truth."""
    from citylake import ledger
    from citylake.cli import departments
    from citylake.land import land
    from citylake.ledger.activity import set_replay_clock

    doing("a small city")
    folder = departments.make(departments.City(seed=seed, days=DAYS, scale=SCALE))
    departments.send(folder)
    with ledger.connect("land") as connection:
        set_replay_clock(connection, departments.end_of_replay(folder))
    land()
    return folder / "truth"


def _remade(project: Path, truth: Path, fault: Fault | None = None) -> list[dict]:
    """What differs after a process of its own made what is to be made, by the copy of the project."""
    asked = {"readmits": fault.readmits, "remakes": fault.remakes} if fault else {}
    words = [sys.executable, "-m", "citylake.cli.self_test.remake", str(truth), json.dumps(asked)]
    environment = os.environ | {"CITYLAKE_PROJECT": str(project), "PYTHONPATH": str(project)}
    done = subprocess.run(words, env=environment, cwd=project, capture_output=True, text=True, check=False)
    if done.returncode:
        # That it stopped is told; but nobody asked verify, so it is no report of the fault.
        return [
            {"kind": "stopped", "about": done.stderr.strip().splitlines()[-1], "expected": "", "found": ""}
        ]
    return json.loads(done.stdout.splitlines()[-1])


def _sentence(difference: dict) -> str:
    words = f"{difference['kind']} {difference['about']}"
    return f"{words}: {difference['found']} instead of {difference['expected']}"
