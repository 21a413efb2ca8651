"""Pages of one pull, each kept as it came in an archive of ours, read as one table."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from types import ModuleType

from citylake.admit.reading import Reading, Unparsed, Unreadable, raw, spooled
from citylake.feed import Feed


def read(stream, feed: Feed, reader: ModuleType) -> Reading:
    """The records of every page in order, numbered on; columns are those of any page. A page may be empty.

    Raises: Unreadable, here or while iterating, that names the page.
    """
    archive = zipfile.ZipFile(spooled(stream))
    names = sorted(archive.namelist())
    each = feed.model_copy(update={"format": feed.format.model_copy(update={"may_be_empty": True})})
    header = dict.fromkeys(name for page in names for name in _opened(archive, page, each, reader).header)
    reading = Reading(list(header), iter(()))
    reading.batches = _batches(archive, names, each, reader, reading)
    return reading


def _opened(archive: zipfile.ZipFile, page: str, feed: Feed, reader: ModuleType) -> Reading:
    try:
        return reader.read(archive.open(page), feed)
    except Unreadable as error:
        if error.kind == "empty":
            return Reading([], iter(()))
        raise _of_page(page, error) from error


def _of_page(page: str, error: Unreadable) -> Unreadable:
    return Unreadable(error.kind, f"{page}: {error.detail}")


def _batches(
    archive: zipfile.ZipFile, names: list[str], feed: Feed, reader: ModuleType, whole: Reading
) -> Iterator:
    import pyarrow as pa
    import pyarrow.compute as pc

    place = {name: n for n, name in enumerate(whole.header)}
    for page in names:
        part, before = _opened(archive, page, feed, reader), whole.records
        try:
            for batch in part.batches:
                columns = {"_source_row": pc.add(batch["_source_row"], before)}
                columns |= {raw(n): pa.nulls(batch.num_rows, pa.string()) for n in range(len(place))}
                columns |= {raw(place[name]): batch[raw(n)] for n, name in enumerate(part.header)}
                yield pa.RecordBatch.from_pydict(columns)
        except Unreadable as error:
            raise _of_page(page, error) from error
        whole.unparsed += [Unparsed(before + each.source_row, each.text, each.why) for each in part.unparsed]
        whole.records = before + part.records
