"""Connections to the ledger, and its migrations."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from citylake import settings
from citylake.errors import ServerUnavailable, WrongUse


@contextlib.contextmanager
def connect(role: str, *, autocommit: bool = False) -> Iterator:
    """A psycopg connection of a stage's role; rows come as dictionaries.

    The block is one transaction: committed at its end, rolled back by an exception.
    Raises: ServerUnavailable where PostgreSQL does not answer.
    """
    import psycopg
    from psycopg.rows import dict_row

    place = settings.current()
    try:
        connection = psycopg.connect(place.postgres_dsn(role), row_factory=dict_row, autocommit=autocommit)
    except psycopg.OperationalError as error:
        raise ServerUnavailable(
            "PostgreSQL does not answer",
            where=f"{place.postgres_host}:{place.postgres_port}",
            found=str(error).strip().splitlines()[-1],
            next_step="See `citylake status`; `citylake up` starts the servers.",
        ) from error
    with connection:
        yield connection


def migrate(database: str = "citylake", revision: str = "head") -> None:
    """Bring the schemas `ledger` and `marts` of a database to this code's version; safe to repeat.

    One transaction: killed at any instant, the ledger stays as it was. Raises: WrongUse where the ledger is newer than
    this code; then nothing changed.
    """
    import sqlalchemy
    from alembic import command

    place = settings.current()
    engine = sqlalchemy.create_engine(place.postgres_url("owner", database, "postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("create schema if not exists ledger")
            connection.exec_driver_sql("create schema if not exists marts")
            config = _alembic(connection)
            _refuse_newer(connection, config, database)
            command.upgrade(config, revision)
            connection.execute(
                sqlalchemy.text(
                    "insert into ledger.lake (city, clock, timezone) values (:city, :clock, 'Asia/Shanghai')"
                    " on conflict (one) do update set clock = excluded.clock"
                ),
                {"city": place.city, "clock": place.clock},
            )
    finally:
        engine.dispose()


def _alembic(connection):
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection, config, database: str) -> None:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    place = {"version_table": "schema_version", "version_table_schema": "ledger"}
    present = MigrationContext.configure(connection, opts=place).get_current_revision()
    scripts = ScriptDirectory.from_config(config)
    known = {script.revision for script in scripts.walk_revisions()}
    if present is not None and present not in known:
        raise WrongUse(
            "the ledger was made by a newer release of citylake", where=f"database {database}",
            found=f"ledger revision {present}", expected=f"{scripts.get_current_head()} or an earlier one",
            next_step="Use that release again; or restore the backup of before its upgrade.",
        )  # fmt: skip
