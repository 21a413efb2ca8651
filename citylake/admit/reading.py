"""Bytes of a delivery as batches of text columns, each row with its place in the file."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from citylake.feed import Feed

_ROWS = 20_000
_READERS = {
    "csv": "delimited", "excel": "workbook", "jsonl": "json_lines", "json": "json_document",
    "geojson": "json_document", "xml": "xml_document", "parquet": "parquet", "fixed_width": "fixed_width",
}  # fmt: skip


class Unreadable(Exception):
    """The delivery as a whole cannot be read: a reason for holding it."""

    def __init__(self, kind: str, detail: str):
        self.kind, self.detail = kind, detail
        super().__init__(f"{kind}: {detail}")


@dataclass(frozen=True)
class Unparsed:
    """A record that could not be split into its columns."""

    source_row: int
    text: str
    why: str


@dataclass
class Reading:
    """An open delivery: its header, and batches to iterate once. `unparsed` fills meanwhile.

    A batch is an Arrow record batch of strings named by `raw`, with `_source_row` in front: the record's
    number from 1, header, title and footer rows not counted, broken records counted.
    """

    header: list[str]
    batches: Iterator
    unparsed: list[Unparsed] = field(default_factory=list)
    records: int = 0


def raw(position: int) -> str:
    """The name under which the text of the nth source column travels: a header may hold any text twice."""
    return f"_raw_{position}"


def read(stream, feed: Feed, compression: str) -> Reading:
    """Open a binary stream by the feed's format; `compression` is what landing saw (none, gzip, zip).

    Raises: Unreadable, here or while iterating.
    """
    from citylake.admit import paged, unpacking, unpivot

    module = importlib.import_module(f"citylake.admit.formats.{_READERS[feed.format.kind]}")
    try:
        if feed.arrival.pages and compression == "zip":
            reading = paged.read(stream, feed, module)
        else:
            reading = module.read(unpacking.unpacked(stream, feed.format, compression), feed)
    except unpacking.DAMAGED as error:
        raise unpacking.damaged(error) from error
    return unpivot.unpivoted(reading, feed.unpivot) if feed.unpivot else reading


def spooled(stream) -> BinaryIO:
    """The stream's bytes in a file without a name, for what has to be read from several places."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the reading does)
    while part := stream.read(1 << 20):
        file.write(part)
    file.seek(0)
    return cast(BinaryIO, file)


def text_batches(
    reading: Reading, rows: Iterable[tuple[int, Sequence[str | None]]], header: Sequence[str]
) -> Iterator:
    """Batches of rows given one by one with their numbers; counts the records of the reading."""
    import pyarrow as pa

    names = ["_source_row", *(raw(n) for n in range(len(header)))]
    types = [pa.int64(), *[pa.string()] * len(header)]

    def batch(numbers, values):
        columns = [pa.array(numbers, pa.int64())]
        columns += [pa.array(column, pa.string()) for column in zip(*values, strict=True)]
        reading.records += len(numbers)
        return pa.RecordBatch.from_arrays(columns, schema=pa.schema(list(zip(names, types, strict=True))))

    numbers: list[int] = []
    values: list[Sequence[str | None]] = []
    for number, row in rows:
        numbers.append(number)
        values.append(row)
        if len(numbers) == _ROWS:
            yield batch(numbers, values)
            numbers, values = [], []
    if numbers:
        yield batch(numbers, values)
    reading.records += len(reading.unparsed)
