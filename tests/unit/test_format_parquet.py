"""Parquet: typed columns become the texts that the casts of a feed file read."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
from pyarrow import parquet

from tests.unit.formats import held, taken


def bytes_of(table: pa.Table) -> bytes:
    file = io.BytesIO()
    parquet.write_table(table, file)
    return file.getvalue()


def test_every_type_as_text():
    eight = datetime.fromisoformat("2026-03-01 08:30")
    table = pa.table({
        "text": ["a", None], "whole": [1, None], "number": [0.1, 1e20], "money": [Decimal("1.10"), None],
        "yes": [True, False], "day": [date(2026, 3, 1), None],
        "local": pa.array([eight, None], pa.timestamp("ms")),
        "instant": pa.array([eight.replace(tzinfo=UTC), None], pa.timestamp("us", "Asia/Shanghai")),
        "kind": pa.array(["x", "y"]).dictionary_encode(), "list": [[1, 2], None], "inner": [{"a": "中"}, None],
    })  # fmt: skip
    header, rows, _ = taken(bytes_of(table), kind="parquet")
    assert header == table.column_names
    assert rows[0] == [
        "a", "1", "0.1", "1.10", "true", "2026-03-01", "2026-03-01 08:30:00.000", "2026-03-01 08:30:00.000000+00:00",
        "x", "[1, 2]", '{"a": "中"}',
    ]  # fmt: skip
    assert rows[1] == [None, None, "1e+20", None, "false", None, None, None, "y", None, None]


def test_an_instant_is_told_in_utc_whatever_its_zone():
    at = datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    for zone in ("Asia/Shanghai", "UTC", "+08:00"):
        column = pa.array([at], pa.timestamp("s", zone))
        assert taken(bytes_of(pa.table({"at": column})), kind="parquet")[1] == [
            ["2026-03-01 00:30:00.000+00:00"]
        ]


def test_rows_are_numbered_over_row_groups():
    file = io.BytesIO()
    parquet.write_table(pa.table({"n": list(range(120_000))}), file, row_group_size=7_000)
    assert [row[0] for row in taken(file.getvalue(), kind="parquet")[1]] == [str(n) for n in range(120_000)]


def test_what_is_no_whole_file_is_held():
    whole = bytes_of(pa.table({"n": list(range(9000))}))
    assert held(whole[:-9], kind="parquet").startswith("unreadable")
    assert held(b"id,value\n", kind="parquet").startswith("unreadable")
