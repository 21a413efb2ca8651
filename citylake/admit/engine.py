"""DuckDB as admission uses it: it reaches no file but those in the scratch folder, and keys are in no SQL."""

from __future__ import annotations

from pathlib import Path

from citylake.admit.names import literal
from citylake.feed import Feed


def connect(scratch: Path, feed: Feed, delivery_id: str, *, database: str, threads: int, memory: str):
    """A connection to a database in `scratch`, or in memory, with what a feed's SQL may call.

    A rule in a feed file can read nothing but its row: neither files nor the network, nor change that.
    """
    import duckdb

    from citylake.privacy import match_key, pseudonym

    connection = duckdb.connect(database if database == ":memory:" else str(scratch / database))
    connection.execute("set global timezone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    connection.execute(f"set memory_limit = '{memory}'")
    connection.execute(f"set threads = {threads}")
    connection.execute(f"set temp_directory = {literal(str(scratch / 'spill'))}")
    keyed = {each.privacy for each in feed.columns if each.privacy and each.privacy.domain}
    for domain in {str(each.domain) for each in keyed if not each.is_match_key}:
        pseudonym.register(connection, domain)
    for domain in {str(each.domain) for each in keyed if each.is_match_key}:
        match_key.register(connection, domain)
    pseudonym.register_seal(connection, delivery_id)
    connection.execute(f"set allowed_directories = [{literal(str(scratch))}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def append(connection, table: str, rows) -> None:
    """Insert an Arrow table's rows into a table of the same columns."""
    connection.register("incoming", rows)
    connection.execute(f"insert into {table} select * from incoming")
    connection.unregister("incoming")
