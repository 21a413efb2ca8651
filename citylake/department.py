"""Departments: who answers for the feeds of a folder, `_department.yml`, and where those folders are."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from citylake import settings
from citylake.declaration import Duration, Strict, Text
from citylake.declaration import read_yaml as _yaml
from citylake.declaration import shown as _shown
from citylake.declaration import validated as _validated
from citylake.errors import Problems, WrongUse


class Department(Strict):
    """`_department.yml`: who answers for the feeds of a folder, and what they may be used for."""

    title: Text
    owner: str
    contact: str
    licence: str
    purposes: tuple[str, ...] = Field(min_length=1)
    grade: int = Field(ge=1, le=4)
    retention: Duration


def feeds_folder() -> Path:
    """The folder of the feed files that every city has."""
    return settings.PROJECT / "feeds"


def feeds_folders() -> tuple[Path, ...]:
    """All folders of feed files of this lake's city: those every city has, and its own."""
    own = settings.PROJECT / "cities" / settings.current().city / "feeds"
    return (feeds_folder(), own) if own.is_dir() else (feeds_folder(),)


def departments() -> list[str]:
    """The departments of this lake's city."""
    return sorted(
        {path.parent.name for folder in feeds_folders() for path in folder.glob("*/_department.yml")}
    )


def load_department(name: str, *folders: Path) -> Department:
    """The department's own file, from the first folder that has one."""
    searched = folders or feeds_folders()
    path = next(
        (
            folder / name / "_department.yml"
            for folder in searched
            if (folder / name / "_department.yml").exists()
        ),
        searched[0] / name / "_department.yml",
    )
    if not path.exists():
        raise Problems([WrongUse("the department's file is missing", where=_shown(path),
                                 next_step="Write owner, contact, licence, purposes, grade and retention there.")])  # fmt: skip
    return _validated(Department, _yaml(path), path)
