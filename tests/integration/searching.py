"""Looking for a text in all that a lake holds."""

from __future__ import annotations

import io
import tempfile

from citylake import ledger
from citylake.lake import extension_file


def where_it_is(lake, text: str, bucket: str = "lake") -> list[str]:
    """Every object of a bucket that holds a text, in its bytes or in what Parquet and Avro hold packed."""
    client, found = lake.root_s3(), []
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", []):
            body = client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
            if text.encode() in told(item["Key"], body):
                found.append(item["Key"])
    return sorted(found)


def told(name: str, body: bytes) -> bytes:
    """The bytes of a file, and behind them what Parquet and Avro hold packed in it, as text."""
    import pyarrow.parquet as pq

    if name.endswith(".parquet"):
        columns = pq.read_table(io.BytesIO(body)).to_pydict()
        return body + repr(columns).encode()
    return body + _avro(body) if name.endswith(".avro") else body


def _avro(body: bytes) -> bytes:
    """The records of an Avro file, as text."""
    import duckdb

    with tempfile.NamedTemporaryFile(suffix=".avro") as file, duckdb.connect() as connection:
        file.write(body)
        file.flush()
        connection.load_extension(extension_file("avro"))
        return repr(connection.execute("select * from read_avro($1)", [file.name]).fetchall()).encode()


def left_in_ledger(text: str) -> list[str]:
    """The tables of the ledger that hold a text."""
    with ledger.connect("steward") as connection:
        tables = connection.execute(
            "select table_name as name from information_schema.tables where table_schema = 'ledger'"
        ).fetchall()
        return [
            row["name"]
            for row in tables
            if connection.execute(
                f"select exists (select 1 from ledger.{row['name']} as t where t::text like %s) as found",
                (f"%{text}%",),
            ).fetchone()["found"]
        ]
