"""What the containers of docker-compose.yml run: the stack's own functions, one server a container.

`python -m citylake.stack.containers prepare|provision|serve <server>|healthy <server>`. There is no
process manager: the container engine starts, checks and restarts.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from citylake import settings
from citylake.errors import CitylakeError, WrongUse
from citylake.stack.site import Site, write_private


def prepare(site: Site) -> None:
    """Make what is secret and each server's configuration, before any server runs. Safe to repeat.

    A server's configuration goes into its own folder, so that its container need not see the secrets
    of the others.
    """
    from citylake.stack import airflow, minio, minio_users, postgres_roles, spark

    site.make_folders()
    postgres_roles.make_secrets(site)
    minio_users.make_secrets(site)
    write_private(
        site.server_folder("postgres") / "password", site.settings.secret("postgres.postgres") + "\n"
    )
    minio.prepare(site)
    airflow.prepare(site)
    spark.prepare(site, port=15002)
    # Spark's client sends `token=` to localhost or over TLS only; as a header it goes over the
    # network that these containers have for themselves.
    header = f"authorization=Bearer%20{site.settings.secret('spark.token')}"
    write_private(site.home / "settings.env", f"SPARK_REMOTE=sc://spark:15002/;{header}\n")


def provision(site: Site) -> None:
    """Make databases, roles, buckets, users and tables in servers that answer. Safe to repeat."""
    from citylake import ledger
    from citylake.stack import airflow, minio_users, postgres_roles

    postgres_roles.provision(site)
    minio_users.provision(site)
    ledger.migrate()
    airflow.migrate(site)


def serve(site: Site, name: str) -> None:
    """Become a server, with what `prepare` wrote for it; does not return."""
    from citylake.stack import airflow, java, spark

    if name == spark.NAME:
        command, needed, folder = spark.command(), spark.environment(site, java.find()), spark.NAME
    elif name in airflow.NAMES:
        command, needed, folder = airflow.command(name), airflow.environment(site), airflow.FOLDER
    else:
        raise _no_such(name, (spark.NAME, *airflow.NAMES))
    os.chdir(site.server_folder(folder))
    os.execvpe(command[0], command, os.environ | needed)


def healthy(site: Site, name: str) -> bool:
    """Whether a server answers just now."""
    from citylake.stack import health

    if name not in health.SERVERS:
        raise _no_such(name, health.SERVERS)
    return health.answers(site, name)


def main(words: list[str]) -> int:
    """Run one command; its exit code."""
    alone: dict[str, Callable[[Site], None]] = {"prepare": prepare, "provision": provision}
    site = Site(settings.current())
    try:
        match words:
            case [verb] if verb in alone:
                alone[verb](site)
                return 0
            case ["serve", name]:
                serve(site, name)
            case ["healthy", name]:
                return 0 if healthy(site, name) else 1
    except CitylakeError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(__doc__, file=sys.stderr)
    return 2


def _no_such(name: str, names: tuple[str, ...]) -> WrongUse:
    return WrongUse(f"there is no server '{name}'", expected="one of " + ", ".join(names))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
