"""Airflow: api-server, scheduler, dag-processor and triggerer, with their metadata in PostgreSQL."""

from __future__ import annotations

import base64
import configparser
import http.client
import importlib.metadata
import io
import json
import secrets
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from citylake.errors import ServerUnavailable
from citylake.settings import PROJECT
from citylake.stack import supervise
from citylake.stack.site import Site, ensure_secret, write_private
from citylake.stack.supervise import Program

FOLDER = "airflow"
API = "airflow-api"
SCHEDULER = "airflow-scheduler"
DAG_PROCESSOR = "airflow-dag-processor"
TRIGGERER = "airflow-triggerer"
NAMES = (API, SCHEDULER, DAG_PROCESSOR, TRIGGERER)
ADMIN = "admin"

# Log servers are left out: they listen on every address, and the api-server reads the files itself.
_COMMANDS = {
    API: ("api-server",),
    SCHEDULER: ("scheduler", "--skip-serve-logs"),
    DAG_PROCESSOR: ("dag-processor",),
    TRIGGERER: ("triggerer", "--skip-serve-logs"),
}
_HEALTH_KEYS = {SCHEDULER: "scheduler", DAG_PROCESSOR: "dag_processor", TRIGGERER: "triggerer"}


def programs(site: Site) -> list[Program]:
    """How to run the four servers."""
    configured = _config_text(site)
    return [
        Program(
            name=name,
            command=command(name),
            folder=site.server_folder(FOLDER),
            environment=environment(site),
            stop_seconds=15,
            priority=10,
            configuration=configured,
        )
        for name in NAMES
    ]


def command(name: str) -> tuple[str, ...]:
    """The words that start one of the four servers."""
    return (sys.executable, "-m", "airflow", *_COMMANDS[name])


