"""Lines of a delivery for the second count, without comments; nothing of admission is in it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from citylake.format import Format


def text_lines(stream, form: Format, newline: str | None = None) -> io.TextIOWrapper:
    """The text of a binary stream, to be detached from it. Raises: UnicodeError while iterating."""
    encoding = "utf-8-sig" if form.encoding.lower() in ("utf-8", "utf8") else form.encoding
    return io.TextIOWrapper(stream, encoding=encoding, newline=newline)


def without_comments(lines: Iterable[str], form: Format) -> Iterator[str]:
    """The lines that do not begin with `format.comment`: each is a record."""
    return (line for line in lines if not (form.comment and line.startswith(form.comment)))


class OutsideRecords:
    """Lines without the comments outside of records, where a record may have several lines.

    csv.reader asks for a line only where it needs one: while it is `is_within` a record, no line is a comment.
    """

    def __init__(self, lines: Iterator[str], comment: str | None):
        self._lines, self._comment, self.is_within = lines, comment, False

    def __iter__(self) -> OutsideRecords:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        while self._comment and not self.is_within and line.startswith(self._comment):
            line = next(self._lines)
        self.is_within = True
        return line

    def records(self, reader: Iterator[list[str]]) -> Iterator[list[str]]:
        """What a csv.reader of these lines gives."""
        self.is_within = False
        for record in reader:
            yield record
            self.is_within = False
