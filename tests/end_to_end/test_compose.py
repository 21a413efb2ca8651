"""The containers of docker-compose.yml, run for real, give the indicators of the laptop's lake.

Needs a container engine and up to half an hour, so it runs only when asked: CITYLAKE_COMPOSE=1
(`make test-compose`). The two stacks run one after the other.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from citylake.settings import PROJECT, Settings
from citylake.stack.health import SERVERS

pytestmark = pytest.mark.skipif(
    os.environ.get("CITYLAKE_COMPOSE") != "1",
    reason="containers are run only when asked: CITYLAKE_COMPOSE=1 and a container engine",
)

CITY = ("--seed", os.environ.get("CITYLAKE_COMPOSE_SEED", "7"), "--days", "3")
PROJECT_NAME = "citylake-test"
_PORTS = ("POSTGRES", "MINIO", "MINIO_CONSOLE", "AIRFLOW")
# A publication's id is new every time; everything else of a value is content.
_VALUES = "select (to_jsonb(v) - 'publication_id')::text from marts.fct_indicator_value v order by 1"


@dataclass(frozen=True)
class Containers:
    """The running project; `printed` is what its `citylake run` wrote to standard output."""

    environment: dict[str, str]
    printed: str

    def compose(self, *words: str) -> str:
        """Standard output of `docker compose` in this project."""
        return _run(["docker", "compose", *words], self.environment)

    def ids(self) -> list[str]:
        """Every container of the project, also those that have ended."""
        return self.compose("ps", "--all", "--quiet").split()

    def in_lake(self, *command: str) -> str:
        """What a command prints in the lake's home, where the volumes are mounted."""
        once = ("run", "--rm", "--no-deps", "-T", "--entrypoint", command[0], "citylake")
        return self.compose(*once, *command[1:])

    def query(self, sql: str) -> str:
        """What PostgreSQL's own client prints, as the superuser from inside its container."""
        words = ("psql", "-U", "postgres", "-d", "citylake", "-Atc", sql)
        return self.compose("exec", "-T", "postgres", *words).strip()


@pytest.fixture(scope="module")
def laptop_values(tmp_path_factory) -> list[dict]:
    """The indicators of a lake of this machine's own, stopped again."""
    home = tmp_path_factory.mktemp("laptop")
    environment = os.environ | {"CITYLAKE_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "citylake.cli"]
    try:
        _run([*command, "run", *CITY], environment)
        return _values(Settings(_env_file=home / "settings.env", home=home))
    finally:
        _run([*command, "down"], environment)


@pytest.fixture(scope="module")
def containers(laptop_values) -> Iterator[Containers]:  # noqa: ARG001 (one stack after the other)
    """The project from a first start, with the same city delivered; removed with its data afterwards."""
    environment = os.environ | {"COMPOSE_PROJECT_NAME": PROJECT_NAME} | _free_ports()
    _run(["docker", "compose", "down", "--volumes"], environment)
    try:
        _run(["docker", "compose", "up", "--build", "--detach"], environment)
        with _told_of_servers(environment):
            printed = _run(["docker", "compose", "run", "--rm", "-T", "citylake", "run", *CITY], environment)
        yield Containers(environment, printed)
    finally:
        _run(["docker", "compose", "down", "--volumes"], environment)


def test_containers_give_the_indicators_of_the_laptop(containers, laptop_values, tmp_path):
    (tmp_path / "postgres.bi").write_text(containers.in_lake("cat", "secrets/postgres.bi"))
    port = int(containers.environment["CITYLAKE_PORT_POSTGRES"])
    # As a BI tool would: by the published port, with the password of the role bi.
    values = _values(Settings(home=tmp_path, secrets_dir=tmp_path, postgres_port=port))
    assert laptop_values
    assert values == laptop_values


def test_a_run_in_containers_ends_with_the_summary(containers):
    for words in ("Latest indicators", "environment.air_quality_hourly", "e1_pm25_ugm3", "Where to look"):
        assert words in containers.printed
    assert f"http://127.0.0.1:{containers.environment['CITYLAKE_PORT_AIRFLOW']}" in containers.printed


def test_every_row_came_by_airflow(containers):
    counts = containers.query(
        "select count(*) filter (where caller like 'airflow:%'), count(*) from ledger.runs"
    )
    by_airflow, everything = map(int, counts.split("|"))
    assert by_airflow == everything > 0


def test_the_database_is_postgresql_15(containers):
    assert int(containers.query("show server_version_num")) // 10_000 == 15


def test_secrets_are_in_files_of_one_user_and_nowhere_else(containers):
    listed = containers.in_lake("sh", "-c", "cd secrets && stat -c '%a %n' * && grep -H '' *").splitlines()
    modes = [line for line in listed if ":" not in line]
    secrets = dict(line.split(":", 1) for line in listed if ":" in line)
    assert len(modes) == len(secrets) > 20
    assert [line for line in modes if not line.startswith("600 ")] == []
    assert secrets.pop("connections.yaml") == "{}"  # no connection to a source yet, so nothing to hide
    elsewhere = [
        containers.compose("config"),
        containers.compose("logs", "--no-color"),
        _run(["docker", "inspect", *containers.ids()]),
        *(_run(["docker", "history", "--no-trunc", name]) for name in ("citylake", "citylake-minio")),
    ]
    assert [name for name, value in secrets.items() if any(value in text for text in elsewhere)] == []


def test_ports_are_published_on_loopback_only(containers):
    inspected = json.loads(_run(["docker", "inspect", *containers.ids()]))
    bound = [
        address["HostIp"]
        for container in inspected
        for addresses in container["NetworkSettings"]["Ports"].values()
        for address in addresses or []
    ]
    assert bound == ["127.0.0.1"] * len(_PORTS)


def test_every_server_is_healthy_and_a_second_start_restarts_none(containers):
    began = _run(["docker", "inspect", "--format", "{{.Name}} {{.State.StartedAt}}", *_servers(containers)])
    containers.compose("up", "--detach")
    containers.compose("up", "--detach", "--wait", *SERVERS)
    again = _run(["docker", "inspect", "--format", "{{.Name}} {{.State.StartedAt}}", *_servers(containers)])
    assert again == began


@contextlib.contextmanager
def _told_of_servers(environment: dict[str, str]) -> Iterator[None]:
    """What the servers said last, printed where the block fails: the project is gone afterwards."""
    try:
        yield
    except BaseException:
        print(_run(["docker", "compose", "ps", "--all"], environment))
        print(_run(["docker", "compose", "logs", "--no-color", "--tail", "20"], environment))
        raise


def _servers(containers: Containers) -> list[str]:
    return containers.compose("ps", "--quiet", *SERVERS).split()


def _values(place: Settings) -> list[dict]:
    import psycopg

    with psycopg.connect(place.postgres_dsn("bi")) as connection:
        return [json.loads(text) for (text,) in connection.execute(_VALUES)]


def _free_ports() -> dict[str, str]:
    sockets = {name: socket.create_server(("127.0.0.1", 0)) for name in _PORTS}
    ports = {f"CITYLAKE_PORT_{name}": str(each.getsockname()[1]) for name, each in sockets.items()}
    for each in sockets.values():
        each.close()
    return ports


def _run(command: list[str], environment: dict[str, str] | None = None) -> str:
    """A command's standard output; the test fails with its words where it fails."""
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stdout + done.stderr)[-4000:]
        pytest.fail(f"{' '.join(command)} ended with {done.returncode}:\n{words}")
    return done.stdout
