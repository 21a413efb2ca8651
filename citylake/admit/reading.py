"""Bytes of a delivery as batches of text columns, each row with its place in the file."""

from __future__ import annotations

import codecs
import importlib
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, cast

from citylake.feed import Feed
from citylake.format import Format

if TYPE_CHECKING:
    from citylake.admit.formats.footer import Footer

_ROWS = 20_000
_SNIFFED_BYTES = 65_536
# Unicode's space separators, all that DuckDB's trim takes away too.
_SPACES = " \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
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
    erased: int = 0  # records of erased persons, left out of the batches
    others: tuple[str, ...] = ()  # the other files of the archive it came in


def raw(position: int) -> str:
    """The name under which the text of the nth source column travels: a header may hold any text twice."""
    return f"_raw_{position}"


def trimmed(position: int) -> str:
    """The name of the same text without space around it, where a batch has been `with_trimmed`."""
    return f"_trimmed_{position}"


def with_trimmed(batch):
    """The batch with every text once more, without space around it. Tabs and line ends within quotes are no space."""
    import pyarrow as pa

    texts = [_trimmed(column) for column in batch.columns[1:]]
    names = [trimmed(n) for n in range(len(texts))]
    return pa.RecordBatch.from_arrays([*batch.columns, *texts], names=[*batch.schema.names, *names])


def _trimmed(texts):
    """Mostly there is nothing to take away, which Arrow sees several times as fast as it takes spaces of every width."""
    import pyarrow.compute as pc

    return texts if pc.utf8_trim_whitespace(texts).equals(texts) else pc.utf8_trim(texts, characters=_SPACES)


def read(stream, feed: Feed, compression: str) -> Reading:
    """Open a binary stream by the feed's format; `compression` is what landing saw (none, gzip, zip).

    Raises: Unreadable, here or while iterating.
    """
    from citylake.admit import paged, unpacking, unpivot

    others: tuple[str, ...] = ()
    module = importlib.import_module(f"citylake.admit.formats.{_READERS[feed.format.kind]}")
    try:
        if feed.arrival.pages and compression == "zip":
            reading = paged.read(stream, feed, module)
        else:
            opened = unpacking.unpacked(stream, feed.format, compression)
            others, reading = unpacking.others(opened), module.read(opened, feed)
    except unpacking.DAMAGED as error:
        raise unpacking.damaged(error) from error
    if any("\x00" in name or not _is_text(name) for name in reading.header):
        raise Unreadable(
            "unreadable", "a column name holds a NUL character or half of one: these bytes are no table"
        )
    reading = unpivot.unpivoted(reading, feed.unpivot) if feed.unpivot else reading
    reading.others = others
    return reading


def spooled(stream) -> BinaryIO:
    """The stream's bytes in a file without a name, for what has to be read from several places."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the reading does)
    while part := stream.read(1 << 20):
        file.write(part)
    file.seek(0)
    return cast(BinaryIO, file)


def spooled_text(stream, form: Format) -> BinaryIO:
    """As `spooled`, for text. Raises: Unreadable where its first bytes are plainly of another encoding."""
    file = spooled(stream)
    refuse_other_encoding(file.read(_SNIFFED_BYTES), form.encoding)
    file.seek(0)
    return file


def refuse_other_encoding(head: bytes, encoding: str) -> None:
    """Some encodings decode any bytes, to other characters: a mark at the begin, and UTF-8 itself, tell better.

    Raises: Unreadable.
    """
    name = codecs.lookup(encoding).name
    marked = next((told for mark, told in _MARKS.items() if head.startswith(mark)), None)
    if marked and not name.startswith(marked):
        raise wrong_encoding(encoding, f"they begin with the mark of {marked}")
    if name.startswith("utf") or _characters_of_utf8(head[:_SNIFFED_BYTES]) < _SURE:
        return
    raise wrong_encoding(encoding, "they are utf-8")


_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SURE = 6  # that many characters of GB18030 or Latin-1 are valid UTF-8 by chance once in 100,000 files


def _characters_of_utf8(head: bytes) -> int:
    """How many characters beyond ASCII there are, none where the bytes are not UTF-8."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return 0
    return sum(character > "\x7f" for character in text)


