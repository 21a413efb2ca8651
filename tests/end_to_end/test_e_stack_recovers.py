"""The servers after a crash of everything, and after the end: last of all tests, since it stops them."""

from __future__ import annotations

import os
import signal
import socket

import psutil
import pytest

from citylake import stack
from citylake.stack import leftovers, ports
from citylake.stack.sequence import Silent
from tests import servers


@pytest.fixture
def running(whole_lake):
    """The lake with every server, whatever the tests before left running."""
    servers.start_everything()
    return whole_lake


@pytest.fixture(scope="module", autouse=True)
def _left_at_rest(storage):
    """Other tests may come after these in one process: they find PostgreSQL and MinIO running."""
    yield
    storage.rest()


def _unhealthy() -> list[str]:
    return [server.server for server in stack.status() if not server.healthy]


def _kill(processes) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=10)


def test_a_lake_whose_process_manager_was_killed_goes_on_and_is_taken_over(running):
    manager = int((running.site.run / "supervisor.pid").read_text())
    before = {server.server: server.pid for server in stack.status()}
    os.kill(manager, signal.SIGKILL)
    assert {server.state for server in stack.status()} == {"unmanaged"}
    stack.up(Silent())
    assert _unhealthy() == []
    after = {server.server: server.pid for server in stack.status()}
    assert not set(before.values()) & set(after.values())
    assert not [pid for pid in before.values() if psutil.pid_exists(pid)]


def test_a_lake_killed_as_a_whole_starts_again_with_its_ports_and_passwords(running):
    addresses = ports.remembered(running.site.settings)
    secrets = {path.name: path.read_text() for path in running.site.settings.secrets.iterdir()}
    _kill(leftovers.find(running.home))
    assert {server.state for server in stack.status()} == {"stopped"}
    servers.start_everything()
    assert _unhealthy() == []
    assert ports.remembered(running.site.settings) == addresses
    assert {path.name: path.read_text() for path in running.site.settings.secrets.iterdir()} == secrets


def test_a_second_start_starts_nothing(running):
    before = [server.pid for server in stack.status()]
    stack.up(Silent())
    assert [server.pid for server in stack.status()] == before


def test_every_server_listens_on_loopback_only(running):
    pids = {process.pid for process in leftovers.find(running.home)}
    open_ports = [
        connection
        for connection in psutil.net_connections("inet")
        if connection.pid in pids and connection.status == psutil.CONN_LISTEN
    ]
    assert len({connection.laddr.port for connection in open_ports}) >= 5
    assert {connection.laddr.ip.removeprefix("::ffff:") for connection in open_ports} <= {"127.0.0.1", "::1"}


def test_airflow_lets_nobody_in_without_the_password(running):
    import requests

    url = running.site.settings.airflow_url
    assert requests.get(f"{url}/api/v2/dags", timeout=30).status_code == 401
    wrong = requests.post(f"{url}/auth/token", json={"username": "admin", "password": "admin"}, timeout=30)
    assert wrong.status_code == 401
    password = running.site.settings.secret("airflow.admin")
    right = requests.post(f"{url}/auth/token", json={"username": "admin", "password": password}, timeout=30)
    assert right.status_code == 201


def test_the_workers_of_a_killed_scheduler_die_with_it(running):
    scheduler = psutil.Process(next(s.pid for s in stack.status() if s.server == "airflow-scheduler"))
    workers = scheduler.children(recursive=True)
    scheduler.kill()
    gone, alive = psutil.wait_procs([scheduler, *workers], timeout=10)
    assert alive == []
    assert len(gone) == len(workers) + 1


def test_a_stopped_lake_leaves_no_process_and_no_open_port(running):
    addresses = ports.remembered(running.site.settings)
    stack.down()
    assert leftovers.find(running.home) == []
    assert {server.state for server in stack.status()} == {"stopped"}
    for port in addresses.values():
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0
