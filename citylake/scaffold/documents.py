"""Where the records of a document stand: XML and JSON."""

from __future__ import annotations

import io
import json
from collections import Counter

from citylake.errors import WrongUse
from citylake.scaffold.guess import Findings, some


def guess_xml(head: bytes, found: Findings) -> None:
    """The path of the records of an XML document. Raises: WrongUse where nothing repeats."""
    from lxml import etree

    paths: Counter[str] = Counter()
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
    found.guesses.pop("encoding", None)
    found.guess("records", records, f"repeats most: {paths[records]} times in the sample")
    if len(repeated) > 1:
        found.ask(
            f"Records are taken to be '{records}'; these repeat too:"
            f" {some([p for p in repeated if p != records], 5)}. Right?"
        )


def guess_json(start: str, found: Findings) -> None:
    """JSON lines, GeoJSON, or the path of the longest list. Raises: WrongUse where there is none."""
    first = start.splitlines()[0]
    if first.startswith("{") and len(start.splitlines()) > 1:
        lines = start.splitlines()[:50]
        objects = sum(1 for line in lines[:-1] if _is_object(line))
        if objects > 0.8 * max(len(lines) - 1, 1):
            found.guess("kind", "jsonl", f"{objects} of the first {len(lines) - 1} lines are JSON objects")
            return
    if '"FeatureCollection"' in start[:2000]:
        found.guess("kind", "geojson", "it says FeatureCollection")
        return
    found.guess("kind", "json", f"the file begins with {start[0]}")
    if start[0] == "[":
        return
    lists = _lists(start)
    if not lists:
        raise WrongUse("there is no list of records in this JSON document")
    records = max(lists, key=lambda place: lists[place])
    found.guess("records", records, f"the longest list: {lists[records]} elements in the sample")
    if len(lists) > 1:
        found.ask(
            f"Records are taken from '{records}'; other lists:"
            f" {some([p for p in lists if p != records], 5)}. Does one need a feed of its own?"
        )


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _lists(text: str) -> Counter[str]:
    """Path of each list of objects -> how many elements it has in all; the text may be cut."""
    import ijson

    found: Counter[str] = Counter()
    try:
        for prefix, event, _ in ijson.parse(io.BytesIO(text.encode())):
            if event == "start_map" and prefix.endswith("item"):
                found[".".join(part for part in prefix.split(".") if part != "item")] += 1
    except ijson.JSONError:
        pass
    return found