def wrong_encoding(encoding: str, but: str = "") -> Unreadable:
    """The reason of bytes that are not text of the declared encoding, with what they are where that is known."""
    return Unreadable("wrong_encoding", f"the bytes are not {encoding}" + (f": {but}" if but else ""))


def record_too_long(form: Format, which: str = "a record") -> Unreadable:
    """The reason of a record, or what should be one, beyond `format.record_limit`."""
    limit = form.record_limit.human_readable()
    return Unreadable(
        "record_too_long",
        f"{which} is longer than {limit}: a quote, a line or an element that never ends? Where records are that"
        " long, say so in `format.record_limit`",
    )


def lines_within(lines, form: Format) -> Iterator:
    """The lines of a text or binary file, none read beyond the record limit. Raises: Unreadable."""
    number = 0
    while line := lines.readline(form.record_limit + 1):
        number += 1
        if len(line) > form.record_limit:
            raise record_too_long(form, f"line {number}")
        yield line


def without_comments(lines: Iterable, form: Format) -> Iterator:
    """The lines, text or bytes, without those that begin with `format.comment`: each line is a record."""
    mark = form.comment or ""
    for line in lines:
        if not mark or not line.startswith(mark if isinstance(line, str) else mark.encode(form.encoding)):
            yield line


class Measured:
    """A binary stream that ends with Unreadable where more than the record limit is read between two restarts."""

    def __init__(self, stream, form: Format):
        self._stream, self._form, self._size = stream, form, 0

    def read(self, size: int = -1) -> bytes:
        """As of any stream. Raises: Unreadable."""
        part = self._stream.read(size)
        self._size += len(part)
        if self._size > self._form.record_limit + _SNIFFED_BYTES:  # what a parser reads ahead
            raise record_too_long(self._form)
        return part

    def restart(self) -> None:
        """Count from here: a record ends, or there is none."""
        self._size = 0


def _is_text(text: str) -> bool:
    """Whether it can be written: JSON may hold half of a pair of surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def text_batches(
    reading: Reading,
    rows: Iterable[tuple[int, Sequence[str | None]]],
    header: Sequence[str],
    footer: Footer | None = None,
) -> Iterator:
    """Batches of rows given one by one with their numbers, above the footer; counts the records of the reading."""
    import pyarrow as pa

    names = ["_source_row", *(raw(n) for n in range(len(header)))]
    types = [pa.int64(), *[pa.string()] * len(header)]

    def batch(numbers, values):
        try:
            return made(numbers, values)
        except UnicodeEncodeError:
            good = []
            for number, row in zip(numbers, values, strict=True):
                if all(_is_text(text) for text in row if text):
                    good.append((number, row))
                    continue
                shown = ", ".join(str(text) for text in row).encode("utf-8", "backslashreplace").decode()
                reading.unparsed.append(Unparsed(number, shown, "a text holds half of a character"))
            return made([number for number, _ in good], [row for _, row in good])

    def made(numbers, values):
        columns = [pa.array(numbers, pa.int64())]
        columns += [pa.array(column, pa.string()) for column in zip(*values, strict=True)] or [
            pa.array([], pa.string()) for _ in header
        ]
        made = pa.RecordBatch.from_arrays(columns, schema=pa.schema(list(zip(names, types, strict=True))))
        above = footer.above(made) if footer else made
        reading.records += above.num_rows
        return above

    rest = iter(rows)
    while some := list(itertools.islice(rest, _ROWS)):
        numbers, values = zip(*some, strict=True)
        if (made_of := batch(numbers, values)).num_rows:  # all of them may stand below the footer
            yield made_of
    if footer:
        footer.close(reading)
    reading.records += len(reading.unparsed)
