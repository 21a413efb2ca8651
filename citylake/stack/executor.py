"""Airflow's LocalExecutor, with the engines imported before it forks its workers.

A task then starts with great_expectations (5–9 s to import), dbt (3 s) and pyspark (1 s) in memory.
Only modules are shared: sessions and connections are opened in tasks.
"""

from __future__ import annotations

import ctypes
import importlib
import multiprocessing
import os
import signal

from airflow.executors import local_executor

ENGINES = (
    "great_expectations",
    "dbt.cli.main",
    "dbt.adapters.duckdb",
    "pyiceberg.catalog.sql",
    "pyiceberg.io.pyarrow",
    "duckdb",
    "pyspark.sql.connect.session",
    "boto3",
    "psycopg",
    "alembic",
)
_PR_SET_PDEATHSIG = 1


class PreloadedLocalExecutor(local_executor.LocalExecutor):
    """LocalExecutor whose workers have the engines loaded, and do not outlive the scheduler."""

    def start(self) -> None:
        """Import the engines, then fork the workers."""
        for name in ENGINES:
            try:
                importlib.import_module(name)
            except ImportError as error:
                self.log.warning("engine not preloaded: %s (%s)", name, error)
        super().start()

    def _spawn_worker(self) -> None:
        worker = multiprocessing.Process(
            target=run_worker,
            kwargs={
                "scheduler": os.getpid(),
                "logger_name": self.log.name,
                "input": self.activity_queue,
                "output": self.result_queue,
                "unread_messages": self._unread_messages,
                "team_conf": self.conf,
            },
        )
        worker.start()
        assert worker.pid
        self.workers[worker.pid] = worker


def run_worker(scheduler: int, **arguments) -> None:
    """A worker's main loop.

    The kernel kills the worker with the scheduler, and a task with its worker: the next scheduler
    starts such a task again, and there must never be two of them writing.
    """
    die_with_parent(scheduler)
    os.register_at_fork(after_in_child=lambda: die_with_parent(worker))
    worker = os.getpid()
    local_executor._run_worker(**arguments)


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent ends (Linux)."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the call above
        os.kill(os.getpid(), signal.SIGKILL)
