"""Errors say what, where, found against expected and the next step, and survive a process boundary."""

from __future__ import annotations

import pickle

import pytest

from citylake.errors import CitylakeError, DataFailed, Problems, ServerUnavailable, WrongUse

FULL = WrongUse(
    "column 'entry_s': unit 's' needs from_unit", where="feeds/transport/parking_event.yml",
    found="unit s, no from_unit", expected="one of: ms, s, min", next_step="Add `from_unit: s`.",
)  # fmt: skip


def test_an_error_has_its_parts_in_order():
    assert str(FULL) == (
        "feeds/transport/parking_event.yml: column 'entry_s': unit 's' needs from_unit\n"
        "  Found: unit s, no from_unit.  Expected one of: ms, s, min.\n"
        "  Add `from_unit: s`."
    )


def test_parts_that_are_missing_leave_no_trace():
    assert str(DataFailed("a check failed")) == "a check failed"
    assert str(DataFailed("a check failed", found="7")) == "a check failed\n  Found: 7."
    assert str(DataFailed("a check failed", expected="8")) == "a check failed\n  Expected 8."


@pytest.mark.parametrize(
    ("kind", "code"),
    [(CitylakeError, 1), (DataFailed, 1), (WrongUse, 2), (Problems, 2), (ServerUnavailable, 3)],
)
def test_every_kind_has_its_exit_code(kind, code):
    assert kind.exit_code == code


def test_an_error_crosses_a_process_boundary_whole():
    error = pickle.loads(pickle.dumps(FULL))
    assert type(error) is WrongUse
    assert str(error) == str(FULL)
    assert error.next_step == FULL.next_step


def test_an_error_with_a_note_crosses_it_too():
    noted = ServerUnavailable("MinIO does not answer", where="127.0.0.1:9000")
    noted.add_note("in task land")
    error = pickle.loads(pickle.dumps(noted))
    assert (str(error), error.__notes__) == (str(noted), ["in task land"])


def test_problems_are_told_together_and_cross_it_too():
    both = Problems([FULL, WrongUse("the key 'grain' is missing")])
    assert str(both) == f"{FULL}\n\nthe key 'grain' is missing"
    error = pickle.loads(pickle.dumps(both))
    assert str(error) == str(both)
    assert [type(problem) for problem in error.problems] == [WrongUse, WrongUse]
