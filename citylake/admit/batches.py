"""Batches of rows between Arrow and DuckDB: read ahead, cut for several threads, put into a table."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor


def ahead(batches: Iterator) -> Iterator:
    """The same batches; the next is read in a thread while the caller works on this one.

    Raises: what reading raises, when the caller asks for the batch that could not be read.
    """
    with ThreadPoolExecutor(1, "admit-read") as pool:
        waiting = pool.submit(next, batches, None)
        while (batch := waiting.result()) is not None:
            waiting = pool.submit(next, batches, None)
            yield batch


def in_parts(batch, parts: int):
    """A table of one batch in `parts` record batches: DuckDB gives each of its threads a batch of its own."""
    import pyarrow as pa

    size = -(-batch.num_rows // parts)
    slices = [batch.slice(start, size) for start in range(0, batch.num_rows, size)]
    return pa.Table.from_batches(slices or [batch])


def append(connection, table: str, rows) -> None:
    """Insert an Arrow table's rows into a table of the same columns."""
    connection.register("incoming", rows)
    connection.execute(f"insert into {table} select * from incoming")
    connection.unregister("incoming")
