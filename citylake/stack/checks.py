"""What the machine must have before anything is built or started; everything missing is said at once."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from citylake.errors import CitylakeError, Problems, WrongUse
from citylake.stack import jars, minio
from citylake.stack.site import Site, cache_folder

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
# An empty lake takes 0.2 GB; building MinIO 3 GB once; jars 0.25 GB while they are fetched.
_LAKE_GB, _BUILD_GB, _JARS_GB = 1.0, 3.0, 0.3


def check(site: Site) -> None:
    """Raises: Problems (or the one problem) where the machine cannot run a lake."""
    problems = [*_python(), *_platform(), *_disk(site)]
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise Problems(problems)


def _python() -> list[CitylakeError]:
    if OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        return []
    return [
        WrongUse(
            "this Python is not one that citylake runs on",
            where=sys.executable,
            found="Python " + ".".join(str(number) for number in sys.version_info[:3]),
            expected="3.11, 3.12 or 3.13",
            next_step="Install one of them and remove .venv; `make run` makes it anew.",
        )
    ]


def _platform() -> list[CitylakeError]:
    if sys.platform == "linux":
        return []
    return [
        WrongUse(
            "the local servers run on Linux only",
            where="this machine",
            found=sys.platform,
            next_step="Use docker-compose.yml, or a Linux virtual machine.",
        )
    ]


def _disk(site: Site) -> list[CitylakeError]:
    needs = {site.home: _LAKE_GB}
    once = 0.0 if minio.binary().exists() else _BUILD_GB
    once += _JARS_GB if jars.missing(jars.locked_jars()) else 0.0
    if once:
        needs[cache_folder()] = once
    return [
        WrongUse(
            "there is too little space on the disk",
            where=str(folder),
            found=f"{free / 1e9:.1f} GB free",
            expected=f"{gigabytes:.1f} GB or more",
            next_step="Free some, or put the lake elsewhere: CITYLAKE_HOME (caches: XDG_CACHE_HOME).",
        )
        for folder, gigabytes in needs.items()
        if (free := shutil.disk_usage(_existing(folder)).free) < gigabytes * 1e9
    ]


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
