"""A file put into the inbox by hand: what is told before anything is sent."""

from __future__ import annotations

import pytest

from citylake import settings
from citylake.errors import WrongUse
from citylake.land.sending import send


@pytest.fixture
def secrets(tmp_path, monkeypatch):
    """The folder of a lake's secrets, in which one department has its keys."""
    monkeypatch.setenv("CITYLAKE_SECRETS_DIR", str(tmp_path))
    settings.current.cache_clear()
    (tmp_path / "s3.department-environment").write_text("a key\n", encoding="utf-8")
    yield tmp_path
    settings.current.cache_clear()


def test_a_department_without_keys_is_told_who_makes_them(secrets, tmp_path):
    file = tmp_path / "case_report_2020-01-22.csv"
    file.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(WrongUse) as told:
        send(file, "health")
    assert str(told.value) == (
        f"{secrets}: the department 'health' has no keys yet\n"
        "  `citylake up` makes the keys of every department: run it again, then deliver again."
    )


def test_a_department_that_is_not_there_is_told_before_its_keys(secrets, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(WrongUse, match="there is no such department") as told:
        send(file, "helth")
    assert "health" in str(told.value.expected)
