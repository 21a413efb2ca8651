"""Admissions in processes that can be killed: imports are done once, every admission is a fork of that.

Run as a program it reads `feed_id` lines, forks, and prints the process id; the fork admits what waits.
"""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Fork an admission for every line read; say its process id, then its exit status."""
    # What an admission imports, before there is any connection or thread.
    for name in ("duckdb", "psycopg", "pyarrow.parquet", "pyarrow.dataset", "pyiceberg.catalog.sql", "boto3"):
        importlib.import_module(name)
    from citylake.admit import admit_waiting

    print("ready", flush=True)
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            admit_waiting(line.strip())
            os._exit(0)
        print(process, flush=True)
        print(os.waitpid(process, 0)[1], flush=True)


class Admitting:
    """The program above, as a test uses it."""

    def __init__(self, program: subprocess.Popen):
        self.program = program

    def _read(self) -> str:
        line = self.program.stdout.readline()
        assert line, "the program of admissions ended"
        return line.strip()

    def admit(self, feed_id: str, kill_after_s: float | None = None) -> tuple[float, bool]:
        """Admit what waits, in a fork that is killed after some seconds; returns its time and whether it was."""
        self.program.stdin.write(feed_id + "\n")
        self.program.stdin.flush()
        process, started = int(self._read()), time.monotonic()
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            with suppress(ProcessLookupError):  # it was done already
                os.kill(process, signal.SIGKILL)
        status = int(self._read())
        assert status in (0, signal.SIGKILL), f"the admission failed with status {status}"
        return time.monotonic() - started, status != 0


@contextmanager
def admissions():
    """A program that forks admissions of the lake in CITYLAKE_HOME."""
    program = subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        assert program.stdout.readline() == "ready\n"
        yield Admitting(program)
    finally:
        program.stdin.close()
        program.wait(30)


if __name__ == "__main__":
    main()
