"""Wide to long: each column that is not kept becomes a row of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from citylake.admit.reading import Reading, raw
from citylake.format import Unpivot


def unpivoted(wide: Reading, how: Unpivot) -> Reading:
    """A reading of one row for each record and column that is not kept, in that order, numbered from 1.

    Columns may come and go between deliveries: those there are become rows. A column to keep that is missing
    is missing in the header too, which is a reason for holding the delivery.
    """
    keep = [n for n, name in enumerate(wide.header) if name in how.keep]
    spread = [n for n in range(len(wide.header)) if n not in keep]
    header = [*(wide.header[n] for n in keep), how.name_to, how.value_to]
    long = Reading(header, iter(()))
    long.batches = _long(wide, long, keep, spread, how.drop_empty)
    return long


def _long(wide: Reading, long: Reading, keep: list[int], spread: list[int], drop_empty: bool) -> Iterator:
    """Rows of a record stand together: the nth value of record r is row (r - 1) × values + n, a broken record its first."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    width = len(spread)
    names = pa.array([wide.header[n] for n in spread], pa.string())
    for whole in wide.batches:
        # A wide record becomes many rows, so fewer records at a time.
        for start in range(0, whole.num_rows, max(1, 50_000 // max(width, 1))):
            batch = whole.slice(start, max(1, 50_000 // max(width, 1)))
            count = batch.num_rows
            records = np.repeat(np.arange(count), width)
            numbers = (
                (batch["_source_row"].to_numpy()[records] - 1) * width + np.tile(np.arange(width), count) + 1
            )
            values = (
                pa.concat_arrays([batch[raw(n)] for n in spread]) if spread else pa.array([], pa.string())
            )
            # Values stand column after column; they are wanted record after record.
            order = np.tile(np.arange(width) * count, count) + records
            columns = [pa.array(numbers, pa.int64()), *(batch[raw(n)].take(pa.array(records)) for n in keep)]
            columns += [names.take(pa.array(np.tile(np.arange(width), count))), values.take(pa.array(order))]
            rows = pa.RecordBatch.from_arrays(
                columns, names=["_source_row", *(raw(n) for n in range(len(columns) - 1))]
            )
            if drop_empty:
                rows = rows.filter(
                    pc.not_equal(pc.utf8_trim_whitespace(pc.fill_null(rows.column(len(columns) - 1), "")), "")
                )
            long.records += rows.num_rows
            if rows.num_rows:
                yield rows
    # A broken record has the number that its first value would have: no row has the same.
    long.unparsed += [
        replace(each, source_row=(each.source_row - 1) * max(width, 1) + 1) for each in wide.unparsed
    ]
    long.records += len(wide.unparsed)
