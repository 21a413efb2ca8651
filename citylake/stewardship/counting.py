"""A second count of a delivery's records, with nothing of admission in it.

Admission parses with Arrow and DuckDB; this reads the same bytes with Python's csv module. What the
two agree on is not an accident of one parser.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import sys
from dataclasses import dataclass

from citylake.format import Format

_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Count:
    """Records without header and empty lines, broken ones included; None where the bytes cannot be
    decoded as declared. `sha256` and `size_bytes` are of the bytes as they are kept."""

    records: int | None
    sha256: str
    size_bytes: int


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


def count(stream, form: Format) -> Count:
    """Count the records of a binary stream (anything with `read(n)`) and hash its bytes, in one pass.

    Memory stays flat whatever the size. Raises: csv.Error never for length; OSError of the stream.
    """
    watched = _Watched(stream)
    opened = io.BufferedReader(watched, _BLOCK_BYTES)
    try:
        records = _records(opened, form)
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError, csv.Error):
        records = None
    while watched.read(_BLOCK_BYTES):  # what was not needed for the count still belongs to the hash
        pass
    return Count(records, watched.digest.hexdigest(), watched.size)


def _records(opened, form: Format) -> int:
    source = gzip.GzipFile(fileobj=opened) if opened.peek(2)[:2] == b"\x1f\x8b" else opened
    encoding = "utf-8-sig" if form.encoding.lower() in ("utf-8", "utf8") else form.encoding
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    lines = io.TextIOWrapper(source, encoding=encoding, newline="")
    try:
        found = sum(
            1 for record in csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote) if record
        )
    finally:
        lines.detach()  # or its end would close the stream
    return max(found - 1, 0)  # the header
