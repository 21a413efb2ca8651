"""A second count of a delivery's records, with nothing of admission in it.

Admission parses with Arrow, lxml, ijson and calamine; this reads the same bytes with Python's csv, json and
xml modules, openpyxl and DuckDB. What the two agree on is not an accident of one parser.
"""

from __future__ import annotations

import codecs
import csv
import fnmatch
import gzip
import hashlib
import io
import json
import re
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from citylake.feed import Feed
from citylake.stewardship.counted_lines import OutsideRecords, text_lines, without_comments

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Count:
    """Records without header, title, footer and empty lines, broken ones included; None where the bytes cannot
    be decoded as declared. `sha256` and `size_bytes` are of the bytes as they are kept. `is_counted` is False
    where there is no second reader for such bytes, or they are not to be opened: only the hash is known."""

    records: int | None
    sha256: str
    size_bytes: int
    is_counted: bool = True


class Undecodable(Exception):
    """The bytes are not what the feed file says."""


class _NoSecondReader(Exception):
    pass


class _Watched(io.RawIOBase):
    """A stream that hashes what is read from it."""

    def __init__(self, source):
        self._source, self.digest, self.size = source, hashlib.sha256(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        self.digest.update(data)
        self.size += len(data)
        return len(data)


def count(stream, feed: Feed, is_opened: bool = True) -> Count:
    """Count the records of a binary stream (anything with `read(n)`) and hash its bytes, in one pass.

    Memory stays flat whatever the size, except for a JSON document, which is held whole. With `is_opened`
    False the bytes are only hashed: what is known to be a bomb stays shut. Raises: OSError of the stream.
    """
    watched = _Watched(stream)
    opened = io.BufferedReader(watched, _BLOCK_BYTES)
    records: int | None = None
    is_counted = is_opened
    try:
        if is_opened:
            records = sum(_COUNTERS[feed.format.kind](part, feed) for part in _parts(opened, feed))
    except _NoSecondReader:
        is_counted = False
    except (Undecodable, UnicodeError, EOFError, ValueError, RecursionError, csv.Error, gzip.BadGzipFile,
            zlib.error, zipfile.BadZipFile, ElementTree.ParseError):  # fmt: skip
        records = None
    while watched.read(_BLOCK_BYTES):  # what was not needed for the count still belongs to the hash
        pass
    return Count(records, watched.digest.hexdigest(), watched.size, is_counted)


def _parts(opened, feed: Feed) -> Iterator:
    """The one stream of a delivery, or each page of a pull."""
    if feed.arrival.pages and opened.peek(4)[:4] == b"PK\x03\x04":
        archive = zipfile.ZipFile(_kept(opened))
        yield from (archive.open(name) for name in archive.namelist())
    else:
        yield _unpacked(opened, feed)


def _unpacked(opened, feed: Feed):
    start = opened.peek(4)[:4]
    if start[:2] == b"\x1f\x8b":
        return gzip.GzipFile(fileobj=opened)
    if start != b"PK\x03\x04":
        return opened
    file = _kept(opened)
    archive = zipfile.ZipFile(file, metadata_encoding="gb18030")
    if "[Content_Types].xml" in archive.namelist() and feed.format.kind == "excel":
        file.seek(0)
        return file
    wanted = feed.format.member or "*"
    members = [name for name in archive.namelist()
               if not name.endswith("/") and not name.startswith("__MACOSX/")
               and (fnmatch.fnmatchcase(name, wanted) or fnmatch.fnmatchcase(name.rpartition("/")[2], wanted))]  # fmt: skip
    if len(members) != 1:
        raise Undecodable(f"{len(members)} members")
    return archive.open(members[0])


def _kept(stream):
    """The stream's bytes in a file that can be read from several places."""
    file = tempfile.NamedTemporaryFile()  # noqa: SIM115 (gone with its last reader)
    shutil.copyfileobj(stream, file, _BLOCK_BYTES)
    file.seek(0)
    return file


def _delimited(stream, feed: Feed) -> int:
    form = feed.format
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    lines = text_lines(stream, feed.format, newline="")
    try:
        given = OutsideRecords(lines, form.comment)
        for _ in range(form.skip_rows):
            given.is_within = False
            next(given, "")
        reader = csv.reader(given if form.comment else lines, delimiter=form.delimiter, quotechar=form.quote)
        return _of_table((r for r in given.records(reader) if r), feed)
    finally:
        lines.detach()  # or its end would close the stream


def _workbook(stream, feed: Feed) -> int:
    import openpyxl

    form = feed.format
    file = stream if stream.seekable() else _kept(stream)
    if file.read(4) != b"PK\x03\x04":
        raise _NoSecondReader("no xlsx")
    file.seek(0)
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    sheet = book[form.sheet] if form.sheet else book.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its size is often wrong
    rows = sheet.iter_rows(min_row=form.skip_rows + 1, values_only=True)
    texts = (["" if cell is None else str(cell) for cell in row] for row in rows)
    return _of_table((row for row in texts if any(row)), feed, is_padded=True)


def _of_table(records: Iterator[Sequence[str]], feed: Feed, is_padded: bool = False) -> int:
    """Records below the header and above the footer; made long where the feed says so."""
    form, how = feed.format, feed.unpivot
    header = list(form.header) or list(next(records, ()))
    table = _above_footer(records, form.footer)
    if how is None:
        return sum(1 for _ in table)
    while is_padded and header and not header[-1]:
        header.pop()
    spread = [n for n, name in enumerate(header) if name not in how.keep]
    found = 0
    for record in table:
        if is_padded or form.short_rows == "fill" and len(record) < len(header):
            record = [*record, *[""] * len(header)][: len(header)]
        if len(record) != len(header):
            found += 1  # broken: one record, whatever it was to become
        else:
            found += sum(1 for n in spread if not how.drop_empty or record[n].strip())
    return found


def _above_footer(records: Iterable[Sequence[str]], footer: str | None) -> Iterator[Sequence[str]]:
    for record in records:
        first = next((text for text in record if text.strip()), "")
        if footer and re.search(footer, first.strip()):
            return
        yield record


def _json_lines(stream, feed: Feed) -> int:
    if feed.unpivot:
        raise _NoSecondReader("unpivot")
    lines = text_lines(stream, feed.format)
    try:
        return sum(1 for line in without_comments(lines, feed.format) if line.strip())
    finally:
        lines.detach()


def _json(stream, feed: Feed) -> int:
    if feed.unpivot:
        raise _NoSecondReader("unpivot")
    wanted = "features" if feed.format.kind == "geojson" else (feed.format.records or "")
    lines = text_lines(stream, feed.format)
    try:
        return len(_found([json.load(lines)], wanted.split(".") if wanted else []))
    finally:
        lines.detach()


def _found(places: list, path: list[str]) -> list:
    """Elements of the lists at the end of a path; lists on the way are gone through."""
    inner = [each for place in places for each in (place if isinstance(place, list) else [place])]
    if not path:
        return [each for place in places if isinstance(place, list) for each in place]
    return _found([each[path[0]] for each in inner if isinstance(each, dict) and path[0] in each], path[1:])


def _xml(stream, feed: Feed) -> int:
    if feed.unpivot:
        raise _NoSecondReader("unpivot")
    start = stream.read(_BLOCK_BYTES)
    told = re.match(rb"""<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)""", start.removeprefix(codecs.BOM_UTF8))
    name = told[1].decode() if told else "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if "encoding" in feed.format.model_fields_set:
        name = feed.format.encoding
    try:
        decoder = codecs.getincrementaldecoder("utf-8-sig" if name.lower() == "utf-8" else name)()
    except LookupError as error:
        raise Undecodable(name) from error
    # Decoded here: Python's parser knows no encoding with several bytes a character but Unicode's.
    records = _Elements((feed.format.records or "").split("/"))
    parser = ElementTree.XMLParser(target=records)
    while start:
        parser.feed(decoder.decode(start))
        start = stream.read(_BLOCK_BYTES)
    parser.feed(decoder.decode(b"", final=True))
    parser.close()
    return records.found


class _Elements:
    """Counts the elements on a path below the root, and keeps none."""

    def __init__(self, wanted: list[str]):
        self.wanted, self.found = wanted, 0
        self._path: list[str] = []

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        self._path.append(tag.rpartition("}")[2])

    def end(self, _tag: str) -> None:
        self.found += self._path[1:] == self.wanted
        self._path.pop()


def _fixed_width(stream, feed: Feed) -> int:
    form = feed.format
    if feed.unpivot:
        raise _NoSecondReader("unpivot")
    lines = text_lines(stream, feed.format)
    try:
        given = enumerate(without_comments(lines, feed.format))
        below = (line for number, line in given if number >= form.skip_rows and line.strip())
        return sum(1 for _ in _above_footer(([line] for line in below), form.footer))
    finally:
        lines.detach()


def _parquet(stream, feed: Feed) -> int:
    import duckdb

    if feed.unpivot:
        raise _NoSecondReader("unpivot")
    file = _kept(stream)
    try:
        with duckdb.connect() as connection:
            found = connection.execute("select count(*) from read_parquet(?)", [file.name]).fetchone()
    except duckdb.Error as error:
        raise Undecodable(str(error)) from error
    return found[0] if found else 0


_COUNTERS = {
    "csv": _delimited, "excel": _workbook, "jsonl": _json_lines, "json": _json, "geojson": _json, "xml": _xml,
    "parquet": _parquet, "fixed_width": _fixed_width,
}  # fmt: skip
