"""One lake's folders, secrets and locks."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from citylake.errors import WrongUse
from citylake.settings import Settings
from citylake.stack import site as site_module
from citylake.stack.site import Site, ensure_secret, locked, write_private


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(Settings(home=tmp_path / "lake"))
    made.make_folders()
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_of_a_lake_are_closed_to_other_users(site: Site):
    assert {mode(path) for path in (site.home, site.run, site.logs, site.settings.secrets)} == {0o700}


def test_a_private_file_is_readable_by_its_owner_only_and_leaves_no_half_written_one(tmp_path: Path):
    write_private(tmp_path / "settings.env", "a=1\n")
    write_private(tmp_path / "settings.env", "a=2\n")
    assert (tmp_path / "settings.env").read_text() == "a=2\n"
    assert mode(tmp_path / "settings.env") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["settings.env"]


def test_a_secret_is_made_once_and_is_different_for_every_name(site: Site):
    first = ensure_secret(site, "s3.land")
    assert ensure_secret(site, "s3.land") == first
    assert ensure_secret(site, "s3.admit") != first
    assert len(first) >= 40
    assert mode(site.settings.secrets / "s3.land") == 0o600


def test_a_missing_secret_says_what_to_do_and_never_a_value(site: Site):
    with pytest.raises(WrongUse, match="the secret 's3.nobody' cannot be read") as error:
        site.settings.secret("s3.nobody")
    assert "citylake up" in str(error.value)


def test_the_control_socket_of_a_deep_home_is_short_enough_for_the_kernel(tmp_path: Path):
    deep = Site(Settings(home=tmp_path / ("d" * 60) / ("e" * 60)))
    shallow = Site(Settings(home=Path("/lake")))
    assert len(str(deep.socket)) <= 100
    assert deep.socket != Site(Settings(home=deep.home / "other")).socket
    assert shallow.socket == Path("/lake/run/supervisor.sock")


def test_processes_that_ask_for_the_same_lock_take_turns(tmp_path: Path):
    order = []
    inside = threading.Event()

    def second() -> None:
        inside.wait()
        with locked(tmp_path / "lock"):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with locked(tmp_path / "lock"):
        inside.set()
        thread.join(timeout=0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_caches_follow_the_users_own_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert site_module.cache_folder() == tmp_path / "citylake"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert site_module.cache_folder() == Path("/home/somebody/.cache/citylake")
