"""Fixtures of tests that build marts."""

from __future__ import annotations

import pytest

from citylake import settings
from tests import servers


@pytest.fixture(scope="module")
def module_home(_offline_home):
    """The offline home, already while fixtures of a module are made."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CITYLAKE_HOME", str(_offline_home))
        patch.setenv("CITYLAKE_CITY", "hangzhou")
        servers.forget_settings()
        yield _offline_home
    servers.forget_settings()


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Settings of a lake of a city, in a home of its own."""

    def at(city: str) -> settings.Settings:
        monkeypatch.setenv("CITYLAKE_HOME", str(tmp_path / city))
        monkeypatch.setenv("CITYLAKE_CITY", city)
        settings.current.cache_clear()
        return settings.current()

    yield at
    settings.current.cache_clear()
