"""What a lake's databases hold, kept and put back: a lake as it was, without making it again.

Tables of Iceberg are never changed in place and the objects of a lake that is proved are not expired, so the rows of the ledger,
of the marts and of the catalogue are all that has to be put back.
"""

from __future__ import annotations

from citylake import settings

_PLACES = {"citylake": ("ledger", "marts"), "catalog": ("public",)}
_KEPT = "memory"


def keep() -> None:
    """Copy every row of the ledger, the marts and the catalogue into a schema beside them; a copy made before is replaced."""
    for database, schemas in _PLACES.items():
        with _superuser(database) as connection:
            connection.execute(f"drop schema if exists {_KEPT} cascade; create schema {_KEPT}")
            for name, columns in _tables(connection, schemas):
                connection.execute(f'create table {_KEPT}."{name}" as select {columns} from {name}')


def put_back() -> None:
    """Make every table hold what it held when it was kept, in one transaction of each database."""
    for database, schemas in _PLACES.items():
        with _superuser(database) as connection:
            # The ledger only grows, which triggers and foreign keys see to; putting back is no event of the lake.
            connection.execute("set local session_replication_role = replica")
            for name, columns in _tables(connection, schemas):
                connection.execute(
                    f"delete from {name}; insert into {name} ({columns}) overriding system value"
                    f' select {columns} from {_KEPT}."{name}"'
                )


def _tables(connection, schemas: tuple[str, ...]) -> list[tuple[str, str]]:
    """Every table of some schemas, in full, with its columns that are not computed."""
    return connection.execute(
        "select format('%%I.%%I', table_schema, table_name), string_agg(format('%%I', column_name), ', ')"
        " from information_schema.columns inner join information_schema.tables using (table_schema, table_name)"
        " where table_schema = any(%s) and table_type = 'BASE TABLE' and is_generated = 'NEVER'"
        " group by table_schema, table_name order by 1",
        (list(schemas),),
    ).fetchall()


def _superuser(database: str):
    import psycopg

    return psycopg.connect(settings.current().postgres_dsn("postgres", database))
