"""`run`: which city a lake may hold, when it is quiet, and what is said when it does not get there."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from citylake.cli import departments, waiting
from citylake.cli.airflow_runs import FailedTask
from citylake.cli.departments import City, end_of_replay, fitting
from citylake.cli.waiting import Patience, Seen, Waiting
from citylake.errors import DataFailed, ServerUnavailable, WrongUse
from citylake.ledger.activity import Activity


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
