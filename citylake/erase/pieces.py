"""The bytes of a delivery as pieces in order: records, and what stands between them. Together they are the bytes again."""

from __future__ import annotations

import csv
import io
import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

from citylake.admit.formats import fixed_width, json_lines, xml_document
from citylake.admit.formats.comments import marked
from citylake.admit.reading import without_comments
from citylake.feed import Feed

# From `<` to its `>`: in a value of an attribute `>` may stand as it is.
_TAG = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")


class NotRewritable(Exception):
    """Why records cannot be taken out of these bytes with the rest left as it is."""


@dataclass(frozen=True)
class Piece:
    """A part of a document: a record where `values` or `told` is given, else none and to be kept.

    `values` are texts by the name of their source column, `told` is the text of a record that cannot be split.
    """

    text: str
    values: dict[str, str | None] | None = None
    told: str | None = None


def pieces(data: bytes, feed: Feed) -> tuple[Iterator[Piece], str]:
    """The pieces of a document and the encoding in which their texts are its bytes. Raises: NotRewritable."""
    kind = feed.format.kind
    if kind not in _READERS:
        raise NotRewritable(f"a document of kind {kind} cannot be written again byte for byte")
    encoding = _encoding(data, feed)
    try:
        text = data.decode(encoding)
    except (UnicodeError, LookupError) as error:
        raise NotRewritable(f"the bytes are not {encoding}") from error
    if text.encode(encoding) != data:
        raise NotRewritable(f"the bytes would be others when encoded again in {encoding}")
    return _READERS[kind](text, feed), encoding


def _encoding(data: bytes, feed: Feed) -> str:
    """The declared one, or an XML document's own; marks at the begin stay in the text."""
    name = feed.format.encoding
    if feed.format.kind == "xml" and "encoding" not in feed.format.model_fields_set:
        told = re.match(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=["']([A-Za-z0-9._-]+)""", data)
        name = told[1].decode() if told else "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    if name.lower().replace("_", "-") in ("utf-8-sig", "utf8"):
        return "utf-8"
    if name.lower().replace("-", "") == "utf16":
        return "utf-16-be" if data.startswith(b"\xfe\xff") else "utf-16-le"
    return name


def _lines(text: str) -> Iterable[str]:
    """Lines with their ends, of any kind."""
    return io.StringIO(text, newline="")


def _csv(text: str, feed: Feed) -> Iterator[Piece]:
    form = feed.format
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    lines = marked(_lines(text), form)
    for line, _ in itertools.islice(lines, form.skip_rows):
        yield Piece(line)
    taken: list[str] = []
    between: list[str] = []  # comments are nobody's record

    def records() -> Iterator[str]:
        for line, is_comment in lines:
            if is_comment:
                between.append(line)
            else:
                taken.append(line)
                yield line.removeprefix("\ufeff")

    names: list[str] = list(form.header)
    reader = csv.reader(records(), delimiter=form.delimiter, quotechar=form.quote)
    for fields in reader:
        record = "".join(taken)
        taken.clear()
        yield from map(Piece, between)
        between.clear()
        if not names or not fields:
            names = names or fields
            yield Piece(record)
        elif len(fields) == len(names) or (form.short_rows == "fill" and len(fields) < len(names)):
            padded = fields + [""] * (len(names) - len(fields))
            yield Piece(record, values=dict(zip(reversed(names), reversed(padded), strict=True)))
        else:
            yield Piece(record, told=record)
    yield from map(Piece, [*between, *taken])


def _json_lines(text: str, feed: Feed) -> Iterator[Piece]:
    for line, is_record in _with_records(text, feed):
        if not is_record:
            yield Piece(line)
            continue
        found = json_lines.columns(line.removeprefix("\ufeff"))
        yield Piece(line, values=found) if isinstance(found, dict) else Piece(line, told=line)


def _fixed_width(text: str, feed: Feed) -> Iterator[Piece]:
    form = feed.format
    end = max(last for _, last in form.widths.values())
    titles = form.skip_rows  # lines, empty ones too; comments are none
    for line, is_record in _with_records(text, feed):
        if titles and (is_record or not line.strip()):
            titles -= 1
            yield Piece(line)
            continue
        if not is_record:
            yield Piece(line)
            continue
        plain = line.removeprefix("\ufeff").rstrip("\r\n")
        given = plain.encode(form.encoding) if form.counts == "bytes" else plain
        values = fixed_width.fields(given, feed, "replace")
        if len(given) > end and given[end:].strip():
            yield Piece(line, told=" ".join([*values, plain]))
        else:
            yield Piece(line, values=dict(zip(form.widths, values, strict=True)))


def _with_records(text: str, feed: Feed) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is a record: neither empty nor a comment."""
    for line in _lines(text):
        yield line, bool(line.strip()) and any(without_comments([line.removeprefix("\ufeff")], feed.format))


def _xml(text: str, feed: Feed) -> Iterator[Piece]:
    """Elements on the path of records, with what admission reads of each."""
    above = {
        source
        for column in feed.columns
        if column.privacy and column.privacy.domain
        for source in column.sources
    }
    if above & set(feed.format.carry):
        raise NotRewritable("who it is stands above the records, not in them")
    data = text.encode()
    places = _elements(data.removeprefix(b"\xef\xbb\xbf"), (feed.format.records or "").split("/"))
    shift = len(data) - len(data.removeprefix(b"\xef\xbb\xbf"))
    declared = feed.model_copy(update={"format": feed.format.model_copy(update={"encoding": "utf-8"})})
    values = list(xml_document.records(io.BytesIO(data), declared.format))
    if len(values) != len(places):
        raise NotRewritable(f"{len(places)} elements are seen where admission reads {len(values)}")
    end = 0
    for (first, last), found in zip(places, values, strict=True):
        yield Piece(data[end : first + shift].decode())
        end = last + shift
        yield Piece(data[first + shift : end].decode(), values=found)
    yield Piece(data[end:].decode())


def _elements(data: bytes, wanted: list[str]) -> list[tuple[int, int]]:
    """Where each element on a path below the root begins and ends, in bytes of UTF-8."""
    path: list[str] = []
    found: list[tuple[int, int]] = []
    begun: list[int] = []
    parser = expat.ParserCreate("utf-8", namespace_separator="}")

    def start(name: str, _: object) -> None:
        path.append(name.rpartition("}")[2])
        if path[1:] == wanted:
            begun.append(parser.CurrentByteIndex)

    def close(_: str) -> None:
        if path[1:] == wanted:
            tag = _TAG.match(data, parser.CurrentByteIndex)
            found.append((begun.pop(), tag.end() if tag else len(data)))
        path.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, close
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NotRewritable("it is no whole XML document") from error
    return found


_READERS = {"csv": _csv, "jsonl": _json_lines, "fixed_width": _fixed_width, "xml": _xml}
