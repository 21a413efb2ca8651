"""The scratch folder of one run: a DuckDB file and dbt's artifacts, under `<home>/scratch/<run_id>/`.

Nothing in it is protected yet, so nothing but publish may copy from it. The folder is removed after
success; the newest failure of a domain is kept for looking at, older ones are removed by the next run.
"""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import Any

from citylake import lake, settings

# dbt calls the database by the file's name, and a parsed project is kept with it.
FILE_NAME = "scratch.duckdb"
EXTENSIONS = ("httpfs", "avro", "iceberg")


def scratch_folder() -> Path:
    """Where the folders of all runs are."""
    return settings.current().home / "scratch"


class Scratch:
    """One run's folder and the connection to its DuckDB file; a context manager.

    The connection stays open while dbt works: DuckDB gives dbt the same instance, so that extensions and
    the object store's key are there without being written into any profile, SQL or log.
    """

    def __init__(self, domain: str, run_id: str, *, remote: bool = True):
        self.domain, self.run_id, self.remote = domain, run_id, remote
        self.folder = scratch_folder() / f"{domain}-{run_id}"
        self.connection: Any = None
        self._keeps = False

    def keep(self) -> None:
        """Leave the folder after success; the next run of the domain removes it."""
        self._keeps = True

    @property
    def file(self) -> Path:
        """The DuckDB file."""
        return self.folder / FILE_NAME

    def __enter__(self) -> Scratch:
        self.folder.mkdir(parents=True, mode=0o700)
        self._lock = open(self.folder / "lock", "w")  # noqa: SIM115 - held until the end of the run
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        _sweep(self.domain, keep=1)
        if self.remote:
            self.connection = lake.connect_duckdb("publish", str(self.file), extensions=EXTENSIONS)
        else:
            import duckdb

            self.connection = duckdb.connect(str(self.file), config={**lake.DUCKDB_CONFIG})
        for schema in ("run", "marts"):
            self.connection.execute(f"create schema {schema}")
        return self

    def __exit__(self, kind, error, trace) -> None:
        if self.connection is not None:
            self.connection.close()
        self._lock.close()
        if kind is None and not self._keeps:
            shutil.rmtree(self.folder, ignore_errors=True)
            _sweep(self.domain, keep=0)


def _sweep(domain: str, keep: int) -> None:
    """Remove folders of the domain whose process is dead, except the newest `keep`."""
    folders = sorted(scratch_folder().glob(f"{domain}-*"))
    dead = [folder for folder in folders if _is_dead(folder)]
    for folder in dead[: len(dead) - keep]:
        shutil.rmtree(folder, ignore_errors=True)


def _is_dead(folder: Path) -> bool:
    try:
        with open(folder / "lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except FileNotFoundError:
        return False  # its process is between making the folder and locking it
    except OSError:
        return False
