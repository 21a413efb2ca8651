"""What is said when the machine lacks something."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from citylake.errors import Problems, WrongUse
from citylake.settings import Settings
from citylake.stack import checks
from citylake.stack.site import Site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Site(Settings(home=tmp_path / "not" / "yet"))


def pretend_free(monkeypatch: pytest.MonkeyPatch, gigabytes: float) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=gigabytes * 1e9))


def test_a_machine_that_has_everything_passes(site: Site, monkeypatch: pytest.MonkeyPatch):
    pretend_free(monkeypatch, 50)
    checks.check(site)


def test_a_python_that_is_too_old_is_named(site: Site, monkeypatch: pytest.MonkeyPatch):
    pretend_free(monkeypatch, 50)
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(WrongUse, match="Found: Python 3.9.2.  Expected 3.11, 3.12 or 3.13"):
        checks.check(site)


def test_a_full_disk_is_named_with_what_is_needed(site: Site, monkeypatch: pytest.MonkeyPatch):
    pretend_free(monkeypatch, 0.4)
    with pytest.raises(Problems) as error:
        checks.check(site)
    assert "Found: 0.4 GB free.  Expected 1.0 GB or more." in str(error.value)
    assert "Found: 0.4 GB free.  Expected 3.3 GB or more." in str(error.value)
    assert "CITYLAKE_HOME" in str(error.value)


def test_everything_that_is_missing_is_said_at_once(site: Site, monkeypatch: pytest.MonkeyPatch):
    pretend_free(monkeypatch, 0.4)
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    with pytest.raises(Problems) as error:
        checks.check(site)
    assert len(error.value.problems) == 3
