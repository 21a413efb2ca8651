"""Delimited text by Arrow's reader: title rows, header or none, footer, records with too few or too many fields."""

from __future__ import annotations

import codecs
import csv as csv_module
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from citylake.admit.formats.comments import Uncommented
from citylake.admit.formats.footer import Footer
from citylake.admit.formats.short_rows import ShortRows
from citylake.admit.reading import (
    Reading,
    Unparsed,
    Unreadable,
    raw,
    record_too_long,
    refuse_other_encoding,
    wrong_encoding,
)  # fmt: skip
from citylake.admit.unpacking import DAMAGED, damaged
from citylake.feed import Feed
from citylake.format import Format

_TAIL_BYTES = 4096
_ARROW_UTF8 = {"utf8": "utf-8", "utf-8": "utf-8", "utf-8-sig": "utf-8"}  # Arrow skips the mark itself


class _Source(io.RawIOBase):
    """A binary stream that can be looked into at its begin, and remembers how it ended."""

    def __init__(self, stream, block_bytes: int, encoding: str):
        self.stream, self.tail, self.encoding = stream, b"", encoding
        self.head = self._whole_block(block_bytes)
        self.waiting = memoryview(self.head)

    def _whole_block(self, block_bytes: int) -> bytes:
        parts, size = [], 0
        while size < block_bytes and (part := self.stream.read(block_bytes - size)):
            parts.append(part)
            size += len(part)
        return b"".join(parts)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        part = self.waiting[: len(buffer)] or self.stream.read(len(buffer))
        self.waiting = self.waiting[len(part) :]
        buffer[: len(part)] = part
        self.tail = (self.tail + bytes(part[-_TAIL_BYTES:]))[-_TAIL_BYTES:]
        return len(part)


def _block_bytes(form: Format) -> int:
    """Arrow reads a record where it lies in two blocks at most: any of the size of one, none of two."""
    return int(form.record_limit)


def read(stream, feed: Feed) -> Reading:
    """Open delimited text. Raises: Unreadable, here or while iterating."""
    import pyarrow as pa
    from pyarrow import csv

    form = feed.format
    block_bytes = _block_bytes(form)
    reading = Reading([], iter(()))
    encoding = _ARROW_UTF8.get(form.encoding.lower(), form.encoding)
    try:
        source = _Source(stream, block_bytes, encoding)
        refuse_other_encoding(source.head, encoding)
        if form.comment:
            source = _Source(Uncommented(source, form), block_bytes, "utf-8")
        first, is_all = _first_record(source.head, source.encoding, feed)
        reading.header = list(form.header) or first
        if is_all and not form.header:  # Arrow wants a line end
            return reading
        names = [raw(n) for n in range(len(reading.header))]
        marks = {"delimiter": form.delimiter, "quote_char": form.quote, "newlines_in_values": True}
        texts = csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), null_values=[], strings_can_be_null=False
        )
        misfits = _Misfits(reading, Footer(form), ShortRows(names, marks, texts), form)
        opened = csv.open_csv(
            pa.PythonFile(io.BufferedReader(source, block_bytes), mode="r"),
            # A header is read as a record and left out later: its texts are not names to Arrow.
            read_options=csv.ReadOptions(
                use_threads=False, block_size=block_bytes, encoding=source.encoding, column_names=names,
                skip_rows=form.skip_rows,
            ),
            parse_options=csv.ParseOptions(**marks, invalid_row_handler=misfits.take),
            convert_options=texts,
        )  # fmt: skip
    except (pa.ArrowInvalid, UnicodeError, *DAMAGED) as error:
        raise _unreadable(error, feed) from error
    reading.batches = _numbered(opened, reading, feed, source, misfits)
    return reading


@dataclass
class _Misfits:
    """Records with too few or too many fields: filled, a footer's, or broken."""

    reading: Reading
    footer: Footer
    short: ShortRows
    form: Format

    def take(self, row) -> str:
        """Called by Arrow for each of them, in order."""
        form = self.form
        number = row.number - form.skip_rows - (not form.header)  # Arrow counts the skipped ones too
        why = f"{row.actual_columns} fields where {row.expected_columns} are expected"
        record = Unparsed(number, row.text, why)
        self.footer.look_at((text.strip().strip('"') for text in row.text.split(form.delimiter)), number)
        if form.short_rows == "fill" and row.actual_columns < row.expected_columns:
            self.short.take(record, row.actual_columns)
        else:
            self.reading.unparsed.append(record)
        return "skip"

    def numbers(self, row: int) -> set[int]:
        """Of those that are known and not below `row`."""
        broken = {record.source_row for record in self.reading.unparsed if record.source_row >= row}
        return broken.union(self.short.numbers)

    @property
    def last(self) -> Unparsed | None:
        """The last of all."""
        found = [*self.reading.unparsed[-1:], *([self.short.last] if self.short.last else [])]
        return max(found, key=lambda record: record.source_row, default=None)


def _first_record(head: bytes, encoding: str, feed: Feed) -> tuple[list[str], bool]:
    """The texts of the first record below the title rows, and whether nothing follows it."""
    is_all = len(head) < _block_bytes(feed.format)
    text = codecs.getincrementaldecoder(encoding)().decode(head, final=is_all).removeprefix("\ufeff")
    lines = io.StringIO(text, newline="")
    for _ in range(feed.format.skip_rows):
        _skip_line(lines)
    form = feed.format
    try:
        names = next(
            filter(None, csv_module.reader(lines, delimiter=form.delimiter, quotechar=form.quote)), []
        )
    except csv_module.Error as error:
        if "field limit" in str(error):
            raise record_too_long(form) from error
        raise Unreadable("unreadable", f"the header: {error}") from error
    if not is_all and lines.tell() == len(text):
        raise record_too_long(form)
    if not any(names):
        raise Unreadable("empty", "the file has no header and no records")
    return names, is_all and lines.tell() == len(text)


