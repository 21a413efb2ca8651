"""Where one lake's servers keep their files, and where everything shared between lakes is cached."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from citylake.settings import Settings

# A unix socket's path may have 107 bytes; deeper homes get their socket in the temporary folder.
_SOCKET_PATH_LIMIT = 100


@dataclass(frozen=True)
class Site:
    """One lake on this machine: its settings and the folders below its home."""

    settings: Settings

    @property
    def home(self) -> Path:
        """The folder that holds everything of this lake."""
        return self.settings.home

    @property
    def run(self) -> Path:
        """Files that matter only while the servers run."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        """One log file a server."""
        return self.home / "logs"

    def log_file(self, server: str) -> Path:
        """The log file of a server."""
        return self.logs / f"{server}.log"

    def server_folder(self, server: str) -> Path:
        """A server's own data and configuration."""
        return self.home / server

    @property
    def socket(self) -> Path:
        """The process manager's control socket; short enough for the kernel."""
        path = self.run / "supervisor.sock"
        if len(os.fsencode(path)) <= _SOCKET_PATH_LIMIT:
            return path
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"citylake-{os.getuid()}" / f"{digest}.sock"

    def make_folders(self) -> None:
        """Make the folders, open to this user alone. Safe to repeat."""
        self.home.mkdir(parents=True, exist_ok=True)
        for folder in (self.home, self.run, self.logs, self.settings.secrets, self.socket.parent):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)


def cache_folder() -> Path:
    """What is built or fetched once for all lakes of this user."""
    named = os.environ.get("XDG_CACHE_HOME")
    return (Path(named) if named else Path.home() / ".cache") / "citylake"


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read, in one step: no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise


def _random_text() -> str:
    return secrets.token_urlsafe(32)


def ensure_secret(site: Site, name: str, make: Callable[[], str] = _random_text) -> str:
    """The secret file's value, made at random on first use. Safe to repeat."""
    path = site.settings.secrets / name
    if not path.exists():
        write_private(path, make() + "\n")
    return site.settings.secret(name)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file: processes that ask for the same one take turns."""
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
