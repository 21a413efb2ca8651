"""Bring one lake's servers up: what is missing is made, what runs is left alone."""

from __future__ import annotations

import time
from pathlib import Path

from citylake import settings as settings_module
from citylake.errors import ServerUnavailable
from citylake.stack import (
    airflow,
    checks,
    health,
    jars,
    java,
    leftovers,
    minio,
    minio_users,
    ports,
    postgres,
    postgres_roles,
    spark,
    supervise,
)
from citylake.stack.sequence import Progress, Step, run_all
from citylake.stack.site import Site

# A first start on two busy cores takes a quarter of this.
_PATIENCE = 300
_ATTEMPTS = 4
_OF_AIRFLOW = {"metadata", *airflow.NAMES}


def up(site: Site, progress: Progress, without_airflow: bool = False) -> Site:
    """Start what does not run. Safe to repeat, after a kill at any instant, and to run twice at once.

    Without Airflow, it is neither started nor stopped.
    Returns the site with the addresses that were decided. Raises: CitylakeError, with the reason.
    """
    site.make_folders()
    postgres_roles.make_secrets(site)
    minio_users.make_secrets(site)
    if supervise.answers(site) and _is_current(site) and all(health.answering(site).values()):
        run_all(_provisioning(site), progress)
        return site
    checks.check(site)
    if not (supervise.answers(site) and _is_current(site)):
        site = _anew(site)
    run_all([step for step in _steps(site) if not (without_airflow and step.name in _OF_AIRFLOW)], progress)
    return site


def _anew(site: Site) -> Site:
    """Stop everything of this lake, decide the ports, and start an empty process manager."""
    if supervise.answers(site):
        supervise.shut_down(site)
    leftovers.stop(site.home)
    ports.write_settings(site, ports.choose(site.settings))
    settings_module.current.cache_clear()
    site = Site(settings_module.current())
    supervise.start_manager(site, _programs(site))
    return site


def _programs(site: Site) -> list[supervise.Program]:
    chosen = ports.remembered(site.settings)
    return [
        postgres.program(site),
        minio.program(site, chosen["minio"], chosen["minio_console"]),
        spark.program(site, java.find()),
        *airflow.programs(site),
    ]


def _is_current(site: Site) -> bool:
    """Whether the process manager runs what this version of citylake would run."""
    config = site.run / "supervisor.conf"
    try:
        return config.read_text(encoding="utf-8") == supervise.config_text(site, _programs(site))
    except OSError:
        return False


def _provisioning(site: Site) -> list[Step]:
    return [
        Step("roles", "databases and roles", "PostgreSQL", lambda: postgres_roles.provision(site)),
        Step("users", "buckets and users", "MinIO", lambda: minio_users.provision(site)),
        Step("ledger", "ledger tables", "migrations", _migrate_ledger, needs=("roles",)),
    ]


def _steps(site: Site) -> list[Step]:
    chosen = ports.remembered(site.settings)

    def start_postgres() -> None:
        postgres.prepare(site, chosen["postgres"])
        _start(site, postgres.NAME)

    def start_minio() -> None:
        minio.prepare(site)
        _start(site, minio.NAME)

    def start_spark() -> None:
        spark.prepare(site, chosen["spark"])
        _start(site, spark.NAME)

    def migrate_airflow() -> None:
        airflow.prepare(site)
        airflow.migrate(site)

    steps = [
        Step(
            "jars",
            "Spark's jars",
            "the Maven repository, once",
            lambda: jars.fetch(jars.locked_jars(), java.find()),
        ),
        Step("build", "MinIO, built from source", "Go's compiler, two to four minutes, once", minio.build),
        Step("postgres", "PostgreSQL", "its first answer", start_postgres),
        Step("minio", "MinIO", "its first answer", start_minio, needs=("build",)),
        Step(
            "roles",
            "databases and roles",
            "PostgreSQL",
            lambda: postgres_roles.provision(site),
            needs=("postgres",),
        ),
        Step("users", "buckets and users", "MinIO", lambda: minio_users.provision(site), needs=("minio",)),
        Step("ledger", "ledger tables", "migrations", _migrate_ledger, needs=("roles",)),
        Step("metadata", "Airflow's tables", "migrations", migrate_airflow, needs=("roles",)),
        Step("spark", "Spark Connect", "its first answer", start_spark, needs=("jars", "roles", "minio")),
    ]
    for name in airflow.NAMES:
        steps.append(_airflow_step(site, name))
    return steps


def _airflow_step(site: Site, name: str) -> Step:
    waits_for = "its first answer" if name == airflow.API else "its first heartbeat"
    return Step(
        name,
        f"Airflow's {name.removeprefix('airflow-')}",
        waits_for,
        lambda: _start(site, name),
        needs=("metadata", "ledger", "users"),
    )


def _start(site: Site, name: str) -> None:
    """Start a server and wait for its first answer. Raises: ServerUnavailable."""
    supervise.start(site, name)
    started = time.monotonic()
    attempts: set[int] = set()
    while not health.answers(site, name):
        info = supervise.processes(site).get(name, {})
        state = info.get("statename", "GONE")
        attempts.add(info.get("start", 0))
        hopeless = state in ("FATAL", "GONE") or len(attempts) > _ATTEMPTS
        if hopeless or time.monotonic() - started > _PATIENCE:
            raise ServerUnavailable(
                f"{name} did not start ({time.monotonic() - started:.0f} s, {state.lower()})",
                where=str(site.log_file(name)),
                found=_last_line(site.log_file(name)),
                next_step="Read that file; then `citylake down` and `citylake up`.",
            )
        time.sleep(0.1 if name in (postgres.NAME, minio.NAME) else 0.4)


def _last_line(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1][-300:] if lines else "an empty log"


def _migrate_ledger() -> None:
    from citylake import ledger

    ledger.migrate()
