"""Comments between the records of delimited text: taken away before anything else is read."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator

from citylake.admit.reading import lines_within
from citylake.format import Format


def marked(lines: Iterable[str], form: Format) -> Iterator[tuple[str, bool]]:
    """Each line with whether it is a comment. Within a quoted field no line is one, whatever it begins with; the
    lines above the header (`skip_rows`) have no quoted fields."""
    quote, delimiter = re.escape(form.quote), re.escape(form.delimiter)
    inner = rf"[^{quote}]*(?:{quote}{quote}[^{quote}]*)*({quote}|\Z)"
    rest, field = re.compile(inner), re.compile(rf"(?:^|{delimiter}){quote}{inner}")
    above, is_open = form.skip_rows, False
    for line in lines:
        if not is_open and form.comment and line.startswith(form.comment):
            yield line, True
            continue
        yield line, False
        if above:
            above -= 1
        elif is_open or form.quote in line:
            begun = rest.match(line) if is_open else None
            quoted = [*([begun] if begun else []), *field.finditer(line, begun.end() if begun else 0)]
            is_open = bool(quoted) and not quoted[-1][1]


class Uncommented(io.RawIOBase):
    """The text of a binary stream without its comments, in UTF-8 whatever the encoding was.

    Raises: Unreadable where a line is longer than the record limit; UnicodeError.
    """

    def __init__(self, stream: io.RawIOBase, form: Format):
        encoding = "utf-8-sig" if form.encoding.lower() in ("utf-8", "utf8") else form.encoding
        text = io.TextIOWrapper(io.BufferedReader(stream), encoding=encoding, newline="")
        lines = marked(lines_within(text, form), form)
        self._lines = (line.encode() for line, is_comment in lines if not is_comment)
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        size = 0
        while size < len(buffer) and (part := self._waiting or next(self._lines, b"")):
            taken = part[: len(buffer) - size]
            buffer[size : size + len(taken)] = taken
            self._waiting = part[len(taken) :]
            size += len(taken)
        return size
