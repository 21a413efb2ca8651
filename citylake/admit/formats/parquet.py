"""Parquet by Arrow: typed columns as the text the feed file's casts read."""

from __future__ import annotations

import json
from collections.abc import Iterator

from citylake.admit.reading import Reading, Unreadable, raw, spooled
from citylake.feed import Feed


def read(stream, feed: Feed) -> Reading:  # noqa: ARG001 (every reader has the feed)
    """Open a Parquet file. Raises: Unreadable."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(spooled(stream))
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(error) from error
    reading = Reading(list(file.schema_arrow.names), iter(()))
    reading.batches = _batches(file, reading)
    return reading


def _batches(file, reading: Reading) -> Iterator:
    import numpy as np
    import pyarrow as pa

    row = 1
    try:
        for batch in file.iter_batches(batch_size=50_000):
            columns = [pa.array(np.arange(row, row + batch.num_rows)), *map(_text, batch.columns)]
            row += batch.num_rows
            reading.records += batch.num_rows
            names = ["_source_row", *(raw(n) for n in range(len(batch.columns)))]
            yield pa.RecordBatch.from_arrays(columns, names=names)
    except (pa.ArrowInvalid, OSError) as error:
        raise _unreadable(error) from error


def _text(column):
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_dictionary(kind):
        return _text(column.dictionary_decode())
    if pa.types.is_timestamp(kind):
        # An instant says its offset, a local time does not. Arrow would print an instant in its own zone.
        instant = column.cast(pa.timestamp(kind.unit, "UTC")) if kind.tz else column
        text = pc.strftime(instant, format="%Y-%m-%d %H:%M:%S")
        return pc.binary_join_element_wise(text, "+00:00", "") if kind.tz else text
    if pa.types.is_nested(kind):
        texts = (
            None if value is None else json.dumps(value, ensure_ascii=False, default=str)
            for value in column.to_pylist()
        )
        return pa.array(texts, pa.string())
    return column.cast(pa.string())


def _unreadable(error: Exception) -> Unreadable:
    if "UTF8" in str(error):
        return Unreadable("wrong_encoding", "a column of bytes is not text in utf-8")
    return Unreadable("unreadable", f"this is no whole Parquet file: {str(error).splitlines()[0][:200]}")
