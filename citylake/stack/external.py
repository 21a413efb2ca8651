"""Servers that somebody else starts and stops: containers, or a city's own. We only wait for them."""

from __future__ import annotations

import functools
import time

from citylake.errors import ServerUnavailable, WrongUse
from citylake.stack import health
from citylake.stack.sequence import Progress, Step, run_all
from citylake.stack.site import Site

# Six programs that start at once on a busy machine.
_PATIENCE = 300


def wait(site: Site, progress: Progress) -> None:
    """Return when every server answers. Raises: ServerUnavailable after five minutes."""
    addresses = health.addresses(site)
    steps = [
        Step(name, name, addresses.get(name, "its heartbeat"), functools.partial(_wait_for, site, name))
        for name in health.SERVERS
    ]
    run_all(steps, progress)


def _wait_for(site: Site, name: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not health.answers(site, name):
        if time.monotonic() > deadline:
            raise ServerUnavailable(
                f"{name} does not answer ({_PATIENCE} s)",
                where=health.addresses(site).get(name, "Airflow's heartbeats"),
                next_step="Ask whoever runs it; for containers: docker compose ps, docker compose logs.",
            )
        time.sleep(1)


def not_ours() -> WrongUse:
    """The answer to stopping servers that were not started from here."""
    return WrongUse(
        "the servers of this lake are not started and stopped by citylake",
        where="CITYLAKE_STACK",
        found="external",
        next_step="Stop them where they were started; for containers, `docker compose stop`.",
    )
