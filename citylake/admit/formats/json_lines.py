"""JSON lines: a record a line, its nested values as dotted columns."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

from citylake.admit.formats.json_values import Written, flat
from citylake.admit.reading import Reading, Unparsed, Unreadable, spooled, text_batches
from citylake.feed import Feed


def read(stream, feed: Feed) -> Reading:
    """Open JSON lines, read twice: once for the columns, once for the rows. Raises: Unreadable."""
    file = spooled(stream)
    columns: dict[str, None] = {}
    for _, record in _lines(file, feed):
        if isinstance(record, dict):
            columns.update(dict.fromkeys(flat(record)))
    reading = Reading(list(columns), iter(()))
    reading.batches = text_batches(reading, _rows(file, feed, reading), reading.header)
    return reading


def _rows(file, feed: Feed, reading: Reading) -> Iterator[tuple[int, list[str | None]]]:
    for number, record in _lines(file, feed):
        if isinstance(record, dict):
            values = flat(record)
            yield number, [values.get(name) for name in reading.header]
        else:
            reading.unparsed.append(Unparsed(number, record, "the line is not a JSON object"))


def _lines(file, feed: Feed) -> Iterator[tuple[int, dict | str]]:
    """Each line that is not empty with its number: an object, or its text where it is none."""
    file.seek(0)
    encoding = "utf-8-sig" if feed.format.encoding.lower() in ("utf-8", "utf8") else feed.format.encoding
    lines = io.TextIOWrapper(file, encoding=encoding)
    number = 0
    try:
        for line in lines:
            if line.strip():
                number += 1
                yield number, _object(line)
    except UnicodeDecodeError as error:
        raise Unreadable("wrong_encoding", f"the bytes are not {feed.format.encoding}") from error
    finally:
        lines.detach()  # or its end would close the file


def _object(line: str) -> dict | str:
    try:
        value = json.loads(line, parse_float=Written, parse_int=Written)
    except ValueError:
        return line.strip()
    return value if isinstance(value, dict) else line.strip()
