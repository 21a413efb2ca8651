"""What `run` asks Airflow, and what it makes of the answers."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from citylake.cli.airflow_runs import AirflowRuns, FailedTask
from citylake.errors import ServerUnavailable

RUNS = "/api/v2/dags/~/dagRuns"


@pytest.fixture
def api(place):
    """A server that speaks the part of Airflow's API that is used."""
    answers = {
        RUNS: {"dag_runs": [{"dag_id": "a", "dag_run_id": "run+1"}]},
        "/api/v2/dags/a/dagRuns/run%2B1/taskInstances": {
            "task_instances": [{"dag_id": "a", "dag_run_id": "run+1", "task_id": "t", "try_number": 5}]
        },
        "/api/v2/importErrors": {
            "import_errors": [
                {"filename": "x.py", "stack_trace": "Traceback (…):\n  File …\nKeyError: 'a'\n"}
            ]
        },
    }
    asked: list[tuple[str, dict]] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def _answer(self, code: int, body: dict) -> None:
            data = json.dumps(body).encode()
            self.send_response(code)
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append((self.path, body))
            self._answer(201, {"access_token": f"token-{len(asked)}"})

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            asked.append((split.path, parse_qs(split.query)))
            if self.headers["Authorization"] == "Bearer ":
                self._answer(401, {})
            else:
                self._answer(200, answers[split.path])

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    lake = place("hangzhou").model_copy(update={"airflow_url": f"http://127.0.0.1:{server.server_port}"})
    lake.secrets.mkdir(parents=True)
    (lake.secrets / "airflow.admin").write_text("password\n")
    yield AirflowRuns(lake), asked, lake
    server.shutdown()
    server.server_close()


def test_airflow_is_asked_with_a_token_that_is_renewed_when_it_expires(api):
    airflow, asked, _ = api
    airflow._token = "valid once"
    assert airflow.active() == {"a/run+1"}
    airflow._token = ""  # as after a restart of the server
    assert airflow.active() == {"a/run+1"}
    assert [path for path, _ in asked] == [RUNS, RUNS, "/auth/token", RUNS]
    assert asked[2][1] == {"username": "admin", "password": "password"}


def test_a_failed_task_is_found_with_its_log(api):
    airflow, asked, lake = api
    airflow._token = "valid"
    since = datetime(2026, 3, 1, tzinfo=UTC)
    (task,) = airflow.failed_since(since)
    assert (task.dag_id, task.run_id, task.task_id, task.attempt) == ("a", "run+1", "t", 5)
    assert task.caller == "airflow:a/run+1/t/5"
    assert task.log_file == lake.home / "logs/tasks/dag_id=a/run_id=run+1/task_id=t/attempt=5.log"
    assert asked[0][1]["end_date_gte"] == ["2026-03-01T00:00:00+00:00"]


def test_a_failed_task_says_its_last_error(tmp_path):
    log = tmp_path / "attempt=5.log"
    task = FailedTask("a", "r", "t", 5, log)
    assert task.last_error() is None
    lines = [
        {"event": "x", "error_detail": [{"exc_type": "E", "exc_value": "an earlier one"}]},
        {"event": "y", "error_detail": [{"exc_type": "E", "exc_value": "2 checks failed\nFound: z."}]},
        {"event": "::endgroup::"},
    ]
    log.write_text("no json\n" + "\n".join(map(json.dumps, lines)))
    assert task.last_error() == "2 checks failed\nFound: z."


def test_an_unreadable_dag_file_is_told_by_its_last_words(api):
    airflow, _, _ = api
    airflow._token = "valid"
    assert airflow.import_errors() == {"x.py": "KeyError: 'a'"}


def test_an_airflow_that_is_not_there_is_a_server_that_does_not_answer(place):
    lake = place("hangzhou").model_copy(update={"airflow_url": "http://127.0.0.1:9"})
    with pytest.raises(ServerUnavailable, match="Airflow does not answer"):
        AirflowRuns(lake)._ask(lake.airflow_url, {})
