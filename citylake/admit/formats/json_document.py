"""JSON documents and GeoJSON, streamed: the list of records somewhere in them, and values from above it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any

from citylake.admit.formats.json_values import flat, text
from citylake.admit.reading import Measured, Reading, Unreadable, spooled_text, text_batches, wrong_encoding
from citylake.feed import Feed
from citylake.format import Format


_DEEPEST = 200
_READ_BYTES = 4096  # of each part every event is made with its whole path before the first is seen here
# The parser's C code crashes the process where Python refuses to make a number: at 4,300 digits.
_MOST_DIGITS = 4000
_LONG_NUMBER = re.compile(rb"[0-9]{%d}" % _MOST_DIGITS)


def read(stream, feed: Feed) -> Reading:
    """Open a document, read twice: once for the columns and what is carried, once for the rows.

    `records` is the dotted path of the list, `carry` of values outside it; lists on the way are gone through.
    A carried value of the whole document may stand behind the list, one of a list's element must stand before.
    Raises: Unreadable.
    """
    form = feed.format
    file = spooled_text(stream, form)
    columns: dict[str, None] = dict.fromkeys(form.carry)
    carried: dict[str, str | None] = {}
    count = 0
    for record, carried in _records(file, form, {}):  # noqa: B007 (the last one counts)
        columns.update(dict.fromkeys(_columns(record, form)))
        count += 1
    if not count and not form.may_be_empty:
        place = f"at '{form.records}'" if form.records else "in the document"
        raise Unreadable("empty", f"there is no record {place}")
    reading = Reading(list(columns), iter(()))
    reading.batches = text_batches(reading, _rows(file, form, reading.header, carried), reading.header)
    return reading


def _rows(file, form: Format, header: list[str], known: dict) -> Iterator[tuple[int, list[str | None]]]:
    for number, (record, carried) in enumerate(_records(file, form, known), start=1):
        values = {name: carried.get(path) for name, path in form.carry.items()} | _columns(record, form)
        yield number, [values.get(name) for name in header]


def _columns(record: Any, form: Format) -> dict[str, str | None]:
    if form.kind == "geojson":
        try:
            return _feature(record)
        except (AttributeError, KeyError, TypeError) as error:
            raise Unreadable("unreadable", f"this is no GeoJSON feature: {text(record) or ''}"[:200]) from error
    return flat(record) if isinstance(record, dict) else {"value": text(record)}


def _feature(record: dict[str, Any]) -> dict[str, str | None]:
    """A feature's properties; a point as longitude and latitude, any other geometry as GeoJSON text."""
    geometry = record.get("geometry") or {}
    found = flat(record.get("properties") or {})
    if "id" in record:
        found.setdefault("id", text(record["id"]))
    if geometry.get("type") == "Point":
        found["longitude"], found["latitude"] = (text(each) for each in geometry["coordinates"][:2])
    else:
        found["geometry"] = text(geometry) if geometry else None
    return found


def _records(file, form: Format, known: dict) -> Iterator[tuple[Any, dict[str, str | None]]]:
    """Each record with the carried values by path. A path has no `item`: lists are gone through."""
    import ijson

    file.seek(0)
    wanted = "features" if form.kind == "geojson" else (form.records or "")
    paths = set(form.carry.values())
    carried: dict[str, str | None] = {path: known.get(path) for path in paths}
    builder, depth_of = None, ""
    source, shape = _Numbers(_utf8(file, form.encoding), form), _Shape()
    try:
        for prefix, event, value in ijson.parse(source, buf_size=_READ_BYTES):
            shape.look_at(event, value)
            if builder is not None:
                builder.event(event, value)
                if prefix == depth_of and event in ("end_map", "end_array"):
                    yield builder.value, carried
                    builder = None
                continue
            source.restart()
            path = ".".join(part for part in prefix.split(".") if part != "item")
            is_element = prefix.endswith("item") and path == wanted
            if is_element and event in ("start_map", "start_array"):
                builder, depth_of = ijson.ObjectBuilder(), prefix
                builder.event(event, value)
            elif is_element:
                yield value, carried
            elif path in paths and event in ("string", "number", "boolean", "null"):
                carried[path] = text(value)
    except (ijson.JSONError, UnicodeError) as error:
        raise _unreadable(error, form) from error


class _Numbers(Measured):
    """Refuses a number of thousands of digits before the parser sees it."""

    def __init__(self, stream, form: Format):
        super().__init__(stream, form)
        self._before = b""

    def read(self, size: int = -1) -> bytes:
        """As of any stream. Raises: Unreadable."""
        part = super().read(size)
        if _LONG_NUMBER.search(self._before + part):
            raise Unreadable("unreadable", f"a number has more than {_MOST_DIGITS:,} digits")
        self._before = part[-_MOST_DIGITS:]
        return part


class _Shape:
    """Refuses what a builder would take without a word: endless nesting, and a key given twice."""

    def __init__(self) -> None:
        self.keys: list[set[str]] = []

    def look_at(self, event: str, value: Any) -> None:
        """Follow one event. Raises: Unreadable."""
        if event in ("start_map", "start_array"):
            self.keys.append(set())
            if len(self.keys) > _DEEPEST:
                raise Unreadable("unreadable", f"its values are nested deeper than {_DEEPEST} levels")
        elif event in ("end_map", "end_array"):
            self.keys.pop()
        elif event == "map_key":
            if value in self.keys[-1]:
                raise Unreadable("unreadable", f"the key '{value}' is there twice in one object")
            self.keys[-1].add(value)


def _utf8(file, encoding: str):
    name = codecs.lookup(encoding).name
    if name in ("utf-8", "utf-8-sig"):
        start = file.read(3)
        file.seek(3 if start == b"\xef\xbb\xbf" else 0)
        return file
    return codecs.EncodedFile(file, "utf-8", encoding)


def _unreadable(error: Exception, form: Format) -> Unreadable:
    if isinstance(error, UnicodeError) or "UTF-8" in str(error) or "UTF8" in str(error):
        return wrong_encoding(form.encoding)
    told = str(error).replace("\x00", "").strip().splitlines()
    kind = "truncated" if "premature EOF" in str(error) else "unreadable"
    return Unreadable(kind, f"this is no whole JSON document: {told[0][:200] if told else 'nothing in it'}")
