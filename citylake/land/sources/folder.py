"""A folder that this machine sees: a mounted share, a drop folder of another system."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from citylake.errors import WrongUse
from citylake.land.pulled import Asked, Pulled
from citylake.land.sources.files import Seen, pull_files


def pull(asked: Asked) -> Iterator[Pulled]:
    """New and changed files of the folder. Raises: WrongUse where it cannot be read."""
    path = Path(asked.feed.arrival.path or "")
    try:
        yield from pull_files(asked, _Folder(path))
    except OSError as error:
        place = str(error.filename or path)
        raise WrongUse(
            "the folder cannot be read", where=place, found=error.strerror or str(error),
            expected="a folder and files that the user of the lake may read",
            next_step=f"Mount it or change its rights; `arrival.path` of {asked.feed.feed_id} names it.",
        ) from None  # fmt: skip


class _Folder:
    """Regular files alone: a link could lead to what the sender may not read but the lake may."""

    def __init__(self, path: Path):
        self.path = path

    def uri(self, name: str) -> str:
        return (self.path / name).as_uri()

    def listed(self) -> dict[str, Seen]:
        with os.scandir(self.path) as entries:
            return {entry.name: _seen(entry.stat(follow_symlinks=False)) for entry in entries
                    if entry.is_file(follow_symlinks=False)}  # fmt: skip

    def seen(self, name: str) -> Seen | None:
        try:
            found = os.lstat(self.path / name)
        except FileNotFoundError:
            return None
        return _seen(found) if stat.S_ISREG(found.st_mode) else None

    def open(self, name: str) -> BinaryIO:
        return os.fdopen(os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _seen(found: os.stat_result) -> Seen:
    return Seen(found.st_mtime_ns, found.st_size)
