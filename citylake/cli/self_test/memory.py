"""What a small lake holds, kept and put back: a lake as it was, without making it again.

Objects of Iceberg are never changed, but old metadata go: rows of the ledger, of the marts and of the catalogue are put back, and
the objects that went. What was written since is named by nothing then.
"""

from __future__ import annotations

from citylake import lake, settings
from citylake.stack.minio import root_s3

_PLACES = {"citylake": ("ledger", "marts"), "catalog": ("public",)}
_KEPT = "memory"


def keep() -> dict[str, bytes]:
    """Copy every row of the ledger, the marts and the catalogue into a schema beside them; a copy made before is replaced.

    Returns the objects of the lake's tables by key; they should fit into memory.
    """
    for database, schemas in _PLACES.items():
        with _superuser(database) as connection:
            connection.execute(f"drop schema if exists {_KEPT} cascade; create schema {_KEPT}")
            for name, columns in _tables(connection, schemas):
                connection.execute(f'create table {_KEPT}."{name}" as select {columns} from {name}')
    client = root_s3()
    return {key: client.get_object(Bucket=lake.LAKE, Key=key)["Body"].read() for key in _keys(client)}


def put_back(objects: dict[str, bytes]) -> None:
    """Make every table hold what it held when `keep` gave these objects, in one transaction of each database."""
    client = root_s3()
    for key in objects.keys() - _keys(client):
        client.put_object(Bucket=lake.LAKE, Key=key, Body=objects[key])
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


def _keys(client) -> set[str]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=lake.LAKE)
    return {item["Key"] for page in pages for item in page.get("Contents", ())}
