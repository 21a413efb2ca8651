"""The local servers of one lake: PostgreSQL, MinIO, Spark Connect and Airflow.

`up()` starts what does not run, `status()` says how each server is, `down()` leaves no process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from citylake.stack.health import ServerStatus
    from citylake.stack.sequence import Progress


def up(progress: Progress | None = None, *, without_airflow: bool = False) -> list[ServerStatus]:
    """Start this lake's servers, telling `progress` (default: lines on standard error) of each step.

    Everything missing is made: programs, data folders, secrets, users, tables. Safe to repeat, after
    a kill at any instant, and from two terminals at once. Where the servers are somebody else's
    (`CITYLAKE_STACK=external`) it only waits until they answer.
    Without Airflow nothing happens by itself. Raises: CitylakeError with the reason.
    """
    from citylake import settings
    from citylake.stack import external, health, sequence, start
    from citylake.stack.site import Site, locked

    site = Site(settings.current())
    if site.settings.stack == "external":
        external.wait(site, progress or sequence.Lines())
        return health.statuses(site)
    site.make_folders()
    with locked(site.run / "up.lock"):
        site = start.up(site, progress or sequence.Lines(), without_airflow)
    return health.statuses(site)


def down() -> int:
    """Stop this lake's servers; how many processes were left behind by a crash and stopped too.

    Data stay. Safe to repeat. Returns when no process of the lake is left.
    Raises: WrongUse where the servers are somebody else's.
    """
    from citylake import settings
    from citylake.stack import external, leftovers, stop
    from citylake.stack.site import Site, locked

    site = Site(settings.current())
    if site.settings.stack == "external":
        raise external.not_ours()
    if not site.home.exists():
        return 0
    site.make_folders()
    with locked(site.run / "up.lock"):
        stop.down(site)
        return leftovers.stop(site.home)


def status() -> list[ServerStatus]:
    """How each of this lake's servers is, whether it runs or not."""
    from citylake import settings
    from citylake.stack import health
    from citylake.stack.site import Site

    return health.statuses(Site(settings.current()))