def _skip_line(lines: io.StringIO) -> None:
    """Go behind the next line end of any kind: `\\n`, `\\r\\n` or `\\r`."""
    while (character := lines.read(1)) not in ("", "\n"):
        if character == "\r":
            place = lines.tell()
            if lines.read(1) != "\n":
                lines.seek(place)
            return


def _numbered(opened, reading: Reading, feed: Feed, source: _Source, misfits: _Misfits) -> Iterator:
    """Batches with `_source_row` in front, counting the records that could not be parsed."""
    import numpy as np
    import pyarrow as pa

    row = int(bool(feed.format.header))  # 0 is the header's
    last_fit, last_value, footer = 0, "", misfits.footer
    schema = pa.schema([("_source_row", pa.int64()), *opened.schema])
    for batch in itertools.chain(
        _read_batches(opened, feed), [pa.RecordBatch.from_pylist([], opened.schema)]
    ):
        # Arrow parses a block before it yields it, so every misfit among these rows is known.
        known = misfits.numbers(row)
        numbers = np.arange(row, row + batch.num_rows + len(known), dtype=np.int64)
        numbers = numbers[~np.isin(numbers, np.array(list(known), np.int64))][: batch.num_rows]
        if batch.num_rows and row == 0:
            row, numbers, batch = 1, numbers[1:], batch.slice(1)
        if batch.num_rows:
            last_fit, last_value = int(numbers[-1]), batch.columns[-1][-1].as_py()
            row = last_fit + 1
        while row in known:
            row += 1
        batch = pa.RecordBatch.from_arrays([pa.array(numbers), *batch.columns], schema=schema)
        batch = misfits.short.merged(batch, row, reading)
        _refuse_long(batch, feed)
        footer.look_through(batch)
        batch = footer.above(batch)
        reading.records += batch.num_rows
        if batch.num_rows:
            yield batch
    footer.close(reading)
    reading.records += len(reading.unparsed)
    if footer.begins is None:
        _refuse_cut(misfits, last_fit, source, last_value)


def _read_batches(opened, feed: Feed) -> Iterator:
    import pyarrow as pa

    while True:
        try:
            yield opened.read_next_batch()
        except StopIteration:
            return
        except (pa.ArrowInvalid, UnicodeError, *DAMAGED) as error:
            raise _unreadable(error, feed) from error


def _refuse_long(batch, feed: Feed) -> None:
    """Arrow takes some records of up to two blocks: whether it does must not hang on where they lie."""
    import pyarrow.compute as pc

    limit = feed.format.record_limit
    if batch.num_rows and batch.nbytes > limit:
        numbers, *columns = batch.columns
        sizes = [pc.cast(pc.binary_length(column), "int64") for column in columns]
        total = sizes[0]
        for size in sizes[1:]:
            total = pc.add(total, size)
        if pc.max(total).as_py() > limit:
            number = numbers[pc.index(total, pc.max(total)).as_py()]
            raise record_too_long(feed.format, f"record {number}")


def _refuse_cut(misfits: _Misfits, last_fit: int, source: _Source, last_value: str) -> None:
    """A last record that is only begun, by too few fields and no line end or by a quote that never ends.

    The file was cut, not the record wrong. Where short records are filled, one that is no shorter than another is
    as good as any. Raises: Unreadable.
    """
    form, short = misfits.form, misfits.short
    tail = source.tail.decode(source.encoding, errors="replace")
    has_end = tail.endswith(("\n", "\r"))
    last = misfits.last
    broken = last if last and last.source_row > last_fit else None
    if broken and not has_end:
        found, expected = (int(number) for number in re.findall(r"\d+", broken.why))
        if found < (short.fewest or expected):
            told = f"record {broken.source_row}, the last, has no line end and {broken.why}: the file was cut"
            raise Unreadable("truncated", told)
    if broken:
        is_open = _is_open(broken.text, form)
    elif "\n" in last_value or "\r" in last_value:  # so it began with a quote
        is_open = not tail.rstrip("\r\n ").endswith(form.quote)
    else:
        _, end, begun = tail.rpartition("\n")
        is_open = bool(end) and not has_end and _is_open(begun, form)
    if is_open:
        number = broken.source_row if broken else last_fit
        told = f"record {number}, the last, has a quote that never ends: the file was cut, or a quote is too many"
        raise Unreadable("truncated", told)


def _is_open(record: str, form: Format) -> bool:
    """Whether the text of a record ends within a quoted field."""
    try:
        list(
            csv_module.reader(
                io.StringIO(record, newline=""), delimiter=form.delimiter, quotechar=form.quote, strict=True
            )
        )
    except csv_module.Error as error:
        return "unexpected end" in str(error)
    return False


def _unreadable(error: Exception, feed: Feed) -> Unreadable:
    text = str(error).replace("\x00", "")
    if isinstance(error, DAMAGED):
        return damaged(error)
    # Arrow raises `CSV parse error` itself only where a broken record is no text it could hand over.
    if isinstance(error, UnicodeError) or any(told in text for told in ("UTF8", "UTF-8", "CSV parse error")):
        return wrong_encoding(feed.format.encoding)
    if "Empty CSV" in text:
        return Unreadable("empty", "the file has no header and no records")
    if "straddling" in text:
        return record_too_long(feed.format)
    return Unreadable("unreadable", text.splitlines()[0][:300])
