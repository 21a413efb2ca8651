"""Bytes of a delivery as batches of text columns, each row with its place in the file."""

from __future__ import annotations

import csv as csv_module
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass, field

from citylake.feed import Feed

_BLOCK_BYTES = 4 << 20
_ARROW_UTF8 = {"utf8": "utf-8", "utf-8": "utf-8", "utf-8-sig": "utf-8"}  # Arrow skips the mark itself


class Unreadable(Exception):
    """The delivery as a whole cannot be read: a reason for holding it."""

    def __init__(self, kind: str, detail: str):
        self.kind, self.detail = kind, detail
        super().__init__(f"{kind}: {detail}")


@dataclass
class Reading:
    """An open delivery: its header, and batches to iterate once.

    `unparsed` fills while the batches are read: (source_row, text, what is wrong).
    """

    header: list[str]
    batches: Iterator
    unparsed: list[tuple[int, str, str]] = field(default_factory=list)
    records: int = 0


def read(stream, feed: Feed, compression: str) -> Reading:
    """Open a binary stream by the feed's format. Batches are Arrow record batches of strings, named as
    in the file, with `_source_row` (1-based, the header not counted, broken records counted) in front.

    Raises: Unreadable, here or while iterating.
    """
    if compression == "gzip":
        stream = gzip.GzipFile(fileobj=stream)
    return _READERS[feed.format.kind](stream, feed)


def _read_csv(stream, feed: Feed) -> Reading:
    import pyarrow as pa
    from pyarrow import csv

    reading = Reading([], iter(()))

    def broken(row) -> str:
        reading.unparsed.append(
            (row.number - 1, row.text, f"{row.actual_columns} fields where {row.expected_columns} are expected")
        )
        return "skip"

    buffered = io.BufferedReader(stream, _BLOCK_BYTES)
    encoding = _ARROW_UTF8.get(feed.format.encoding.lower(), feed.format.encoding)
    try:
        reading.header = _header(buffered.peek(_BLOCK_BYTES)[:_BLOCK_BYTES], encoding, feed)
        opened = csv.open_csv(
            pa.PythonFile(buffered, mode="r"),
            read_options=csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES, encoding=encoding),
            parse_options=csv.ParseOptions(
                delimiter=feed.format.delimiter, quote_char=feed.format.quote, newlines_in_values=True,
                invalid_row_handler=broken,
            ),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in reading.header}, null_values=[],
                strings_can_be_null=False,
            ),
        )  # fmt: skip
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise _unreadable(error, feed) from error
    reading.batches = _numbered(opened, reading, feed)
    return reading


def _header(head: bytes, encoding: str, feed: Feed) -> list[str]:
    """The column names in the first record. Arrow reads the record too, but needs names before it opens."""
    text = head.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="ignore")
    names = next(csv_module.reader(io.StringIO(text), delimiter=feed.format.delimiter, quotechar=feed.format.quote), [])
    if not any(names):
        raise Unreadable("empty", "the file has no header and no records")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise Unreadable("duplicate_header", "columns named twice: " + ", ".join(repeated))
    return names


def _numbered(opened, reading: Reading, feed: Feed) -> Iterator:
    """Batches with `_source_row` in front, counting the records that could not be parsed."""
    import numpy as np
    import pyarrow as pa

    row = 1
    while True:
        try:
            batch = opened.read_next_batch()
        except StopIteration:
            break
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise _unreadable(error, feed) from error
        # Arrow parses a block before it yields it, so every broken record among these rows is known.
        broken = np.array([number for number, _, _ in reading.unparsed if number >= row], dtype=np.int64)
        numbers = np.arange(row, row + batch.num_rows + len(broken), dtype=np.int64)
        numbers = numbers[~np.isin(numbers, broken)][: batch.num_rows]
        reading.records += batch.num_rows
        if batch.num_rows:
            row = int(numbers[-1]) + 1
            yield pa.RecordBatch.from_arrays(
                [pa.array(numbers), *batch.columns], names=["_source_row", *reading.header]
            )
    reading.records += len(reading.unparsed)


def _unreadable(error: Exception, feed: Feed) -> Unreadable:
    text = str(error)
    if isinstance(error, UnicodeDecodeError) or "UTF8" in text or "UTF-8" in text:
        return Unreadable("wrong_encoding", f"the bytes are not {feed.format.encoding}")
    if "Empty CSV" in text:
        return Unreadable("empty", "the file has no header and no records")
    return Unreadable("unreadable", text.splitlines()[0][:300])


_READERS = {"csv": _read_csv}
