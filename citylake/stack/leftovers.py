"""Processes of this lake that outlived their process manager: found by a mark, and stopped."""

from __future__ import annotations

import os
from pathlib import Path

from citylake.stack.supervise import MARK


def find(home: Path) -> list:
    """Every process of the lake at `home`, except this one and those it descends from.

    Known by the mark in its environment; PostgreSQL's children overwrite theirs, so also by a
    command line that names the data folder.
    """
    import psutil

    me = psutil.Process()
    family = {me.pid, *(parent.pid for parent in me.parents())}
    found = []
    for process in psutil.process_iter(["pid"]):
        if process.pid in family:
            continue
        try:
            if process.environ().get(MARK) == str(home) or _runs_database_of(process, home):
                found.append(process)
        except psutil.Error:
            continue
    return found


def servers(home: Path) -> dict[str, int]:
    """The process ids of servers that run without their process manager, by server."""
    import psutil

    found = {}
    for process in find(home):
        try:
            name = process.environ().get("SUPERVISOR_PROCESS_NAME")
            orphan = process.ppid() == 1
        except psutil.Error:
            continue
        if name and orphan:
            found[name] = process.pid
    return found


def stop(home: Path, seconds: float = 10) -> int:
    """Stop what `find` finds, gently and then not; how many there were. Safe to repeat."""
    import signal

    import psutil

    found = find(home)
    for process in found:
        # PostgreSQL takes TERM as "when the last client has left".
        gentle = signal.SIGINT if _is_database(process) else signal.SIGTERM
        _send(process, gentle)
    _, alive = psutil.wait_procs(found, timeout=seconds)
    for process in alive:
        _send(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=seconds)
    # Some were started by others while those were being stopped.
    return len(found) + (stop(home, seconds) if found else 0)


def _send(process, signal_number: int) -> None:
    import psutil

    try:
        process.send_signal(signal_number)
    except psutil.Error:
        return


def _is_database(process) -> bool:
    import psutil

    try:
        return process.name() == "postgres"
    except psutil.Error:
        return False


def _runs_database_of(process, home: Path) -> bool:
    if process.name() != "postgres":
        return False
    folder = os.fspath(home / "postgres")
    return any(folder in word for word in process.cmdline())
