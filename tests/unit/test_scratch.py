"""Folders of admissions: one each, none left of those that were killed, none taken from the living."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys

import pytest

from citylake import settings
from citylake.admit.scratch import scratch

KILLED = """
import os, signal
from citylake.admit.scratch import scratch
with scratch("KILLED") as folder:
    (folder / "rows").write_text("a person")
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("CITYLAKE_HOME", str(tmp_path))
    settings.current.cache_clear()
    return tmp_path / "scratch"


def test_a_folder_is_for_this_user_alone_and_gone_afterwards(root):
    with scratch("D1") as folder:
        assert list(folder.iterdir()) == []
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "rows").write_text("a person")
    assert list(root.iterdir()) == []


def test_it_is_gone_after_an_error_too(root):
    with pytest.raises(ZeroDivisionError), scratch("D1") as folder:  # noqa: PT012
        (folder / "rows").write_text("a person")
        raise ZeroDivisionError
    assert list(root.iterdir()) == []


def test_two_admissions_have_two_folders(root):
    with scratch("D1") as one, scratch("D1") as other:
        assert one != other
        assert one.exists()
        assert other.exists()
    assert list(root.iterdir()) == []


def test_what_a_killed_admission_left_is_removed_by_the_next(root):
    done = subprocess.run(
        [sys.executable, "-c", KILLED], capture_output=True, text=True, env=os.environ, check=False
    )
    assert done.returncode == -signal.SIGKILL
    left = root / done.stdout.strip().rsplit("/", 1)[-1]
    assert (left / "rows").read_text() == "a person"
    with scratch("D2") as folder:
        assert not left.exists()
        assert folder.exists()
    assert list(root.iterdir()) == []
