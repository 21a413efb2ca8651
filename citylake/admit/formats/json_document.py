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
_BEGINS, _ENDS = ("start_map", "start_array"), ("end_map", "end_array")
_WITHIN = (*_ENDS, "map_key")
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
            raise Unreadable(
                "unreadable", f"this is no GeoJSON feature: {text(record) or ''}"[:200]
            ) from error
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
    builder, depth = None, 0
    source, place = _Numbers(_utf8(file, form.encoding), form), _Place()
    try:
        for event, value in ijson.basic_parse(source):
            if builder is None:
                source.restart()
                path = place.path() if event not in _WITHIN else None
                is_element = path == wanted and place.is_in_list()
                if is_element and event in _BEGINS:
                    builder, depth = ijson.ObjectBuilder(), len(place.frames)
                    builder.event(event, value)
                elif is_element:
                    yield value, carried
                elif path in paths and event not in _BEGINS:
                    carried[path] = text(value)
                place.follow(event, value)
                continue
            builder.event(event, value)
            place.follow(event, value)
            if event in _ENDS and len(place.frames) == depth:
                yield builder.value, carried
                builder = None
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


class _Place:
    """Where in a document the parser is. Refuses what it would take without a word: endless nesting, a key twice."""

    def __init__(self) -> None:
        self.frames: list[
            tuple[set[str], list[str]] | None
        ] = []  # an object's keys and the latest; None is a list

    def path(self) -> str:
        """The keys that lead here; lists are gone through."""
        return ".".join(frame[1][0] for frame in self.frames if frame)

    def is_in_list(self) -> bool:
        """Whether a value here is an element of a list."""
        return bool(self.frames) and self.frames[-1] is None

    def follow(self, event: str, value: Any) -> None:
        """Go behind an event. Raises: Unreadable."""
        if event in _BEGINS:
            self.frames.append((set(), [""]) if event == "start_map" else None)
            if len(self.frames) > _DEEPEST:
                raise Unreadable("unreadable", f"its values are nested deeper than {_DEEPEST} levels")
        elif event in _ENDS:
            self.frames.pop()
        elif event == "map_key" and (frame := self.frames[-1]):
            keys, latest = frame
            if value in keys:
                raise Unreadable("unreadable", f"the key '{value}' is there twice in one object")
            keys.add(value)
            latest[0] = value


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
