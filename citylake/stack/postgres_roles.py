"""Databases, roles and rights in PostgreSQL: one role per stage, each able to do its own work only."""

from __future__ import annotations

import hashlib

from citylake.settings import STAGE_ROLES
from citylake.stack.site import Site, ensure_secret

# owner owns every object and runs migrations; bi reads the marts; airflow has its own database.
ROLES = ("owner", *STAGE_ROLES, "bi", "airflow")
DATABASES = {"citylake": "owner", "catalog": "owner", "airflow": "airflow"}

_CITYLAKE = """
create schema if not exists ledger authorization owner;
create schema if not exists marts authorization owner;
grant usage on schema ledger to land, admit, conform, publish, retain, erase, steward;
grant usage on schema marts to publish, steward, bi;
-- A publication stages its rows in temporary tables before it replaces the published ones.
grant temporary on database citylake to publish;
alter default privileges for role owner in schema marts grant select on tables to bi, steward;
alter default privileges for role owner in schema marts
    grant select, insert, update, delete on tables to publish;
alter role bi set default_transaction_read_only = on;
alter role bi set statement_timeout = '10min';
"""

# The tables as Iceberg's JDBC catalogue (schema V1) and PyIceberg both know them. Made here, so that
# they belong to neither and whichever writes first finds them.
_CATALOG = """
create table if not exists iceberg_tables (
    catalog_name varchar(255) not null,
    table_namespace varchar(255) not null,
    table_name varchar(255) not null,
    metadata_location varchar(1000),
    previous_metadata_location varchar(1000),
    iceberg_type varchar(5),
    primary key (catalog_name, table_namespace, table_name)
);
create table if not exists iceberg_namespace_properties (
    catalog_name varchar(255) not null,
    namespace varchar(255) not null,
    property_key varchar(255) not null,
    property_value varchar(1000),
    primary key (catalog_name, namespace, property_key)
);
alter table iceberg_tables owner to owner;
alter table iceberg_namespace_properties owner to owner;
revoke create on schema public from public;
grant select, insert, update, delete on iceberg_tables, iceberg_namespace_properties to admit, conform, retain;
grant select on iceberg_tables, iceberg_namespace_properties to publish, steward;
-- Each session of Spark Connect leaves a connection of the JDBC catalogue behind that nobody closes.
alter role conform in database catalog set idle_session_timeout = '30min';
"""

_CONNECT = {
    "citylake": ("land", "admit", "conform", "publish", "retain", "erase", "steward", "bi"),
    "catalog": ("admit", "conform", "publish", "retain", "steward"),
    "airflow": (),
}


def make_secrets(site: Site) -> dict[str, str]:
    """The password of every role, made where it is missing. Safe to repeat."""
    return {role: ensure_secret(site, f"postgres.{role}") for role in ("postgres", *ROLES)}


def provision(site: Site) -> None:
    """Make databases, roles and rights as they should be. Safe to repeat; quick when nothing changed."""
    import psycopg
    from psycopg import sql

    passwords = make_secrets(site)
    del passwords["postgres"]  # set when the database was made
    mark = _mark(passwords)
    settings = site.settings
    with psycopg.connect(settings.postgres_dsn("postgres", "postgres"), autocommit=True) as connection:
        if _read_mark(connection) == mark:
            return
        for role, password in passwords.items():
            _make_role(connection, role, password)
        for database, owner in DATABASES.items():
            _make_database(connection, database, owner)
    for database, script in (("citylake", _CITYLAKE), ("catalog", _CATALOG)):
        with psycopg.connect(settings.postgres_dsn("postgres", database)) as connection:
            connection.execute(script)
    with psycopg.connect(settings.postgres_dsn("postgres", "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("comment on database citylake is {}").format(sql.Literal(mark)))


def _make_role(connection, role: str, password: str) -> None:
    from psycopg import sql

    # Hashed here: a statement with a password could end in the server's log.
    hashed = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    exists = connection.execute("select 1 from pg_roles where rolname = %s", (role,)).fetchone()
    if not exists:
        connection.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))
    connection.execute(
        sql.SQL("alter role {} with login nosuperuser nocreatedb nocreaterole password {}").format(
            sql.Identifier(role), sql.Literal(hashed)
        )
    )


def _make_database(connection, database: str, owner: str) -> None:
    from psycopg import sql

    name = sql.Identifier(database)
    if not connection.execute("select 1 from pg_database where datname = %s", (database,)).fetchone():
        connection.execute(sql.SQL("create database {} owner {}").format(name, sql.Identifier(owner)))
    connection.execute(sql.SQL("revoke all on database {} from public").format(name))
    for role in _CONNECT[database]:
        connection.execute(sql.SQL("grant connect on database {} to {}").format(name, sql.Identifier(role)))


def _mark(passwords: dict[str, str]) -> str:
    """What was provisioned; passwords are 256 random bits, so their hash gives nothing away."""
    text = "\n".join([_CITYLAKE, _CATALOG, repr(DATABASES), repr(_CONNECT), repr(sorted(passwords.items()))])
    return f"provisioned {hashlib.sha256(text.encode()).hexdigest()}"


def _read_mark(connection) -> str | None:
    row = connection.execute(
        "select shobj_description(oid, 'pg_database') from pg_database where datname = 'citylake'"
    ).fetchone()
    return row[0] if row else None
