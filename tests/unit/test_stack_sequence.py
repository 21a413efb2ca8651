"""Steps run as soon as those they need are done, and stop at the first failure."""

from __future__ import annotations

import threading

import pytest

from citylake.stack.sequence import Silent, Step, run_all


class Told(Silent):
    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def begin(self, step: Step) -> None:
        self.heard.append(("begin", step.name))

    def finish(self, step: Step, seconds: float) -> None:  # noqa: ARG002
        self.heard.append(("finish", step.name))

    def fail(self, step: Step) -> None:
        self.heard.append(("fail", step.name))


def step(name: str, run=lambda: None, needs: tuple[str, ...] = ()) -> Step:
    return Step(name, name, "nothing", run, needs)


def test_a_step_begins_after_those_it_needs():
    told = Told()
    run_all([step("airflow", needs=("postgres",)), step("postgres")], told)
    assert told.heard == [
        ("begin", "postgres"),
        ("finish", "postgres"),
        ("begin", "airflow"),
        ("finish", "airflow"),
    ]


def test_independent_steps_run_at_the_same_time():
    meeting = threading.Barrier(2, timeout=5)
    run_all([step("postgres", meeting.wait), step("minio", meeting.wait)], Silent())


def test_after_a_failure_nothing_new_begins_and_the_error_is_raised():
    told = Told()

    def fails() -> None:
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        run_all([step("postgres", fails), step("airflow", needs=("postgres",))], told)
    assert told.heard == [("begin", "postgres"), ("fail", "postgres")]


def test_a_step_that_needs_what_never_happens_is_an_error():
    with pytest.raises(ValueError, match="airflow"):
        run_all([step("airflow", needs=("postgres",))], Silent())
