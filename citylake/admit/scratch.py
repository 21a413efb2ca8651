"""A folder of its own for each admission, and none left of those that were killed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from citylake import settings


@contextlib.contextmanager
def scratch(delivery_id: str) -> Iterator[Path]:
    """An empty folder, open to this user alone, gone afterwards. It may hold rows as they came.

    What a killed admission left is removed by the next one: a lock that nobody holds tells it.
    """
    root = settings.current().home / "scratch"
    root.mkdir(parents=True, exist_ok=True)
    for lock in root.glob("admit-*.lock"):
        _remove_abandoned(lock)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"admit-{delivery_id}-", dir=root))
        lock = folder.with_name(f"{folder.name}.lock")
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if not lock.exists() or not folder.exists():  # taken for abandoned before it was locked
                continue
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                lock.unlink(missing_ok=True)
            return


def _remove_abandoned(lock: Path) -> None:
    with contextlib.suppress(OSError):  # held by a living admission, or just removed by another
        descriptor = os.open(lock, os.O_RDWR)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
