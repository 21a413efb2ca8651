"""Which port each server gets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from citylake.errors import WrongUse
from citylake.settings import Settings
from citylake.stack import ports
from citylake.stack.site import Site


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ports._NAMED_BY.values():
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def lake(folder: Path, **settings) -> Settings:
    made = Settings(home=folder, **settings)
    Site(made).make_folders()
    return made


def written(settings: Settings) -> Settings:
    ports.write_settings(Site(settings), ports.choose(settings))
    return Settings(_env_file=settings.home / "settings.env", home=settings.home)


def test_a_taken_port_is_not_free(taken: int):
    assert not ports.is_free(taken)


def test_a_server_gets_the_next_free_port_where_the_usual_one_is_taken(tmp_path: Path, taken: int):
    chosen = ports.choose(lake(tmp_path / "lake", postgres_port=taken))
    assert taken < chosen["postgres"] < taken + 50


def test_two_lakes_never_get_the_same_port_even_when_neither_runs(tmp_path: Path):
    first = written(lake(tmp_path / "first"))
    second = written(lake(tmp_path / "second"))
    assert not set(ports.remembered(first).values()) & set(ports.remembered(second).values())


def test_a_lake_keeps_its_ports_from_one_start_to_the_next(tmp_path: Path):
    written(lake(tmp_path / "other"))
    first = written(lake(tmp_path / "lake"))
    assert ports.remembered(written(first)) == ports.remembered(first)


def test_the_ports_of_a_removed_lake_are_free_again(tmp_path: Path):
    gone = written(lake(tmp_path / "gone"))
    (gone.home / "settings.env").unlink()
    assert ports.remembered(written(lake(tmp_path / "lake"))) == ports.remembered(gone)


def test_a_port_given_by_name_is_not_swapped_for_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, taken: int
):
    monkeypatch.setenv("CITYLAKE_POSTGRES_PORT", str(taken))
    with pytest.raises(WrongUse) as error:
        ports.choose(lake(tmp_path / "lake"))
    assert str(error.value) == (
        f"environment variable CITYLAKE_POSTGRES_PORT: the port {taken} for postgres is taken\n"
        "  Found: another program listens there.  Expected a free port.\n"
        "  Name another port, or unset the variable and let citylake choose."
    )


def test_the_settings_file_holds_every_address_and_is_closed_to_others(tmp_path: Path):
    settings = written(lake(tmp_path / "lake", city="realdata"))
    path = settings.home / "settings.env"
    assert path.stat().st_mode & 0o777 == 0o600
    assert settings.city == "realdata"
    assert settings.spark_remote.startswith("sc://localhost:")
    assert settings.secret("spark.token") in settings.spark_remote
