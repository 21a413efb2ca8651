"""Fixtures of tests that need PostgreSQL and MinIO."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from citylake import ledger as ledger_package
from citylake import settings
from citylake.cli import main, show
from citylake.feed import load_feeds
from citylake.table import load_tables
from tests.integration import probe as probes
from tests.integration.by_hand import Ledger

_SCRATCH = "ledger_by_hand"


@pytest.fixture(scope="session")
def _scratch_database(storage):
    with storage.superuser("postgres") as connection:
        name = sql.Identifier(_SCRATCH)
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(name))
        connection.execute(sql.SQL("create database {} owner owner").format(name))
    ledger_package.migrate(_SCRATCH)
    return settings.current().postgres_dsn("owner", _SCRATCH)


@pytest.fixture
def by_hand(_scratch_database):
    """An empty ledger in a database of its own, in one transaction that is rolled back: a test types what happened."""
    connection = psycopg.connect(_scratch_database, row_factory=dict_row)
    try:
        connection.execute(
            "update ledger.lake set clock = 'replay', replay_at = null, timezone = 'Asia/Shanghai'"
        )
        yield Ledger(connection)
    finally:
        connection.rollback()
        connection.close()


@pytest.fixture
def probe(lake, tmp_path, monkeypatch):
    """The probe's department in an empty lake, with its list of places delivered and conformed."""
    from citylake.conform import conform

    lake.empty()
    made = probes.make(tmp_path, lake, monkeypatch)
    made.deliver("place_1.csv", "place,factor\nA,2\nB,3\n", "2026-03-01T00:00")
    conform(probes.PLACE)
    yield made
    # The project's own declarations are read again by whoever comes next.
    load_feeds.cache_clear()
    load_tables.cache_clear()


@pytest.fixture
def three_days(probe):
    """March 1 to 3 delivered and made: A is 10, 20, 30; B only on the 2nd."""
    from citylake.conform import conform

    values = {"03-01": {"A": 10}, "03-02": {"A": 20, "B": 5}, "03-03": {"A": 30}}
    probe.readings(values, "03-01", "03-03", "03-03T20:00")
    conform(probes.DAILY)
    return probe


@pytest.fixture
def empty(lake):
    """A lake that forgot everything."""
    lake.empty()
    return lake


@pytest.fixture
def run(capsys, monkeypatch):
    """Run a command; returns its exit code and what it printed."""

    def run(*words: str, width: int = 80) -> tuple[int, str]:
        monkeypatch.setenv("COLUMNS", str(width))
        show.console.cache_clear()
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        show.console.cache_clear()
        return ended.value.code or 0, capsys.readouterr().out

    return run
