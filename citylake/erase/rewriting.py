"""A delivery's bytes without the records of erased persons; the rest stays byte for byte, and that is proved."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from citylake.admit import erased, unpacking
from citylake.admit.reading import Reading, Unreadable, raw, read
from citylake.erase.pieces import NotRewritable, Piece, pieces
from citylake.feed import Feed

if TYPE_CHECKING:
    from citylake.privacy.erasure import Persons

_RECORDS = 20_000


@dataclass(frozen=True)
class Rewritten:
    """Bytes without records of erased persons, how many those were, how many are left, and how many nobody could split."""

    data: bytes
    erased: int
    left: int
    unread: int


def rewritten(data: bytes, compression: str, feed: Feed, persons: Persons) -> Rewritten:
    """What a delivery would be had it come without these persons; the same bytes where none of them is in it.

    Read by admission's own readers before and after: all other records must be what they were. The delivery is held in memory.
    Raises: NotRewritable; Unreadable where the bytes cannot be read at all.
    """
    before = erased.without(_read(data, compression, feed), feed, persons)
    was = _digest(before)
    left = before.records - before.erased
    if not before.erased:
        return Rewritten(data, 0, left, len(before.unparsed))
    made = _repacked(data, compression, feed, persons)
    try:
        after = erased.without(_read(made, compression, feed), feed, persons)
        is_proved = (_digest(after), after.erased) == (was, 0)
    except Unreadable:  # some kinds of document cannot be told to be one without a record
        is_proved = not left
    if not is_proved:
        raise NotRewritable("the records that are left would not be read as before")
    return Rewritten(made, before.erased, left, len(before.unparsed))


def _read(data: bytes, compression: str, feed: Feed) -> Reading:
    return read(io.BytesIO(data), feed, compression)


def _digest(reading: Reading) -> str:
    """A hash of all values in order, by column; without the numbers of records, which others may take."""
    found = hashlib.sha256()
    for batch in reading.batches:
        names = [(raw(n), name) for n, name in enumerate(reading.header)]
        for row in batch.to_pylist():
            found.update(
                repr([(name, row[n]) for n, name in names if row[n] is not None]).encode("utf-8", "replace")
            )
    found.update(repr([each.text.strip() for each in reading.unparsed]).encode("utf-8", "replace"))
    return found.hexdigest()


def _repacked(data: bytes, compression: str, feed: Feed, persons: Persons) -> bytes:
    if compression == "gzip":
        return gzip.compress(_without(gzip.decompress(data), feed, persons), mtime=0)
    if compression != "zip":
        return _without(data, feed, persons)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data), metadata_encoding="gb18030") as archive:
        read_ones = (
            archive.namelist()
            if feed.arrival.pages
            else [unpacking.member_of(archive, feed.format.member).filename]
        )
        with zipfile.ZipFile(made, "w") as target:
            for member in archive.infolist():
                content = archive.read(member)
                target.writestr(
                    member, _without(content, feed, persons) if member.filename in read_ones else content
                )
    return made.getvalue()


def _without(data: bytes, feed: Feed, persons: Persons) -> bytes:
    found, encoding = pieces(data, feed)
    return "".join(piece.text for piece in _kept(found, feed, persons)).encode(encoding)


def _kept(found: Iterator[Piece], feed: Feed, persons: Persons) -> Iterator[Piece]:
    """The pieces that are no record of these persons."""
    while some := list(itertools.islice(found, _RECORDS)):
        going = _going([piece for piece in some if piece.values is not None], feed, persons)
        for piece in some:
            is_going = piece.told is not None and persons.are_in(piece.told)
            if not is_going and id(piece) not in going:
                yield piece


def _going(records: list[Piece], feed: Feed, persons: Persons) -> set[int]:
    """Those of the records that are these persons', as admission would judge them."""
    import pyarrow as pa

    header = list(dict.fromkeys(source for column in persons.columns for source in column.sources))
    columns = {"_source_row": pa.array(range(len(records)), pa.int64())}
    columns |= {
        raw(n): pa.array([(piece.values or {}).get(name) for piece in records], pa.string())
        for n, name in enumerate(header)
    }
    are = erased.of_persons(pa.RecordBatch.from_pydict(columns), header, feed, persons)
    return {id(piece) for piece, is_going in zip(records, are, strict=True) if is_going}


__all__ = ["NotRewritable", "Rewritten", "Unreadable", "rewritten"]
