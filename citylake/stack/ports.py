"""Which port each server listens on: the usual one, or a free one where that is taken."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

from citylake.errors import WrongUse
from citylake.settings import Settings
from citylake.stack.site import Site, cache_folder, ensure_secret, locked, write_private

USUAL = {"postgres": 5432, "minio": 9000, "minio_console": 9001, "spark": 15002, "airflow": 8080}
# Ports asked for by name are not swapped for others: somebody's firewall or client counts on them.
_NAMED_BY = {
    "postgres": "CITYLAKE_POSTGRES_PORT",
    "minio": "CITYLAKE_S3_ENDPOINT",
    "minio_console": "CITYLAKE_S3_CONSOLE_URL",
    "spark": "SPARK_REMOTE",
    "airflow": "CITYLAKE_AIRFLOW_URL",
}


def is_free(port: int) -> bool:
    """Whether nothing listens on a loopback port, of IPv4 or of any address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def remembered(settings: Settings) -> dict[str, int]:
    """The ports in this lake's settings."""
    return {
        "postgres": settings.postgres_port,
        "minio": urlsplit(settings.s3_endpoint).port or USUAL["minio"],
        "minio_console": urlsplit(settings.s3_console_url).port or USUAL["minio_console"],
        "spark": urlsplit(settings.spark_remote).port or USUAL["spark"],
        "airflow": urlsplit(settings.airflow_url).port or USUAL["airflow"],
    }


def choose(settings: Settings) -> dict[str, int]:
    """A free port for each server, the same as last time where possible.

    Claims of all lakes are kept in the cache, so that a lake that is down keeps its ports. Call it
    with this lake's servers stopped. Raises: WrongUse where a port given by environment is taken.
    """
    claims_file = cache_folder() / "ports.json"
    with locked(cache_folder() / "ports.lock"):
        claims = _claims(claims_file)
        others = {port for home, ports in claims.items() if home != str(settings.home) for port in ports}
        chosen: dict[str, int] = {}
        for server, port in remembered(settings).items():
            if os.environ.get(_NAMED_BY[server]):
                _check_named(server, port)
                chosen[server] = port
            else:
                chosen[server] = _next_free(port, others | set(chosen.values()))
        claims[str(settings.home)] = sorted(chosen.values())
        write_private(claims_file, json.dumps(claims, indent=1) + "\n")
    return chosen


def write_settings(site: Site, ports: dict[str, int]) -> None:
    """Write `settings.env`, which every later process of this lake reads. It holds Spark's token."""
    settings = site.settings
    token = ensure_secret(site, "spark.token")
    lines = {
        "CITYLAKE_CITY": settings.city,
        "CITYLAKE_CLOCK": settings.clock,
        "CITYLAKE_POSTGRES_HOST": "127.0.0.1",
        "CITYLAKE_POSTGRES_PORT": ports["postgres"],
        "CITYLAKE_S3_ENDPOINT": f"http://127.0.0.1:{ports['minio']}",
        "CITYLAKE_S3_REGION": settings.s3_region,
        "CITYLAKE_S3_CONSOLE_URL": f"http://127.0.0.1:{ports['minio_console']}",
        "CITYLAKE_AIRFLOW_URL": f"http://127.0.0.1:{ports['airflow']}",
        "CITYLAKE_SPARK_DRIVER_MEMORY": settings.spark_driver_memory,
        "CITYLAKE_SPARK_JAVA_OPTIONS": settings.spark_java_options,
        "CITYLAKE_AIRFLOW_PARALLELISM": settings.airflow_parallelism,
        "SPARK_REMOTE": f"sc://localhost:{ports['spark']}/;token={token}",
    }
    text = "".join(f"{name}={value}\n" for name, value in lines.items())
    write_private(settings.home / "settings.env", f"# Written by `citylake up`.\n{text}")


def _claims(path: Path) -> dict[str, list[int]]:
    try:
        claims = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {home: ports for home, ports in claims.items() if Path(home, "settings.env").exists()}


def _check_named(server: str, port: int) -> None:
    if not is_free(port):
        raise WrongUse(
            f"the port {port} for {server} is taken",
            where=f"environment variable {_NAMED_BY[server]}",
            found="another program listens there",
            expected="a free port",
            next_step="Name another port, or unset the variable and let citylake choose.",
        )


def _next_free(first: int, taken: set[int]) -> int:
    for port in (first, *range(first + 1, first + 200)):
        if port not in taken and is_free(port):
            return port
    raise WrongUse(
        f"no free port from {first} to {first + 199}",
        where="127.0.0.1",
        next_step="Stop other lakes (`citylake down`) or name a port in the environment.",
    )
