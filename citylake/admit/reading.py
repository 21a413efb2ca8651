"""Bytes of a delivery as batches of text columns, each row with its place in the file."""

from __future__ import annotations

import csv as csv_module
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from citylake.feed import Feed

_BLOCK_BYTES = 4 << 20
_ARROW_UTF8 = {"utf8": "utf-8", "utf-8": "utf-8", "utf-8-sig": "utf-8"}  # Arrow skips the mark itself
_BAD_COMPRESSION = (EOFError, gzip.BadGzipFile, zlib.error)


class Unreadable(Exception):
    """The delivery as a whole cannot be read: a reason for holding it."""

    def __init__(self, kind: str, detail: str):
        self.kind, self.detail = kind, detail
        super().__init__(f"{kind}: {detail}")


@dataclass(frozen=True)
class Unparsed:
    """A record whose fields are not as many as the header's."""

    source_row: int
    text: str
    found: int
    expected: int

    @property
    def why(self) -> str:
        """What is wrong with it."""
        return f"{self.found} fields where {self.expected} are expected"


@dataclass
class Reading:
    """An open delivery: its header, and batches to iterate once. `unparsed` fills meanwhile."""

    header: list[str]
    batches: Iterator
    unparsed: list[Unparsed] = field(default_factory=list)
    records: int = 0


class _Source(io.RawIOBase):
    """A binary stream that can be looked into at its begin, and remembers how it ended."""

    def __init__(self, stream):
        self.stream, self.tail = stream, b""
        self.head = self._whole_block()
        self.waiting = memoryview(self.head)

    def _whole_block(self) -> bytes:
        parts, size = [], 0
        while size < _BLOCK_BYTES and (part := self.stream.read(_BLOCK_BYTES - size)):
            parts.append(part)
            size += len(part)
        return b"".join(parts)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        part = self.waiting[: len(buffer)] or self.stream.read(len(buffer))
        self.waiting = self.waiting[len(part) :]
        buffer[: len(part)] = part
        self.tail = (self.tail + bytes(part[-2:]))[-2:]
        return len(part)


def raw(position: int) -> str:
    """The name under which the text of the nth source column travels: a header may hold any text twice."""
    return f"_raw_{position}"


def read(stream, feed: Feed, compression: str) -> Reading:
    """Open a binary stream by the feed's format. Batches are Arrow record batches of strings, named by
    `raw`, with `_source_row` (1-based, the header not counted, broken records counted) in front.

    Raises: Unreadable, here or while iterating.
    """
    if compression == "zip":
        raise Unreadable("unreadable", "a zip archive, where the feed file says csv")
    if compression == "gzip":
        stream = gzip.GzipFile(fileobj=stream)
    return _READERS[feed.format.kind](stream, feed)


def _read_csv(stream, feed: Feed) -> Reading:
    import pyarrow as pa
    from pyarrow import csv

    reading = Reading([], iter(()))

    def broken(row) -> str:
        reading.unparsed.append(Unparsed(row.number - 1, row.text, row.actual_columns, row.expected_columns))
        return "skip"

    encoding = _ARROW_UTF8.get(feed.format.encoding.lower(), feed.format.encoding)
    try:
        source = _Source(stream)
        reading.header, is_all = _header(source.head, encoding, feed)
        if is_all:  # Arrow wants a line end
            return reading
        names = [raw(n) for n in range(len(reading.header))]
        opened = csv.open_csv(
            pa.PythonFile(io.BufferedReader(source, _BLOCK_BYTES), mode="r"),
            # The header is read as a record and left out later: its texts are not names to Arrow.
            read_options=csv.ReadOptions(
                use_threads=False, block_size=_BLOCK_BYTES, encoding=encoding, column_names=names
            ),
            parse_options=csv.ParseOptions(
                delimiter=feed.format.delimiter, quote_char=feed.format.quote, newlines_in_values=True,
                invalid_row_handler=broken,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[], strings_can_be_null=False
            ),
        )  # fmt: skip
    except (pa.ArrowInvalid, UnicodeDecodeError, *_BAD_COMPRESSION) as error:
        raise _unreadable(error, feed) from error
    reading.batches = _numbered(opened, reading, feed, source)
    return reading


def _header(head: bytes, encoding: str, feed: Feed) -> tuple[list[str], bool]:
    """The texts of the first record, and whether nothing follows it."""
    text = head.decode(encoding, errors="ignore").removeprefix("\ufeff")
    lines = io.StringIO(text, newline="")
    try:
        names = next(
            filter(
                None, csv_module.reader(lines, delimiter=feed.format.delimiter, quotechar=feed.format.quote)
            ),
            [],
        )
    except csv_module.Error as error:
        raise Unreadable("unreadable", f"the header: {error}") from error
    if not any(names):
        raise Unreadable("empty", "the file has no header and no records")
    if any("\x00" in name for name in names):
        raise Unreadable(
            "unreadable", "a column name holds a NUL character: these bytes are not a table of text"
        )
    return names, len(head) < _BLOCK_BYTES and lines.tell() == len(text)


def _numbered(opened, reading: Reading, feed: Feed, source: _Source) -> Iterator:
    """Batches with `_source_row` in front, counting the records that could not be parsed."""
    import numpy as np
    import pyarrow as pa

    row = 0  # the header's
    while True:
        try:
            batch = opened.read_next_batch()
        except StopIteration:
            break
        except (pa.ArrowInvalid, UnicodeDecodeError, *_BAD_COMPRESSION) as error:
            raise _unreadable(error, feed) from error
        # Arrow parses a block before it yields it, so every broken record among these rows is known.
        broken = np.array(
            [record.source_row for record in reading.unparsed if record.source_row >= row], np.int64
        )
        numbers = np.arange(row, row + batch.num_rows + len(broken), dtype=np.int64)
        numbers = numbers[~np.isin(numbers, broken)][: batch.num_rows]
        if batch.num_rows and row == 0:
            row, numbers, batch = 1, numbers[1:], batch.slice(1)
        reading.records += batch.num_rows
        if batch.num_rows:
            row = int(numbers[-1]) + 1
            yield pa.RecordBatch.from_arrays(
                [pa.array(numbers), *batch.columns], names=["_source_row", *batch.schema.names]
            )
    reading.records += len(reading.unparsed)
    _refuse_cut(reading, row, source)


def _refuse_cut(reading: Reading, row: int, source: _Source) -> None:
    """A last record with too few fields and no line end: the file was cut, not the record wrong.

    Raises: Unreadable.
    """
    if not reading.unparsed or b"\n" in source.tail or b"\r" in source.tail:
        return
    last = reading.unparsed[-1]
    if last.source_row >= row and last.found < last.expected:
        detail = f"record {last.source_row}, the last, has no line end and {last.why}: the file was cut"
        raise Unreadable("truncated", detail)


def _unreadable(error: Exception, feed: Feed) -> Unreadable:
    text = str(error).replace("\x00", "")
    if isinstance(error, _BAD_COMPRESSION):
        return Unreadable("unreadable", f"the compressed bytes are damaged or cut: {text}")
    if isinstance(error, UnicodeDecodeError) or "UTF8" in text or "UTF-8" in text:
        return Unreadable("wrong_encoding", f"the bytes are not {feed.format.encoding}")
    if "Empty CSV" in text:
        return Unreadable("empty", "the file has no header and no records")
    return Unreadable("unreadable", text.splitlines()[0][:300])


_READERS = {"csv": _read_csv}
