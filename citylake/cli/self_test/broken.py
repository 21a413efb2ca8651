"""A copy of the project with one thing broken in it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import TypeAdapter

from citylake import settings
from citylake.errors import WrongUse

# What the stages read of a project; the servers, their libraries and the simulator stay those of the original.
_PARTS = ("citylake", "cities", "dbt_project", "expectations", "feeds", "spark_jobs")


@dataclass(frozen=True)
class Fault:
    """One thing broken: `old` stands once in `file`, and `new` in its place is wrong.

    `readmits` are the feeds to admit again with it, `remakes` the tables and marts to make again; what reads them follows.
    `reported_by` is how what verify must say about it begins: a kind of difference and, after a space, what it is about.
    """

    name: str
    file: str
    old: str
    new: str
    reported_by: str
    readmits: tuple[str, ...] = ()
    remakes: tuple[str, ...] = ()


def faults() -> tuple[Fault, ...]:
    """The faults of `faults.yml`, in its order."""
    listed = yaml.safe_load(Path(__file__).with_name("faults.yml").read_text(encoding="utf-8"))
    return tuple(TypeAdapter(list[Fault]).validate_python(listed))


def copied(to: Path) -> Path:
    """Copy what the stages read of this project to a folder; returns it."""
    for part in _PARTS:
        shutil.copytree(
            settings.PROJECT / part, to / part, ignore=shutil.ignore_patterns("__pycache__", "target", "logs")
        )
    return to


def write(fault: Fault, to: Path) -> None:
    """Break one thing in a copy of the project.

    Raises: WrongUse where what it is to replace does not stand there exactly once.
    """
    path = to / fault.file
    text = path.read_text(encoding="utf-8")
    if text.count(fault.old) != 1:
        raise WrongUse(
            f"the fault '{fault.name}' does not fit the project any more", where=fault.file,
            found=f"'{fault.old}' {text.count(fault.old)} times", expected="once",
        )  # fmt: skip
    path.write_text(text.replace(fault.old, fault.new), encoding="utf-8")


def mend(fault: Fault, to: Path) -> None:
    """Make the file whole again."""
    shutil.copyfile(settings.PROJECT / fault.file, to / fault.file)
