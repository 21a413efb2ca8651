"""XML, streamed by lxml: elements on a path are records; entities, DTDs and the network are off."""

from __future__ import annotations

from collections.abc import Iterator

from citylake.admit.reading import Measured, Reading, Unreadable, record_too_long, spooled, text_batches
from citylake.feed import Feed
from citylake.format import Format


def read(stream, feed: Feed) -> Reading:
    """Open a document, read twice: once for the columns, once for the rows.

    A record's attributes are columns `@name`, its children `name`, what is nested `name.inner`; a child that
    repeats is joined by `; `. `carry` paths start at the record's parent (`../@id`, `../../meta/unit`) or at
    the root (`/meta/unit`); what they name stands before the record. Raises: Unreadable.
    """
    file, form = spooled(stream), feed.format
    columns: dict[str, None] = dict.fromkeys(form.carry)
    count = 0
    for values in records(file, form):
        columns.update(dict.fromkeys(values))
        count += 1
    if not count and not form.may_be_empty:
        raise Unreadable("empty", f"there is no element at '{form.records}'")
    reading = Reading(list(columns), iter(()))
    rows = (
        (n, [values.get(name) for name in reading.header]) for n, values in enumerate(records(file, form), 1)
    )
    reading.batches = text_batches(reading, rows, reading.header)
    return reading


def records(file, form: Format) -> Iterator[dict[str, str | None]]:
    """The columns of each record of a document, from its begin. Raises: Unreadable."""
    from lxml import etree

    file.seek(0)
    wanted = (form.records or "").split("/")
    given = form.encoding if "encoding" in form.model_fields_set else None  # else the document says it
    path: list[str] = []
    source = Measured(file, form)
    try:
        events = etree.iterparse(
            source, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
            remove_comments=True, remove_pis=True, encoding=given,
        )  # fmt: skip
        for event, element in events:
            if path[1 : len(wanted) + 1] != wanted:
                source.restart()
            if event == "start":
                path.append(_local(element.tag))
                continue
            if path[1:] == wanted:
                source.restart()
                yield _carried(element, form.carry) | _columns(element)
                element.clear()
                while element.getprevious() is not None and _local(element.getprevious().tag) == wanted[-1]:
                    del element.getparent()[0]
            path.pop()
    except etree.XMLSyntaxError as error:
        raise _unreadable(error, form) from error
    except LookupError as error:
        raise Unreadable(
            "wrong_encoding", f"the document declares an encoding that is not known: {error}"
        ) from error


def _columns(element, above: str = "") -> dict[str, str | None]:
    found: dict[str, str | None] = {
        f"{above}@{_local(name)}": value for name, value in element.attrib.items()
    }
    for child in element:
        if not isinstance(child.tag, str):
            raise Unreadable("entity", "the document uses an entity of its own; write the text itself")
        name = above + _local(child.tag)
        found |= _columns(child, f"{name}.")
        if len(child) == 0:
            text = (child.text or "").strip()
            found[name] = f"{found[name]}; {text}" if found.get(name) else text
    if not above and len(element) == 0 and element.text:
        found["text"] = element.text.strip()
    return found


def _carried(element, carry: dict[str, str]) -> dict[str, str | None]:
    return {name: _value(element, path) for name, path in carry.items()}


def _value(element, path: str) -> str | None:
    place = element.getroottree().getroot() if path.startswith("/") else element
    for part in path.strip("/").split("/"):
        if place is None:
            return None
        if part == "..":
            place = place.getparent()
        elif part.startswith("@"):
            return place.get(part[1:])
        else:
            place = next((child for child in place if _local(child.tag) == part), None)
    return None if place is None else (place.text or "").strip()


def _local(tag) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _unreadable(error: Exception, form: Format) -> Unreadable:
    text = str(error).replace("\x00", "")[:200]
    if "huge text node" in text or "Buffer size limit" in text:  # libxml2's own limit, ten million bytes
        return record_too_long(form)
    if "nce loop" in text or "mplification" in text:
        return Unreadable("entity", f"the document uses an entity of its own; write the text itself: {text}")
    if "ncod" in text:
        return Unreadable(
            "wrong_encoding", f"the bytes are not what the document or the feed file says: {text}"
        )
    is_cut = any(told in text for told in ("Premature end", "EndTag", "Couldn't find end", "expected '>'"))
    kind = "truncated" if is_cut else "unreadable"
    return Unreadable(kind, f"this is no whole XML document: {text}")
