"""JSON lines: a record a line, its nested values as dotted columns."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

from citylake.admit.formats.json_values import Written, flat
from citylake.admit.reading import (
    Reading,
    Unparsed,
    Unreadable,
    lines_within,
    spooled_text,
    text_batches,
    without_comments,
    wrong_encoding,
)  # fmt: skip
from citylake.feed import Feed


def read(stream, feed: Feed) -> Reading:
    """Open JSON lines, read twice: once for the columns, once for the rows. Raises: Unreadable."""
    file = spooled_text(stream, feed.format)
    names: dict[str, None] = {}
    why = ""
    for _, record in _lines(file, feed):
        if isinstance(record, dict):
            names.update(dict.fromkeys(record))
        else:
            why = why or record[1]
    if why and not names:
        raise Unreadable("unreadable", f"no line can be read: {why}")
    reading = Reading(list(names), iter(()))
    reading.batches = _batches(file, feed, reading)
    return reading


def _batches(file, feed: Feed, reading: Reading) -> Iterator:
    yield from text_batches(reading, _rows(file, feed, reading), reading.header)
    last = reading.unparsed[-1] if reading.unparsed else None
    if last and last.source_row == reading.records and not _ends_a_line(file):
        told = f"record {last.source_row}, the last, has no line end and {last.why}: the file was cut"
        raise Unreadable("truncated", told)


def _ends_a_line(file) -> bool:
    file.seek(-2, io.SEEK_END)
    end = file.read()
    return b"\n" in end or b"\r" in end


def _rows(file, feed: Feed, reading: Reading) -> Iterator[tuple[int, list[str | None]]]:
    for number, record in _lines(file, feed):
        if isinstance(record, dict):
            yield number, [record.get(name) for name in reading.header]
        else:
            reading.unparsed.append(Unparsed(number, *record))


def _lines(file, feed: Feed) -> Iterator[tuple[int, dict[str, str | None] | tuple[str, str]]]:
    """Each line that is neither empty nor a comment with its number: the columns of an object, or its text and why it is none."""
    file.seek(0)
    encoding = "utf-8-sig" if feed.format.encoding.lower() in ("utf-8", "utf8") else feed.format.encoding
    lines = io.TextIOWrapper(file, encoding=encoding)
    number = 0
    try:
        for line in without_comments(lines_within(lines, feed.format), feed.format):
            if line.strip():
                number += 1
                yield number, columns(line)
    except UnicodeError as error:
        raise wrong_encoding(feed.format.encoding) from error
    finally:
        lines.detach()  # or its end would close the file


class _Twice(ValueError):
    pass


def columns(line: str) -> dict[str, str | None] | tuple[str, str]:
    """The columns of a line, or its text and why it has none."""
    try:
        value = json.loads(
            line, parse_float=Written, parse_int=Written, parse_constant=Written, object_pairs_hook=_once
        )
        if isinstance(value, dict):
            return flat(value)
    except _Twice as error:
        return line.strip(), str(error)
    except RecursionError:
        return line.strip(), "its values are nested too deep"
    except ValueError:
        pass
    return line.strip(), "the line is not a JSON object"


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object; the second of two equal keys would silently win."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice("the key is there twice: " + ", ".join(sorted({n for n in names if names.count(n) > 1})))
    return found
