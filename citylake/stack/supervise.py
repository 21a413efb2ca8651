"""The process manager: supervisord keeps each server running and restarts the one that dies."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citylake.errors import ServerUnavailable
from citylake.settings import PROJECT
from citylake.stack.site import Site, write_private

# In the environment of every process of a lake, so that leftovers can be told from anybody else's.
MARK = "CITYLAKE_SERVER_OF"
# Taken from the caller's shell: everything else there is about that shell, not about the lake.
_INHERITED = ("HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "SSL_CERT_FILE")
# Addresses come from settings.env alone: a variable would win over it and outlive a change of port.
_FROM_FILE = ("CITYLAKE_POSTGRES_", "CITYLAKE_S3_", "CITYLAKE_AIRFLOW_", "CITYLAKE_CITY", "CITYLAKE_CLOCK")


@dataclass(frozen=True)
class Program:
    """How to run one server.

    `priority` orders stopping: the highest first. `stop_signal` is what makes it stop quickly and
    cleanly; after `stop_seconds` it is killed. `configuration` is the text of the file it reads at its
    start: where that differs from what a running server was started with, `up` starts it anew.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str = "TERM"
    stop_seconds: int = 10
    priority: int = 50
    stop_as_group: bool = True
    configuration: str = ""


def config_text(site: Site, programs: list[Program]) -> str:
    """supervisord's configuration; holds no secret."""
    sections = [
        f"[unix_http_server]\nfile={_literal(site.socket)}\nchmod=0700\n",
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n",
        f"[supervisord]\nlogfile={_literal(site.log_file('supervisor'))}\n"
        "logfile_maxbytes=5MB\nlogfile_backups=1\nloglevel=info\numask=077\nminfds=4096\n"
        f"pidfile={_literal(site.run / 'supervisor.pid')}\ndirectory={_literal(site.run)}\n",
    ]
    return "\n".join(sections + [_program_text(site, program) for program in programs])


def start_manager(site: Site, programs: list[Program]) -> None:
    """Start supervisord in the background, with no server running yet.

    Raises: ServerUnavailable where it does not answer within ten seconds.
    """
    config = site.run / "supervisor.conf"
    write_private(config, config_text(site, programs))
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(config)]
    done = subprocess.run(
        command, env=environment(site), cwd=site.run, capture_output=True, text=True, check=False
    )
    if done.returncode == 0 and _wait(lambda: answers(site), seconds=10):
        return
    raise ServerUnavailable(
        "the process manager did not start",
        where=str(site.log_file("supervisor")),
        found=(done.stderr or done.stdout).strip()[-500:] or "no answer on its socket",
        next_step="Read that file; `citylake down` removes leftovers.",
    )


def environment(site: Site) -> dict[str, str]:
    """What every process of the lake has in its environment: the same whoever starts it."""
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    kept |= {
        name: value
        for name, value in os.environ.items()
        if name.startswith("CITYLAKE_") and not name.startswith(_FROM_FILE)
    }
    path = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
    return kept | {
        "PATH": os.pathsep.join(path),
        "PYTHONPATH": str(PROJECT),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "CITYLAKE_HOME": str(site.home),
        "CITYLAKE_PROJECT": str(PROJECT),
        MARK: str(site.home),
        # Process titles are changed by Airflow; without this they overwrite the mark above.
        "SPT_NOENV": "1",
    }


def answers(site: Site) -> bool:
    """Whether this lake's process manager is there."""
    try:
        return bool(_remote(site).supervisor.getState())
    except (OSError, xmlrpc.client.Error, http.client.HTTPException):
        return False


def processes(site: Site) -> dict[str, dict[str, Any]]:
    """supervisord's word on each server by name; empty where supervisord is not there."""
    try:
        return {info["name"]: info for info in _remote(site).supervisor.getAllProcessInfo()}
    except (OSError, xmlrpc.client.Error, http.client.HTTPException):
        return {}


def start(site: Site, name: str) -> None:
    """Start one server, without waiting for it. Safe to repeat."""
    with contextlib.suppress(xmlrpc.client.Fault):  # ALREADY_STARTED
        _remote(site).supervisor.startProcess(name, False)


def stop(site: Site, names: list[str], seconds: float) -> None:
    """Stop some servers together and wait until they are gone, `seconds` at most."""
    remote = _remote(site)
    for name in names:
        with contextlib.suppress(xmlrpc.client.Fault):  # NOT_RUNNING
            remote.supervisor.stopProcess(name, False)
    _wait(lambda: all(processes(site).get(name, {}).get("pid", 0) == 0 for name in names), seconds)


def shut_down(site: Site) -> None:
    """End supervisord, with what still runs below it."""
    pid = None
    with contextlib.suppress(OSError, xmlrpc.client.Error, http.client.HTTPException):
        pid = _remote(site).supervisor.getPID()
        _remote(site).supervisor.shutdown()
    # It stops answering before it ends.
    _wait(lambda: not answers(site) and _ended(pid), seconds=30)


def _ended(pid: int | None) -> bool:
    import psutil

    try:
        return pid is None or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _program_text(site: Site, program: Program) -> str:
    pairs = ",".join(f'{name}="{_literal(value)}"' for name, value in program.environment.items())
    lines = {
        "command": " ".join(_quoted(word) for word in program.command),
        "directory": _literal(program.folder),
        "environment": pairs,
        "priority": program.priority,
        "autostart": "false",
        "autorestart": "true",
        "startsecs": 1,
        # Waits grow by a second each time; a server that keeps dying stays visible as BACKOFF.
        "startretries": 20,
        "stopsignal": program.stop_signal,
        "stopwaitsecs": program.stop_seconds,
        "stopasgroup": str(program.stop_as_group).lower(),
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": _literal(site.log_file(program.name)),
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": 2,
    }
    body = "\n".join(f"{key}={value}" for key, value in lines.items() if value != "")
    digest = hashlib.sha256(program.configuration.encode()).hexdigest()
    return f"[program:{program.name}]\n; configuration {digest}\n{body}\n"


def _literal(value: object) -> str:
    return str(value).replace("%", "%%")


def _quoted(word: str) -> str:
    escaped = _literal(word).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _remote(site: Site) -> Any:
    from supervisor.xmlrpc import SupervisorTransport

    transport = SupervisorTransport(None, None, serverurl=f"unix://{site.socket}")
    return xmlrpc.client.ServerProxy("http://localhost", transport=transport)


def _wait(condition, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
