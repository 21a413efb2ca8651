"""Lines whose columns stand at fixed places, counted in characters or in bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator

from citylake.admit.formats.footer import Footer
from citylake.admit.reading import (
    Reading,
    Unparsed,
    lines_within,
    spooled_text,
    text_batches,
    without_comments,
    wrong_encoding,
)  # fmt: skip
from citylake.feed import Feed


def read(stream, feed: Feed) -> Reading:
    """Open fixed-width text. A short line has empty columns at its end; one longer than the last place is
    broken. Empty lines and comments are no records. Raises: Unreadable."""
    form = feed.format
    reading = Reading(list(form.widths), iter(()))
    footer = Footer(form)
    rows = _rows(spooled_text(stream, form), feed, reading, footer)
    reading.batches = text_batches(reading, rows, reading.header, footer)
    return reading


def _rows(file, feed: Feed, reading: Reading, footer: Footer) -> Iterator[tuple[int, list[str]]]:
    form = feed.format
    places = list(form.widths.values())
    end = max(last for _, last in places)
    number = 0
    for line in _lines(file, feed):
        text = line if isinstance(line, str) else line.decode(form.encoding, errors="replace")
        number += 1
        footer.look_at([text], number)
        if len(line) > end and line[end:].strip():
            why = f"{len(line)} {form.counts}, where the last place is {end}"
            reading.unparsed.append(Unparsed(number, text, why))
            continue
        # A remark in bytes may have half a character at a place.
        errors = "strict" if footer.begins is None else "replace"
        yield number, fields(line, feed, errors)


def fields(line: str | bytes, feed: Feed, errors: str = "strict") -> list[str]:
    """The texts at the declared places of a line. Raises: Unreadable."""
    places = feed.format.widths.values()
    return [_decoded(line[first - 1 : last], feed, errors).strip() for first, last in places]


def _lines(file, feed: Feed) -> Iterator[str | bytes]:
    """Lines with something in them that are no comments, below the title lines."""
    form = feed.format
    encoding = "utf-8-sig" if form.encoding.lower() in ("utf-8", "utf8") else form.encoding
    lines = file if form.counts == "bytes" else io.TextIOWrapper(file, encoding=encoding)
    try:
        for number, line in enumerate(without_comments(lines_within(lines, form), form)):
            given = line.rstrip(b"\r\n" if form.counts == "bytes" else "\r\n")
            if number >= form.skip_rows and given.strip():
                yield given
    except UnicodeError as error:
        raise wrong_encoding(form.encoding) from error


def _decoded(part: str | bytes, feed: Feed, errors: str) -> str:
    if isinstance(part, str):
        return part
    try:
        return part.decode(feed.format.encoding, errors)
    except UnicodeError as error:
        raise wrong_encoding(feed.format.encoding) from error
