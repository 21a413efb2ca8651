"""One thing in which the lake and the truth differ."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """`kind` is delivery, quarantine, null, indicator or code; `about` says which one, in words a person can look for."""

    kind: str
    about: str
    expected: str
    found: str


def load(connection, name: str, rows: list[dict], columns: dict[str, str]) -> None:
    """Make a table of dictionaries in DuckDB; `columns` gives its names and types."""
    import pyarrow as pa

    types = {"text": pa.string(), "int": pa.int64(), "float": pa.float64(), "time": pa.timestamp("us", "UTC")}
    schema = pa.schema([(column, types[kind]) for column, kind in columns.items()])
    given = pa.Table.from_pylist(
        [{column: row.get(column) for column in columns} for row in rows], schema=schema
    )
    connection.register("given", given)
    connection.execute(f"create table {name} as from given")
    connection.unregister("given")


def differing(connection, query: str) -> list[Difference]:
    """What a query of kind, about, expected, found gives."""
    return [Difference(*(str(part) for part in row)) for row in connection.execute(query).fetchall()]
