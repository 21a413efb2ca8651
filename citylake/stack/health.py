"""How each server is: what the process manager says of it, and whether it answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from citylake.stack import airflow, leftovers, minio, postgres, spark, supervise
from citylake.stack.site import Site

SERVERS = (postgres.NAME, minio.NAME, spark.NAME, *airflow.NAMES)


class ServerStatus(BaseModel):
    """One server of a lake.

    `state` is the process manager's word (running, starting, stopping, backoff, fatal, exited,
    stopped), `unmanaged` where the process manager itself is gone, or `external` where somebody else
    runs the servers. `healthy` means that it answered just now. `pid` is 0 where there is none.
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


def answers(site: Site, name: str) -> bool:
    """Whether one server answers. A heartbeat from before its last start does not count."""
    probes = {postgres.NAME: postgres.answers, minio.NAME: minio.answers, spark.NAME: spark.answers}
    if name in probes:
        return probes[name](site)
    beat = airflow.healthy_since(site).get(name)
    return beat is not None and beat >= _started(supervise.processes(site).get(name))


def answering(site: Site) -> dict[str, bool]:
    """Which servers answer, all asked at once."""
    infos = supervise.processes(site)
    with ThreadPoolExecutor(max_workers=4) as pool:
        inner = (postgres.NAME, minio.NAME, spark.NAME)
        asked = {name: pool.submit(answers, site, name) for name in inner}
        beats = pool.submit(airflow.healthy_since, site).result()
    found = {name: future.result() for name, future in asked.items()}
    for name in airflow.NAMES:
        found[name] = name in beats and beats[name] >= _started(infos.get(name))
    return found


def statuses(site: Site) -> list[ServerStatus]:
    """The status of every server, in the order they start."""
    infos = supervise.processes(site)
    orphans = {} if infos else leftovers.servers(site.home)
    answered = answering(site)
    where = addresses(site)
    external = site.settings.stack == "external"
    found = []
    for name in SERVERS:
        pid = infos.get(name, {}).get("pid", 0) or orphans.get(name, 0)
        absent = "external" if external else "unmanaged" if name in orphans else "stopped"
        status = ServerStatus(
            server=name,
            state=infos[name]["statename"].lower() if name in infos else absent,
            # Something that answers on our port and is no process of ours is another lake's.
            healthy=answered[name] and (external or pid > 0),
            address=where.get(name, ""),
            pid=pid,
            log_file=str(site.log_file(name)),
        )
        found.append(status)
    return found


def _started(info: dict[str, Any] | None) -> datetime:
    return datetime.fromtimestamp((info or {}).get("start", 0), tz=UTC)
