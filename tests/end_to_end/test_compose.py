"""The containers of docker-compose.yml, run for real, give the indicators of the laptop's lake.

Needs a container engine and up to half an hour, so it runs only when asked: CITYLAKE_COMPOSE=1
(`make test-compose`). The two stacks run one after the other.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from citylake.settings import PROJECT, Settings

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

    def lake_file(self, name: str) -> str:
        """A file of the lake's home in the volume."""
        return self.compose("run", "--rm", "--no-deps", "-T", "--entrypoint", "cat", "citylake", name)


@pytest.fixture(scope="module")
def laptop_values(tmp_path_factory) -> list[dict]:
    """The indicators of a lake of this machine's own, stopped again."""
    home = tmp_path_factory.mktemp("laptop")
    environment = os.environ | {"CITYLAKE_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    command = [sys.executable, "-m", "citylake.cli"]
    try:
        _run([*command, "run", *CITY], environment)
        place = Settings(_env_file=home / "settings.env", home=home)
        return _values(place)
    finally:
        _run([*command, "down"], environment)


@pytest.fixture(scope="module")
def containers(laptop_values) -> Iterator[Containers]:  # noqa: ARG001 (one stack after the other)
    """The project from a first start, with the same city delivered; removed with its data afterwards."""
    environment = os.environ | {"COMPOSE_PROJECT_NAME": PROJECT_NAME}
    environment |= {
        f"CITYLAKE_PORT_{name}": str(port) for name, port in zip(_PORTS, _free_ports(), strict=True)
    }
    _run(["docker", "compose", "down", "--volumes"], environment)
    try:
        _run(["docker", "compose", "up", "--build", "--detach"], environment)
        printed = _run(["docker", "compose", "run", "--rm", "-T", "citylake", "run", *CITY], environment)
        yield Containers(environment, printed)
    finally:
        _run(["docker", "compose", "down", "--volumes"], environment)


def test_containers_give_the_indicators_of_the_laptop(containers, laptop_values, tmp_path):
    (tmp_path / "postgres.bi").write_text(containers.lake_file("secrets/postgres.bi"))
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
    query = "select count(*) filter (where caller like 'airflow:%'), count(*) from ledger.runs where status = 'done'"
    found = containers.compose(
        "exec", "-T", "postgres", "psql", "-U", "postgres", "-d", "citylake", "-Atc", query
    )
    by_airflow, all_runs = map(int, found.strip().split("|"))
    assert by_airflow == all_runs > 0


def test_the_databases_are_of_postgresql_15(containers):
    found = containers.compose(
        "exec", "-T", "postgres", "psql", "-U", "postgres", "-Atc", "show server_version_num"
    )
    assert int(found) // 10_000 == 15


def test_secrets_are_in_files_of_one_user_and_nowhere_else(containers):
    script = "cd secrets && stat -c '%a %n' * && grep -H '' *"
    listed = containers.compose(
        "run", "--rm", "--no-deps", "-T", "--entrypoint", "sh", "citylake", "-c", script
    )
    modes = [line for line in listed.splitlines() if ":" not in line]
    secrets = dict(line.split(":", 1) for line in listed.splitlines() if ":" in line)
    assert len(modes) == len(secrets) > 20
    assert [line for line in modes if not line.startswith("600 ")] == []

    images = [_run(["docker", "history", "--no-trunc", name]) for name in ("citylake", "citylake-minio")]
    elsewhere = (
        containers.compose("config") + _run(["docker", "inspect", *containers.ids()]) + "".join(images)
    )
    logs = containers.compose("logs", "--no-color")
    assert [name for name, value in secrets.items() if value in elsewhere + logs] == []


def test_ports_are_published_on_loopback_only(containers):
    inspected = json.loads(_run(["docker", "inspect", *containers.ids()]))
    bound = [
        address["HostIp"]
        for container in inspected
        for addresses in container["NetworkSettings"]["Ports"].values()
        for address in addresses or []
    ]
    assert len(bound) == len(_PORTS)
    assert set(bound) == {"127.0.0.1"}


def test_every_server_of_the_containers_is_healthy(containers):
    containers.compose("up", "--detach", "--wait", "--no-recreate")
    states = [json.loads(line) for line in containers.compose("ps", "--format", "json").splitlines()]
    assert {state["Service"]: state["Health"] for state in states} == dict.fromkeys(
        (
            "postgres",
            "minio",
            "spark",
            "airflow-api",
            "airflow-dag-processor",
            "airflow-scheduler",
            "airflow-triggerer",
        ),
        "healthy",
    )


def _values(place: Settings) -> list[dict]:
    import psycopg

    with psycopg.connect(place.postgres_dsn("bi")) as connection:
        return [json.loads(text) for (text,) in connection.execute(_VALUES)]


def _free_ports() -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in _PORTS]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _run(command: list[str], environment: dict[str, str] | None = None) -> str:
    """A command's standard output; its own words on standard error where it fails."""
    done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(
            f"{' '.join(command)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-4000:]}"
        )
    return done.stdout
