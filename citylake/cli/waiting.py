"""Wait until Airflow has made everything, showing what is left, and say why when it does not get there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from citylake import lake, ledger
from citylake.cli.airflow_runs import AirflowRuns, FailedTask
from citylake.cli.failures import unanswered
from citylake.clock import wall_now
from citylake.errors import DataFailed, ServerUnavailable
from citylake.ledger.activity import Activity, activity, failure_message, stale_by_table

_EVERY_S = 1.0
_ASK_AIRFLOW_EVERY_S = 3.0
_IMPORT_ERROR_GRACE_S = 45.0  # a file that is being replaced is read again within this time
_QUIET_READINGS = 2


@dataclass(frozen=True)
class Seen:
    """The lake at one instant: the ledger, the inbox, the runs that are alive."""

    inbox: int
    ledger: Activity
    alive: int

    @property
    def is_quiet(self) -> bool:
        """Nothing in the inbox, nothing waiting, nothing stale, nobody at work."""
        return not self.inbox and self.ledger.is_done and not self.alive


@dataclass
class Patience:
    """How long to put up with what: `stall_s` without any change, `silence_s` without a server's answer."""

    stall_s: float = 300.0
    silence_s: float = 180.0


@dataclass
class Waiting:
    """One wait. `failed` collects the tasks that failed for good meanwhile."""

    airflow: AirflowRuns
    outputs: dict[str, set[str]]
    patience: Patience
    keep_going: bool
    since: datetime = field(default_factory=wall_now)
    failed: list[FailedTask] = field(default_factory=list)
    _active: set[str] = field(default_factory=set)
    _asked_at: float = float("-inf")
    _import_errors_since: float | None = None

    def until_quiet(self, tell: Callable[[Seen], None]) -> None:
        """Return when the lake is quiet; `tell` is called about once a second.

        Raises: DataFailed for a failed task (unless `keep_going`), an unreadable DAG file or a stall;
        ServerUnavailable for a server that is silent for too long.
        """
        before, changed_at, answered_at, quiet = None, time.monotonic(), time.monotonic(), 0
        while quiet < _QUIET_READINGS:
            try:
                seen = self._look()
            except Exception as error:
                silent = error if isinstance(error, ServerUnavailable) else unanswered(error)
                if silent is None:
                    raise
                # The process manager starts it again, and runs go on after that.
                if time.monotonic() - answered_at > self.patience.silence_s:
                    raise silent from error
                time.sleep(_EVERY_S)
                continue
            answered_at = time.monotonic()
            tell(seen)
            quiet = quiet + 1 if seen.is_quiet else 0
            if seen != before or seen.alive:
                before, changed_at = seen, answered_at
            elif not quiet and answered_at - changed_at > self.patience.stall_s:
                raise self._stalled(seen)
            time.sleep(_EVERY_S)

    def _look(self) -> Seen:
        if time.monotonic() - self._asked_at > _ASK_AIRFLOW_EVERY_S:
            self._ask_airflow()
        inbox = len(lake.list_objects("land", lake.INBOX))
        with ledger.connect("steward") as connection:
            found = activity(connection, self.outputs)
        alive = sum(
            1 for caller in found.working if "/".join(caller.split(":", 1)[-1].split("/")[:2]) in self._active
        )
        return Seen(inbox, found, alive)

    def _ask_airflow(self) -> None:
        self._active = self.airflow.active()
        for task in self.airflow.failed_since(self.since):
            if task not in self.failed:
                self.failed.append(task)
                if not self.keep_going:
                    raise failure([task])
        errors = self.airflow.import_errors()
        if not errors:
            self._import_errors_since = None
        elif self._import_errors_since is None:
            self._import_errors_since = time.monotonic()
        elif time.monotonic() - self._import_errors_since > _IMPORT_ERROR_GRACE_S:
            raise _unreadable(errors)
        self._asked_at = time.monotonic()

    def _stalled(self, seen: Seen) -> DataFailed:
        from citylake import settings

        place = settings.current()
        left = [f"{seen.inbox} in the inbox"] if seen.inbox else []
        left += [f"{seen.ledger.waiting} deliveries without an outcome"] if seen.ledger.waiting else []
        left += [f"{number} stale in {table}" for table, number in _stale_tables().items()]
        left += [f"{table} never begun" for table in sorted(seen.ledger.undeclared)]
        return DataFailed(
            f"nothing has moved for {timedelta(seconds=round(self.patience.stall_s))}, and work is left",
            found="; ".join(left),
            next_step=f"See `citylake status` and {place.airflow_public_url}, and in {place.home / 'logs'}"
            " airflow-triggerer.log (the inbox), airflow-scheduler.log, airflow-dag-processor.log.\n"
            "  Then `citylake run` again: it goes on where this one stopped.",
        )


def _stale_tables() -> dict[str, int]:
    with ledger.connect("steward") as connection:
        return stale_by_table(connection)


def _said(task: FailedTask) -> str:
    """What the failed task said: in its log, else to the ledger."""
    if text := task.last_error():
        return text
    with ledger.connect("steward") as connection:
        return failure_message(connection, task.caller) or ""


def failure(tasks: list[FailedTask]) -> DataFailed:
    """The error for tasks that failed for good, each with what it said and its log."""
    lines = []
    for task in tasks:
        lines.append(f"{task.dag_id}, task {task.task_id}, attempt {task.attempt}")
        lines += [f"    {line}" for line in _said(task).splitlines()]
        lines.append(f"    log: {task.log_file}")
    return DataFailed(
        "a task of Airflow failed" if len(tasks) == 1 else f"{len(tasks)} tasks of Airflow failed",
        next_step="\n  ".join(
            [*lines, "Put right what it says; then `citylake run` again goes on from there."]
        ),
    )


def _unreadable(errors: dict[str, str]) -> DataFailed:
    lines = [line for file, words in errors.items() for line in f"{file}: {words}".splitlines()]
    return DataFailed(
        f"Airflow cannot read {len(errors)} DAG file(s)", where="dags", next_step="\n  ".join(lines)
    )
