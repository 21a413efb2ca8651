"""How each server is: what the process manager says of it, and whether it answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from citylake.stack import airflow, minio, postgres, spark, supervise
from citylake.stack.site import Site

SERVERS = (postgres.NAME, minio.NAME, spark.NAME, *airflow.NAMES)


class ServerStatus(BaseModel):
    """One server of a lake.

    `state` is the process manager's word (running, starting, stopping, backoff, fatal, exited,
    stopped), or `unmanaged` where the process manager itself is gone. `healthy` means that it
    answered just now. `pid` is 0 where there is no process.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    server: str
    state: str
    healthy: bool
    address: str
    pid: int
    log_file: str


def addresses(site: Site) -> dict[str, str]:
    """Where each server is reached; Airflow's inner servers have no address of their own."""
    settings = site.settings
    return {
        postgres.NAME: f"{settings.postgres_host}:{settings.postgres_port}",
        minio.NAME: settings.s3_endpoint,
        spark.NAME: settings.spark_remote.partition("/;")[0],
        airflow.API: settings.airflow_url,
    }


def answering(site: Site) -> dict[str, bool]:
    """Which servers answer. A heartbeat from before the server's last start does not count."""
    infos = supervise.processes(site)
    with ThreadPoolExecutor(max_workers=4) as pool:
        database = pool.submit(postgres.answers, site)
        store = pool.submit(minio.answers, site)
        engine = pool.submit(spark.answers, site)
        beats = pool.submit(airflow.healthy_since, site).result()
    answers = {postgres.NAME: database.result(), minio.NAME: store.result(), spark.NAME: engine.result()}
    for name in airflow.NAMES:
        started = datetime.fromtimestamp(infos.get(name, {}).get("start", 0), tz=UTC)
        answers[name] = name in beats and beats[name] >= started
    return answers


def statuses(site: Site) -> list[ServerStatus]:
    """The status of every server, in the order they start."""
    infos = supervise.processes(site)
    managed = bool(infos)
    answers = answering(site)
    where = addresses(site)
    return [
        ServerStatus(
            server=name,
            state=infos[name]["statename"].lower() if name in infos else _absent(managed, answers[name]),
            healthy=answers[name] and (not managed or infos.get(name, {}).get("pid", 0) > 0),
            address=where.get(name, ""),
            pid=infos.get(name, {}).get("pid", 0),
            log_file=str(site.log_file(name)),
        )
        for name in SERVERS
    ]


def _absent(managed: bool, answers: bool) -> str:
    return "unmanaged" if answers and not managed else "stopped"
