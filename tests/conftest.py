"""Fixtures and order of all tests. Folders say what a test needs; servers start once, only where a test asks.

`unit`, `feeds`, `repository`: nothing but this machine. `integration`: PostgreSQL and MinIO (`lake`).
`end_to_end`: every server (`whole_lake`). Set CITYLAKE_TEST_HOME to keep a lake between runs.
`make test` runs two processes beside one another, each with servers of its own: one begins with tests/end_to_end.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from tests import servers

# In this order: what is quick and needs nothing first; Airflow, which acts by itself, last.
FOLDERS = {
    "repository": "the rules of the house",
    "unit": "needs no server",
    "feeds": "the sample of every feed; needs no server",
    "integration": "needs PostgreSQL and MinIO",
    "end_to_end": "needs every server",
}
OFFLINE = ("unit", "feeds", "repository")


def pytest_configure(config):
    for name, meaning in FOLDERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning} (every test in tests/{name})")


def pytest_sessionfinish():
    if local_spark := sys.modules.get("tests.local_spark"):
        local_spark.close()


def _folder(item) -> str:
    return item.path.relative_to(Path(__file__).parent).parts[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """One of the processes of `make test` runs tests/end_to_end, which share a lake; the others are spread by file."""
    from xdist.scheduler import LoadScopeScheduling

    class ByLake(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = Path(nodeid.partition("::")[0])
            return file.parent.name if file.parent.name == "end_to_end" else str(file)

    return ByLake(config, log)


def pytest_collection_modifyitems(config, items):
    order = list(FOLDERS)
    if config.getoption("numprocesses", None) or hasattr(config, "workerinput"):
        order.insert(0, order.pop())  # what takes longest begins first, beside the others
    for item in items:
        item.add_marker(_folder(item))
    items.sort(key=lambda item: order.index(_folder(item)))


@pytest.fixture(scope="session")
def _offline_home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def _offline(request, monkeypatch):
    """Tests without servers have a home of their own and reach nothing beyond this machine."""
    if _folder(request.node) not in OFFLINE:
        yield
        return
    home = request.getfixturevalue("_offline_home")
    monkeypatch.setenv("CITYLAKE_HOME", str(home))
    (home / "secrets").mkdir(exist_ok=True)
    real_connect = socket.socket.connect

    def connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise AssertionError(f"a test without servers reaches for {address}")
        return real_connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    servers.forget_settings()
    yield
    monkeypatch.undo()
    servers.forget_settings()


@pytest.fixture(scope="session")
def storage():
    """PostgreSQL and MinIO of the tests' lake, started once. Use `lake` for an empty one."""
    started = servers.start_storage()
    yield started
    servers.stop(started)


@pytest.fixture(scope="module")
def lake(storage):
    """A lake in which nothing happens by itself, empty at the begin of every module."""
    storage.rest()
    storage.empty()
    return storage


@pytest.fixture(scope="session")
def whole_lake(storage):
    """A lake with every server, empty at first; all tests of tests/end_to_end share it."""
    storage.empty()
    servers.start_everything()
    return storage
