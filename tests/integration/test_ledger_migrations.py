"""Migrations of the ledger: from every revision, twice, killed, and never backwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest
from psycopg import sql

from citylake import ledger, settings
from citylake.errors import WrongUse

NAME = "ledger_migrated"
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012")


@pytest.fixture
def database(storage):
    """A database without a ledger; a superuser's connection to it."""
    with storage.superuser("postgres") as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(NAME)))
        connection.execute(sql.SQL("create database {} owner owner").format(sql.Identifier(NAME)))
    with storage.superuser(NAME) as connection:
        yield connection


def revision(connection) -> str:
    return connection.execute("select version_num from ledger.schema_version").fetchone()["version_num"]


def shape(connection) -> list[str]:
    """Every column, view text, index and right of the ledger."""
    found = connection.execute(
        "select format('%s.%s %s', table_name, column_name, data_type) as line"
        " from information_schema.columns where table_schema = 'ledger'"
        " union all select viewname || definition from pg_views where schemaname = 'ledger'"
        " union all select indexdef from pg_indexes where schemaname = 'ledger'"
        " union all select format('%s %s %s', grantee, privilege_type, table_name)"
        " from information_schema.table_privileges where table_schema = 'ledger' order by 1"
    )
    return [row["line"] for row in found]


@pytest.mark.parametrize("begin", REVISIONS)
def test_from_every_revision_the_ledger_becomes_the_same(database, begin):
    ledger.migrate(NAME, begin)
    assert revision(database) == begin
    ledger.migrate(NAME)
    assert revision(database) == REVISIONS[-1]
    upgraded = shape(database)
    database.execute("drop schema ledger cascade; drop schema marts cascade")
    ledger.migrate(NAME)
    assert shape(database) == upgraded


def test_migrating_twice_changes_nothing(database):
    ledger.migrate(NAME)
    before = shape(database), database.execute("select * from ledger.lake").fetchall()
    ledger.migrate(NAME)
    assert (shape(database), database.execute("select * from ledger.lake").fetchall()) == before


def test_a_migration_that_is_killed_leaves_the_old_revision(database):
    ledger.migrate(NAME, "0001")
    before = shape(database)
    with psycopg.connect(settings.current().postgres_dsn("postgres", NAME)) as holder:
        # The last migration alters this table: it has to wait here, with those before it done.
        holder.execute("lock table ledger.feeds in access share mode")
        process = subprocess.Popen(
            [sys.executable, "-c", f"from citylake import ledger; ledger.migrate('{NAME}')"]
        )
        waiting = (
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%settled_version%'"
        )
        while not database.execute(waiting).fetchone():
            assert process.poll() is None
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    while database.execute(
        "select 1 from pg_stat_activity where usename = 'owner' and datname = 'ledger_migrated'"
    ).fetchone():
        time.sleep(0.05)
    assert revision(database) == "0001"
    assert shape(database) == before
    ledger.migrate(NAME)
    assert revision(database) == REVISIONS[-1]


def test_a_ledger_newer_than_the_code_is_refused_and_left_alone(database):
    ledger.migrate(NAME)
    database.execute("update ledger.schema_version set version_num = '9999'")
    before = shape(database)
    with pytest.raises(WrongUse) as refused:
        ledger.migrate(NAME)
    assert str(refused.value) == (
        f"database {NAME}: the ledger was made by a newer release of citylake\n"
        f"  Found: ledger revision 9999.  Expected {REVISIONS[-1]} or an earlier one.\n"
        "  Use that release again; or restore the backup of before its upgrade."
    )
    assert shape(database) == before
