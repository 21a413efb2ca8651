"""What Airflow does and what failed there, by its public REST API."""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from citylake.errors import ServerUnavailable
from citylake.settings import Settings

_TIMEOUT_S = 10


@dataclass(frozen=True)
class FailedTask:
    """A task instance that failed for good: its retries are used up."""

    dag_id: str
    run_id: str
    task_id: str
    attempt: int
    log_file: Path

    @property
    def caller(self) -> str:
        """How the ledger names it."""
        return f"airflow:{self.dag_id}/{self.run_id}/{self.task_id}/{self.attempt}"

    def last_error(self) -> str | None:
        """The text of the last exception in its log, a JSON object a line; None where there is none."""
        try:
            lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:  # Airflow may run elsewhere
            return None
        for line in reversed(lines):
            if '"error_detail"' in line:
                try:
                    return json.loads(line)["error_detail"][0]["exc_value"]
                except (ValueError, LookupError, TypeError):
                    continue
        return None


class AirflowRuns:
    """The runs of this lake's Airflow, seen as the user that `airflow.admin` holds the password of."""

    def __init__(self, place: Settings):
        self._place, self._token = place, ""

    def active(self) -> set[str]:
        """`<dag>/<run>` of every run that is queued or running. Raises: ServerUnavailable."""
        runs = self._get("/dags/~/dagRuns", state=["running", "queued"], limit=100)["dag_runs"]
        return {f"{run['dag_id']}/{run['dag_run_id']}" for run in runs}

    def failed_since(self, since: datetime) -> list[FailedTask]:
        """The failed tasks of runs that failed since then, oldest first. Raises: ServerUnavailable."""
        asked = {"state": ["failed"], "end_date_gte": since.isoformat(), "order_by": "end_date", "limit": 20}
        found = []
        for run in self._get("/dags/~/dagRuns", **asked)["dag_runs"]:
            path = f"/dags/{quote(run['dag_id'])}/dagRuns/{quote(run['dag_run_id'], safe='')}/taskInstances"
            found += [self._task(task) for task in self._get(path, state=["failed"])["task_instances"]]
        return found

    def import_errors(self) -> dict[str, str]:
        """DAG files that cannot be read: what is wrong, by file name. Raises: ServerUnavailable."""
        errors = self._get("/importErrors")["import_errors"]
        return {error["filename"]: _last_words(error["stack_trace"]) for error in errors}

    def _task(self, task: dict[str, Any]) -> FailedTask:
        dag, run, name, attempt = task["dag_id"], task["dag_run_id"], task["task_id"], task["try_number"]
        folder = self._place.home / "logs" / "tasks" / f"dag_id={dag}" / f"run_id={run}" / f"task_id={name}"
        return FailedTask(dag, run, name, attempt, folder / f"attempt={attempt}.log")

    def _get(self, path: str, **asked: Any) -> Any:
        url = f"{self._place.airflow_url}/api/v2{path}?{urlencode(asked, doseq=True)}"
        try:
            return self._ask(url, {"Authorization": f"Bearer {self._token}"})
        except urllib.error.HTTPError as error:
            if error.code not in (401, 403):
                raise self._unavailable(f"HTTP {error.code} for {path}") from error
        self._token = self._log_in()
        try:
            return self._ask(url, {"Authorization": f"Bearer {self._token}"})
        except urllib.error.HTTPError as error:
            raise self._unavailable(f"HTTP {error.code} for {path}") from error

    def _log_in(self) -> str:
        login = {"username": "admin", "password": self._place.secret("airflow.admin")}
        try:
            return self._ask(f"{self._place.airflow_url}/auth/token", {}, login)["access_token"]
        except urllib.error.HTTPError as error:
            raise self._unavailable(f"HTTP {error.code} at login") from error

    def _ask(self, url: str, headers: dict[str, str], body: dict | None = None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
        # Loopback or the city's own network: never through a proxy of the environment.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=_TIMEOUT_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._unavailable(str(getattr(error, "reason", error))) from error

    def _unavailable(self, found: str) -> ServerUnavailable:
        return ServerUnavailable(
            "Airflow does not answer", where=self._place.airflow_url, found=found,
            next_step="See `citylake status`; `citylake up` starts the servers.",
        )  # fmt: skip


def _last_words(trace: str) -> str:
    """The error at the end of a stack trace, which may be several lines long."""
    parts = re.split(r"\n(?=[A-Za-z_][\w.]*(?:Error|Exception|Problems|WrongUse)\b)", trace.strip())
    return parts[-1].strip()
