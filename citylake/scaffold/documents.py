"""Where the records of a document stand: XML and JSON, and what above them belongs to each."""

from __future__ import annotations

import io
import json
import re
from collections import Counter

from citylake.errors import WrongUse
from citylake.scaffold.guess import Findings, some

_CALLED_KEY = re.compile(r"(^|[_\W])(id|code|no|nr|key|number)$|[a-z](Id|ID|Code|No|Key)$|编号|代码")


def guess_xml(head: bytes, found: Findings) -> None:
    """The path of the records of an XML document. Raises: WrongUse where nothing repeats."""
    from lxml import etree

    paths: Counter[str] = Counter()
    texts: dict[str, None] = {}
    here: list[str] = []
    parser = etree.XMLPullParser(
        ("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, recover=True
    )
    parser.feed(head)
    inner: Counter[str] = Counter()
    for event, element in parser.read_events():
        if event == "start":
            here.append(str(element.tag).rpartition("}")[2])
            continue
        place = "/".join(here[1:])
        paths[place] += 1
        inner[place] += len(element) + len(element.attrib)
        if not len(element) and (element.text or "").strip():
            texts[place] = None
        here.pop()
    # Records repeat and have something in them; the outermost of the most frequent.
    repeated = [place for place, count in paths.items() if place and count > 1 and inner[place] >= count]
    if not repeated:
        raise WrongUse(
            "no element of this XML repeats",
            expected="records: elements of one name that follow each other",
        )
    most = max(paths[place] for place in repeated)
    records = min((place for place in repeated if paths[place] == most), key=len)
    found.guess("kind", "xml", "the file begins with an element")
    found.guess("records", records, f"repeats most: {paths[records]} times in the sample")
    others = [place for place in repeated if place != records and not place.startswith(f"{records}/")]
    if others:
        found.ask(
            f"Records are taken to be '{records}'; these repeat too: {some(others, 5)}. Does one need a feed of its own?"
        )
    above = [place for place in texts if not place.startswith(f"{records}/") and paths[place] == 1]
    if above:
        found.ask(
            f"Above the records stand {some(above, 5)}. Does each row need one? Then"
            f" `carry: {{{above[0].rpartition('/')[2].lower()}: /{above[0]}}}`, and a column of that name."
        )


def guess_json(start: str, found: Findings) -> None:
    """JSON lines, GeoJSON, or the path of the longest list. Raises: WrongUse where there is none."""
    lines = start.splitlines()[:50]
    if lines[0].startswith("{") and len(lines) > 1:
        objects = sum(1 for line in lines[:-1] if _is_object(line))
        if objects > 0.8 * max(len(lines) - 1, 1):
            found.guess("kind", "jsonl", f"{objects} of the first {len(lines) - 1} lines are JSON objects")
            return
    if '"FeatureCollection"' in start[:2000]:
        found.guess("kind", "geojson", "it says FeatureCollection")
        return
    found.guess("kind", "json", f"the file begins with {start[0]}")
    lists = _lists(start)
    if "records" not in found.guesses and start[0] != "[":
        if not lists.counts:
            raise WrongUse("there is no list of records in this JSON document")
        records = max(lists.counts, key=lambda place: lists.counts[place])
        found.guess("records", records, f"the only list: {lists.counts[records]} elements in the sample")
    carried = set((found.value("carry") or {}).values())
    above = [place for place in lists.above(found.value("records", "")) if place not in carried]
    if above:
        name = above[0].rpartition(".")[2]
        found.ask(
            f"Above the records stand {some(above, 5)}. Does each row need one? Then `carry: {{{name}: {above[0]}}}`"
            " in `format`, and a column of that name."
        )


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


class _Lists:
    """Lists of objects in a document by path (no `item` in it): how many elements, and what stands above."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.known: dict[str, list[str]] = {}  # path of a list -> scalars that stand before its first element

    def above(self, records: str) -> list[str]:
        """Scalars of the whole document, outside every list, that stand before the records."""
        return [
            place
            for place in self.known.get(records, [])
            if not any(place.startswith(f"{each}." if each else "") for each in self.counts)
        ]

    def carry(self, records: str) -> dict[str, str]:
        """What tells to which element of the lists around them the records belong: its keys, or its first value."""
        found: dict[str, str] = {}
        for around in self.counts:
            if around == records or (around and not records.startswith(f"{around}.")):
                continue
            own = [place for place in self.known[records] if place.rpartition(".")[0] == around]
            chosen = [place for place in own if _CALLED_KEY.search(place.rpartition(".")[2])] or own[:1]
            for place in chosen:
                name = place.rpartition(".")[2]
                found[
                    name
                    if name not in ("id", "name", "code", "key")
                    else f"{_single(around)}_{name}".lstrip("_")
                ] = place
        return found


def _single(place: str) -> str:
    return place.rpartition(".")[2].removesuffix("s") or "parent"


def _lists(text: str) -> _Lists:
    """The lists of objects of a document; the text may be cut."""
    import ijson

    found, scalars = _Lists(), dict[str, None]()
    try:
        for prefix, event, _ in ijson.parse(io.BytesIO(text.encode())):
            path = ".".join(part for part in prefix.split(".") if part != "item")
            if event == "start_map" and (prefix == "item" or prefix.endswith(".item")):
                found.counts[path] = found.counts.get(path, 0) + 1
                found.known.setdefault(path, list(scalars))
            elif event in ("string", "number", "boolean") and path and not prefix.endswith("item"):
                scalars[path] = None
    except ijson.JSONError:
        pass
    return found


def json_lists(head: bytes) -> dict[str, dict[str, str]]:
    """Path of each list of a JSON document -> `carry` for its records; nothing for what is no such document."""
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] not in (b"{", b"["):
        return {}
    text = head.decode("utf-8-sig", errors="replace").lstrip()
    first = text.split("\n", 1)[0]
    if '"FeatureCollection"' in text[:2000] or (len(first) < len(text.rstrip()) and _is_object(first)):
        return {}
    lists = _lists(text)
    return {place: lists.carry(place) for place in lists.counts}
