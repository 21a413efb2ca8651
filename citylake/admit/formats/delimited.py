"""Delimited text by Arrow's reader: title rows, header or none, footer, records with too few or too many fields."""

from __future__ import annotations

import csv as csv_module
import io
import re
from collections.abc import Iterator

from citylake.admit.reading import Reading, Unparsed, Unreadable, raw
from citylake.admit.unpacking import DAMAGED, damaged
from citylake.feed import Feed

_BLOCK_BYTES = 4 << 20
_ARROW_UTF8 = {"utf8": "utf-8", "utf-8": "utf-8", "utf-8-sig": "utf-8"}  # Arrow skips the mark itself


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


def read(stream, feed: Feed) -> Reading:
    """Open delimited text. Raises: Unreadable, here or while iterating."""
    import pyarrow as pa
    from pyarrow import csv

    form = feed.format
    reading = Reading([], iter(()))
    footer = _Footer(form.footer, form.delimiter)

    def broken(row) -> str:
        footer.look_at(row.text, row.number - (not form.header))
        why = f"{row.actual_columns} fields where {row.expected_columns} are expected"
        reading.unparsed.append(Unparsed(row.number - (not form.header), row.text, why))
        return "skip"

    encoding = _ARROW_UTF8.get(form.encoding.lower(), form.encoding)
    try:
        source = _Source(stream)
        first, is_all = _first_record(source.head, encoding, feed)
        reading.header = list(form.header) or first
        if is_all and not form.header:  # Arrow wants a line end
            return reading
        names = [raw(n) for n in range(len(reading.header))]
        opened = csv.open_csv(
            pa.PythonFile(io.BufferedReader(source, _BLOCK_BYTES), mode="r"),
            # A header is read as a record and left out later: its texts are not names to Arrow.
            read_options=csv.ReadOptions(
                use_threads=False, block_size=_BLOCK_BYTES, encoding=encoding, column_names=names,
                skip_rows=form.skip_rows,
            ),
            parse_options=csv.ParseOptions(
                delimiter=form.delimiter, quote_char=form.quote, newlines_in_values=True, invalid_row_handler=broken,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[], strings_can_be_null=False
            ),
        )  # fmt: skip
    except (pa.ArrowInvalid, UnicodeDecodeError, *DAMAGED) as error:
        raise _unreadable(error, feed) from error
    reading.batches = _numbered(opened, reading, feed, source, footer)
    return reading


class _Footer:
    """Where the table ends: the first record whose first text that is not empty matches."""

    def __init__(self, pattern: str | None, delimiter: str):
        self.pattern, self.delimiter = pattern, delimiter
        self.begins: int | None = None

    def look_at(self, record: str, number: int) -> None:
        """Notice a record that does not fit the columns; footers seldom do."""
        if self.pattern and self.begins is None:
            first = next((text for text in record.split(self.delimiter) if text.strip()), "")
            if re.search(self.pattern, first.strip().strip('"')):
                self.begins = number

    def look_through(self, batch, numbers) -> None:
        """Notice the first record of a batch that begins the footer."""
        import pyarrow.compute as pc

        if not self.pattern:
            return
        texts = [pc.utf8_trim_whitespace(column) for column in batch.columns]
        first = pc.coalesce(*(pc.if_else(pc.equal(text, ""), None, text) for text in texts))
        found = pc.index(pc.fill_null(pc.match_substring_regex(first, self.pattern), False), True).as_py()
        if found >= 0:
            self.begins = min(int(numbers[found]), self.begins or int(numbers[found]))


def _first_record(head: bytes, encoding: str, feed: Feed) -> tuple[list[str], bool]:
    """The texts of the first record below the title rows, and whether nothing follows it."""
    text = head.decode(encoding, errors="ignore").removeprefix("\ufeff")
    lines = io.StringIO(text, newline="")
    for _ in range(feed.format.skip_rows):
        _skip_line(lines)
    form = feed.format
    try:
        names = next(
            filter(None, csv_module.reader(lines, delimiter=form.delimiter, quotechar=form.quote)), []
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


def _skip_line(lines: io.StringIO) -> None:
    """Go behind the next line end of any kind: `\\n`, `\\r\\n` or `\\r`."""
    while (character := lines.read(1)) not in ("", "\n"):
        if character == "\r":
            place = lines.tell()
            if lines.read(1) != "\n":
                lines.seek(place)
            return


def _numbered(opened, reading: Reading, feed: Feed, source: _Source, footer: _Footer) -> Iterator:
    """Batches with `_source_row` in front, counting the records that could not be parsed."""
    import numpy as np
    import pyarrow as pa

    row = first = int(bool(feed.format.header))  # 0 is the header's
    while footer.begins is None or row < footer.begins:
        try:
            batch = opened.read_next_batch()
        except StopIteration:
            break
        except (pa.ArrowInvalid, UnicodeDecodeError, *DAMAGED) as error:
            raise _unreadable(error, feed) from error
        # Arrow parses a block before it yields it, so every broken record among these rows is known.
        broken = np.array(
            [record.source_row for record in reading.unparsed if record.source_row >= row], np.int64
        )
        numbers = np.arange(row, row + batch.num_rows + len(broken), dtype=np.int64)
        numbers = numbers[~np.isin(numbers, broken)][: batch.num_rows]
        if batch.num_rows and row == 0:
            row, numbers, batch = 1, numbers[1:], batch.slice(1)
        footer.look_through(batch, numbers)
        if footer.begins is not None:
            batch = batch.slice(0, int(np.searchsorted(numbers, footer.begins)))
            numbers = numbers[: batch.num_rows]
        reading.records += batch.num_rows
        if batch.num_rows:
            row = int(numbers[-1]) + 1
            yield pa.RecordBatch.from_arrays(
                [pa.array(numbers), *batch.columns], names=["_source_row", *batch.schema.names]
            )
    if footer.begins is not None:
        reading.unparsed[:] = [each for each in reading.unparsed if each.source_row < footer.begins]
    reading.records += len(reading.unparsed)
    if footer.begins is None:
        _refuse_cut(reading, max(row, first), source)


def _refuse_cut(reading: Reading, row: int, source: _Source) -> None:
    """A last record with too few fields and no line end: the file was cut, not the record wrong.

    Raises: Unreadable.
    """
    if not reading.unparsed or b"\n" in source.tail or b"\r" in source.tail:
        return
    last = reading.unparsed[-1]
    found, expected = (int(number) for number in re.findall(r"\d+", last.why))
    if last.source_row >= row and found < expected:
        detail = f"record {last.source_row}, the last, has no line end and {last.why}: the file was cut"
        raise Unreadable("truncated", detail)


def _unreadable(error: Exception, feed: Feed) -> Unreadable:
    text = str(error).replace("\x00", "")
    if isinstance(error, DAMAGED):
        return damaged(error)
    if isinstance(error, UnicodeDecodeError) or "UTF8" in text or "UTF-8" in text:
        return Unreadable("wrong_encoding", f"the bytes are not {feed.format.encoding}")
    if "Empty CSV" in text:
        return Unreadable("empty", "the file has no header and no records")
    if "straddling" in text:
        return Unreadable(
            "record_too_long", f"a record is longer than {_BLOCK_BYTES >> 20} MB: a quote that never ends?"
        )
    return Unreadable("unreadable", text.splitlines()[0][:300])
