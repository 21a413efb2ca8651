"""`run`: which city a lake may hold, when it is quiet, and what is said when it does not get there."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from citylake import settings
from citylake.cli import departments, waiting
from citylake.cli.airflow_runs import AirflowRuns, FailedTask
from citylake.cli.departments import City, end_of_replay, fitting
from citylake.cli.waiting import Patience, Seen, Waiting
from citylake.errors import DataFailed, ServerUnavailable, WrongUse
from citylake.ledger.activity import Activity


@pytest.fixture
def place(tmp_path, monkeypatch):
    def at(city: str) -> settings.Settings:
        monkeypatch.setenv("CITYLAKE_HOME", str(tmp_path / city))
        monkeypatch.setenv("CITYLAKE_CITY", city)
        settings.current.cache_clear()
        return settings.current()

    yield at
    settings.current.cache_clear()


def test_the_simulated_and_the_real_city_follow_the_replay_clock_and_another_the_wall(place):
    assert [place(city).clock for city in ("hangzhou", "realdata", "ningbo")] == ["replay", "replay", "wall"]


@pytest.mark.parametrize(
    ("city", "name"),
    [
        (City(), "1-3-0.1"),
        (City(seed=7, days=10, scale=2), "7-10-2"),
        (City(until=date(2026, 2, 1)), "1-3-0.1-2026-02-01"),
        (City(realdata=Path("x")), "realdata"),
    ],
)
def test_each_city_has_a_folder_of_its_own(city, name):
    assert city.name == name


def test_the_simulator_is_asked_for_what_the_user_asked_for():
    words = City(seed=7, days=10, scale=2, until=date(2026, 2, 1)).words(Path("out"))
    assert " ".join(words) == "simulator --seed 7 --days 10 --scale 2 --until 2026-02-01 --out out"
    assert (
        " ".join(City(realdata=Path("r")).words(Path("out"))) == "simulator.realdata --realdata r --out out"
    )


def test_real_sets_are_refused_in_the_simulated_city(place, tmp_path):
    place("hangzhou")
    with pytest.raises(WrongUse, match="real sets are another city") as caught:
        fitting(City(realdata=tmp_path))
    assert "make run CITY=realdata REALDATA=<folder>" in str(caught.value)


def test_the_real_city_asks_for_its_folder(place, tmp_path):
    place("realdata")
    with pytest.raises(WrongUse, match="needs the folder of the real sets"):
        fitting(City())
    with pytest.raises(WrongUse, match="the folder of the real sets is not there") as caught:
        fitting(City(realdata=tmp_path / "nowhere"))
    assert str(tmp_path / "nowhere") in str(caught.value)
    assert fitting(City(realdata=tmp_path)).realdata == tmp_path


def test_two_seeds_are_two_cities(place):
    home = place("hangzhou").home
    (home / "departments" / "1-3-0.1").mkdir(parents=True)
    assert fitting(City(seed=2)).seed == 2  # nothing was made there yet
    (home / "departments" / "1-3-0.1" / "deliveries.jsonl").write_text("")
    assert fitting(City(seed=1, days=30)).days == 30
    with pytest.raises(WrongUse, match="this lake holds another city: seed 1"):
        fitting(City(seed=2))


def test_the_clock_ends_two_days_after_the_last_arrival(tmp_path):
    arrivals = ["2026-03-02T01:00:00+08:00", "2026-03-09T09:00:00+08:00", "2026-03-08T23:00:00+08:00"]
    lines = [json.dumps({"arrived_at": at}) for at in arrivals]
    (tmp_path / "deliveries.jsonl").write_text("\n".join(lines) + "\n")
    assert end_of_replay(tmp_path) == datetime(2026, 3, 11, 1, tzinfo=UTC)


def test_a_simulator_that_fails_ends_the_run_with_its_code(place, tmp_path):
    import typer

    place("hangzhou")
    with pytest.raises(typer.Exit) as caught:
        departments._python(["simulator", "--scenario", "no such scenario", "--out", str(tmp_path / "out")])
    assert caught.value.exit_code == 2


def _activity(**changes) -> Activity:
    counts = dict.fromkeys(
        ("deliveries", "outcomes", "held", "waiting", "stale", "made", "blocked", "publications"), 0
    )
    return Activity(**(counts | {"undeclared": frozenset(), "working": frozenset()} | changes))


@pytest.mark.parametrize(
    ("seen", "is_quiet"),
    [
        (Seen(0, _activity(), 0), True),
        (Seen(0, _activity(deliveries=9, outcomes=8, blocked=2), 0), True),  # blocked is not waited for
        (Seen(1, _activity(), 0), False),
        (Seen(0, _activity(waiting=1), 0), False),
        (Seen(0, _activity(stale=1), 0), False),
        (Seen(0, _activity(undeclared=frozenset({"marts.health"})), 0), False),
        (Seen(0, _activity(working=frozenset({"airflow:a/b/c/1"})), 1), False),
        (Seen(0, _activity(working=frozenset({"airflow:a/b/c/1"})), 0), True),  # it was killed
    ],
)
def test_a_lake_is_quiet_when_nothing_is_left_and_nobody_works(seen, is_quiet):
    assert seen.is_quiet == is_quiet


class _Airflow:
    """An Airflow that says what a test wants it to say."""

    def __init__(self, failed=(), errors=None):
        self.failed, self.errors = list(failed), errors or {}

    def active(self) -> set[str]:
        return set()

    def failed_since(self, since: datetime) -> list[FailedTask]:
        assert since.tzinfo
        return self.failed

    def import_errors(self) -> dict[str, str]:
        return self.errors


def _waiting(airflow: _Airflow, patience: Patience, looks, monkeypatch, keep_going: bool = False) -> Waiting:
    """A wait that sees `looks` one after the other, the last again and again."""
    looks = list(looks)
    made = Waiting(airflow, {}, patience, keep_going)  # type: ignore[arg-type]

    def look() -> Seen:
        made._ask_airflow()
        found = looks.pop(0) if len(looks) > 1 else looks[0]
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(made, "_look", look)
    monkeypatch.setattr(waiting, "_EVERY_S", 0.01)
    return made


TASK = FailedTask("marts__health", "scheduled__1", "publish", 5, Path("logs/attempt=5.log"))
BUSY, QUIET = Seen(0, _activity(stale=1), 0), Seen(0, _activity(), 0)


def test_waiting_ends_when_the_lake_is_quiet_twice(monkeypatch):
    told: list[Seen] = []
    looks = [BUSY, QUIET, BUSY, QUIET, QUIET]
    _waiting(_Airflow(), Patience(), looks, monkeypatch).until_quiet(told.append)
    assert told == looks


def test_a_failed_task_ends_the_wait_with_its_words_and_its_log(monkeypatch):
    monkeypatch.setattr(waiting, "_said", lambda _: "DataFailed: 2 critical of 9 checks failed")
    made = _waiting(_Airflow([TASK]), Patience(), [BUSY], monkeypatch)
    with pytest.raises(DataFailed) as caught:
        made.until_quiet(lambda _: None)
    assert str(caught.value) == (
        "a task of Airflow failed\n"
        "  marts__health, task publish, attempt 5\n"
        "      DataFailed: 2 critical of 9 checks failed\n"
        "      log: logs/attempt=5.log\n"
        "  Put right what it says; then `citylake run` again goes on from there."
    )


def test_keep_going_remembers_a_failed_task_once_and_waits_on(monkeypatch):
    made = _waiting(_Airflow([TASK]), Patience(), [BUSY, BUSY, QUIET], monkeypatch, keep_going=True)
    made.until_quiet(lambda _: None)
    assert made.failed == [TASK]


def test_a_stall_says_what_is_left(monkeypatch):
    stuck = Seen(2, _activity(waiting=3, stale=1, undeclared=frozenset({"marts.health"})), 0)
    monkeypatch.setattr(waiting, "_stale_tables", lambda: {"conformed.health.case_day": 1})
    made = _waiting(_Airflow(), Patience(stall_s=0.05), [stuck], monkeypatch)
    with pytest.raises(DataFailed, match="nothing has moved for") as caught:
        made.until_quiet(lambda _: None)
    assert (
        "Found: 2 in the inbox; 3 deliveries without an outcome; 1 stale in conformed.health.case_day;"
        " marts.health never begun." in str(caught.value)
    )


def test_somebody_at_work_is_no_stall(monkeypatch):
    working = Seen(0, _activity(stale=1), 1)
    made = _waiting(_Airflow(), Patience(stall_s=0.05), [working] * 20 + [QUIET], monkeypatch)
    made.until_quiet(lambda _: None)


def test_a_server_may_be_silent_for_a_while_but_not_for_ever(monkeypatch):
    silent, cut = ServerUnavailable("PostgreSQL does not answer"), ConnectionResetError("connection reset")
    _waiting(_Airflow(), Patience(), [silent, cut, silent, QUIET], monkeypatch).until_quiet(lambda _: None)
    made = _waiting(_Airflow(), Patience(silence_s=0.05), [silent], monkeypatch)
    with pytest.raises(ServerUnavailable):
        made.until_quiet(lambda _: None)
    with pytest.raises(ZeroDivisionError):  # anything else is no silence
        _waiting(_Airflow(), Patience(), [ZeroDivisionError()], monkeypatch).until_quiet(lambda _: None)


def test_a_dag_file_that_stays_unreadable_ends_the_wait(monkeypatch):
    monkeypatch.setattr(waiting, "_IMPORT_ERROR_GRACE_S", 0.05)
    made = _waiting(_Airflow(errors={"marts.py": "NameError: name 'x'"}), Patience(), [BUSY], monkeypatch)
    with pytest.raises(DataFailed, match="Airflow cannot read 1 DAG file") as caught:
        made.until_quiet(lambda _: None)
    assert "marts.py: NameError: name 'x'" in str(caught.value)


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
