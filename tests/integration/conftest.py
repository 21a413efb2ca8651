"""Fixtures of tests that need PostgreSQL and MinIO."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from citylake import ledger as ledger_package
from citylake import settings
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
        connection.execute("update ledger.lake set clock = 'replay', replay_at = null, timezone = 'Asia/Shanghai'")
        yield Ledger(connection)
    finally:
        connection.rollback()
        connection.close()