def environment(site: Site) -> dict[str, str]:
    """What a process needs to be part of this lake's Airflow, also `airflow` on the command line."""
    folder = site.server_folder(FOLDER)
    return {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW_CONFIG": str(folder / "airflow.cfg"),
        # Threads do not survive a fork, and the scheduler forks after it has imported numpy.
        "OPENBLAS_NUM_THREADS": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def prepare(site: Site) -> None:
    """Write its configuration and its admin's password. Safe to repeat."""
    folder = site.server_folder(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    write_private(folder / "airflow.cfg", _config_text(site))
    if not connections_file(site).exists():
        write_private(connections_file(site), "{}\n")
    password = ensure_secret(site, f"airflow.{ADMIN}")
    write_private(folder / "passwords.json", json.dumps({ADMIN: password}) + "\n")


def connections_file(site: Site) -> Path:
    """The file of connections to sources, which people write: `<id>: {conn_type: …, host: …, …}`."""
    return site.settings.secrets / "connections.yaml"


def _secrets_backend(site: Site) -> dict[str, str]:
    """Where a task, and the command line, find the credentials of sources."""
    return {
        "backend": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
        "backend_kwargs": json.dumps({"connections_file_path": str(connections_file(site))}),
    }


def configuration(site: Site) -> dict[str, dict[str, Any]]:
    """Airflow's settings by section; holds secrets."""
    settings, folder = site.settings, site.server_folder(FOLDER)
    url = settings.airflow_url
    ensure_secret(site, "postgres.airflow")  # read below, before the role itself is made
    return {
        "core": {
            "dags_folder": PROJECT / "dags",
            "load_examples": False,
            "dags_are_paused_at_creation": False,
            "executor": "citylake.stack.executor.PreloadedLocalExecutor",
            "parallelism": settings.airflow_parallelism,
            "max_active_tasks_per_dag": settings.airflow_parallelism,
            "default_timezone": "utc",
            "fernet_key": ensure_secret(site, "airflow.fernet", _fernet_key),
            "execution_api_server_url": f"{url}/execution/",
            "simple_auth_manager_users": f"{ADMIN}:admin",
            "simple_auth_manager_passwords_file": folder / "passwords.json",
            "simple_auth_manager_all_admins": False,
            # A Spark client whose server is gone would hang: no task runs for ever.
            "default_task_execution_timeout": 3600,
        },
        "database": {
            "sql_alchemy_conn": settings.postgres_url("airflow", "airflow"),
            "sql_alchemy_conn_async": settings.postgres_url("airflow", "airflow", "postgresql+asyncpg"),
            "sql_alchemy_pool_size": 5,
            # A restarted PostgreSQL leaves dead connections in the pool.
            "sql_alchemy_pool_pre_ping": True,
        },
        "logging": {"base_log_folder": site.logs / "tasks"},
        "api": {
            "base_url": settings.airflow_public_url,
            "host": settings.listen,
            "port": urlsplit(url).port,
            "workers": 1,
            "secret_key": ensure_secret(site, "airflow.secret_key"),
            "expose_config": False,
        },
        "api_auth": {"jwt_secret": ensure_secret(site, "airflow.jwt", lambda: secrets.token_urlsafe(64))},
        "scheduler": {
            "scheduler_idle_sleep_time": 0.1,
            "catchup_by_default": False,
            # After a kill: tasks of the dead scheduler are found and started again within a minute.
            "scheduler_health_check_threshold": 30,
            "orphaned_tasks_check_interval": 20,
            "task_instance_heartbeat_timeout": 90,
            "task_instance_heartbeat_timeout_detection_interval": 10,
        },
        # A task whose first call to a busy api-server times out is lost to a retry.
        "workers": {"execution_api_timeout": 30},
        "dag_processor": {
            "refresh_interval": 20,
            "min_file_process_interval": 60,
            "parsing_processes": 1,
            "print_stats_interval": 0,
        },
        "triggerer": {"capacity": 100},
        "usage_data_collection": {"enabled": False},
        "secrets": _secrets_backend(site),
    }


def migrate(site: Site) -> None:
    """Bring the metadata tables to this Airflow's version, and the pools to what DAGs name.

    Quick when that was done before. Raises: ServerUnavailable where Airflow's own migration fails.
    """
    version = importlib.metadata.version("apache-airflow-core")
    stamp = site.server_folder(FOLDER) / "migrated"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != _stamp(site, version):
        _run_migrations(site)
        write_private(stamp, _stamp(site, version))
    _make_pools(site)


def _run_migrations(site: Site) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "airflow", "db", "migrate"],
        env=supervise.environment(site) | environment(site),
        cwd=site.server_folder(FOLDER),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        log = site.log_file("airflow-migrate")
        write_private(log, done.stdout + done.stderr)
        raise ServerUnavailable(
            "Airflow's metadata tables could not be brought up to date",
            where=str(log),
            found=(done.stderr.strip().splitlines() or ["no output"])[-1][-300:],
            next_step="Read that file.",
        )


def _make_pools(site: Site) -> None:
    """The pool that limits how many tasks use Spark at once."""
    import psycopg

    with psycopg.connect(site.settings.postgres_dsn("airflow", "airflow")) as connection:
        connection.execute(
            "insert into slot_pool (pool, slots, description, include_deferred)"
            " values ('spark', 1, 'tasks that use Spark Connect', false) on conflict (pool) do nothing"
        )


def healthy_since(site: Site) -> dict[str, datetime]:
    """When each Airflow server last said that it is alive; a server that never did is absent."""
    health = _get(site, "/api/v2/monitor/health")
    if health is None:
        return {}
    times = {API: datetime.now().astimezone()}
    for name, key in _HEALTH_KEYS.items():
        beat = (health.get(key) or {}).get(f"latest_{key}_heartbeat")
        if beat and health[key].get("status") == "healthy":
            times[name] = datetime.fromisoformat(beat)
    return times


def _config_text(site: Site) -> str:
    parser = configparser.RawConfigParser()
    parser.read_dict(configuration(site))
    text = io.StringIO()
    parser.write(text)
    return text.getvalue().replace("%", "%%")  # Airflow interpolates `%`


def _get(site: Site, path: str) -> dict[str, Any] | None:
    address = urlsplit(site.settings.airflow_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return json.loads(response.read()) if response.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def _stamp(site: Site, version: str) -> str:
    """What was migrated: the Airflow version and the revision in the database (none if it is new)."""
    import psycopg

    with psycopg.connect(site.settings.postgres_dsn("airflow", "airflow")) as connection:
        row = connection.execute("select to_regclass('alembic_version')::text").fetchone()
        if row is None or row[0] is None:
            return f"{version} none"
        revisions = connection.execute("select version_num from alembic_version order by 1").fetchall()
    return f"{version} {' '.join(revision for (revision,) in revisions)}"


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
