"""The pages of an HTTP source, one after the other, kept as they came in one archive."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx

from citylake.errors import CitylakeError, DataFailed
from citylake.feed import Feed
from citylake.land.pulled import Spool
from citylake.land.sources.http_client import Answer, Client

_MOST_PAGE_BYTES = 64 << 20  # a page is looked into as a whole


def all_pages(client: Client, url: str, feed: Feed) -> Spool:
    """Every page in a zip archive, stored as it came, `page_00001` first. All or nothing.

    Raises: DataFailed for pages that go round in a circle, are too many or no JSON; whatever `Client.get` raises.
    """
    kept = Spool()
    with zipfile.ZipFile(kept.file, "w", zipfile.ZIP_STORED) as archive:
        for number, page in enumerate(_pages(client, url, feed), start=1):
            # Of 1980, as if on Unix: equal pages make equal archives, whenever and wherever.
            member = zipfile.ZipInfo(f"page_{number:05}.{feed.format.kind}")
            member.create_system = 3
            archive.writestr(member, page)
    packed = Spool()
    kept.file.seek(0)
    while part := kept.file.read(1 << 20):
        packed.write(part)
    return packed


def _pages(client: Client, url: str, feed: Feed) -> Iterator[bytes]:
    how = feed.arrival.pages
    assert how
    asked: str | None = _first(url, feed)
    seen: set[str] = set()
    total, before = 0, b""
    for number in range(1, how.most + 1):
        if asked is None:
            return
        if asked in seen:
            told = f"page {number} is at an address that was read already"
            raise _wrong("the pages go round in a circle", url, told)
        seen.add(asked)
        content = Spool(min(_MOST_PAGE_BYTES, client.most_bytes - total), url)
        answer = client.get(asked, content)
        content.file.seek(0)
        page, total = content.file.read(), total + content.size
        if feed.format.kind != "csv":
            answer.refuse_web_page(url)
        if how.by in ("number", "offset") and page and page == before:
            told = f"pages {number - 1} and {number} are the same bytes"
            raise _wrong(f"the source does not know the parameter '{how.parameter}'", url, told)
        yield page
        before = page
        asked = _following(client, asked, url, feed, answer, page, number)
    if asked is not None:
        raise _wrong("the source has more pages than are allowed", url, f"more than {how.most}, pages.most")


def _first(url: str, feed: Feed) -> str:
    how = feed.arrival.pages
    assert how
    counted = {str(how.parameter): str(how.begins)} if how.by in ("number", "offset") else {}
    return _set(url, counted | _size(feed))


def _size(feed: Feed) -> dict[str, str]:
    how = feed.arrival.pages
    return {how.size_parameter: str(how.size)} if how and how.size_parameter else {}


def _set(url: str, parameters: dict[str, str]) -> str:
    return str(httpx.URL(url).copy_merge_params(parameters)) if parameters else url


def _following(
    client: Client, asked: str, url: str, feed: Feed, answer: Answer, page: bytes, number: int
) -> str | None:
    """The address of the next page; None where this is the last."""
    how = feed.arrival.pages
    assert how
    if how.by == "link":
        return client.joined(asked, answer.next_link) if answer.next_link else None
    if how.by in ("number", "offset"):
        if _records(page, feed, url, number) < (how.size or 1):
            return None
        at = how.begins + number * (how.size or 1 if how.by == "offset" else 1)
        return _set(url, {str(how.parameter): str(at)} | _size(feed))
    value = _document(page, url, number)
    for part in str(how.next).split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value in (None, "", False):
        return None
    if isinstance(value, dict | list) or (how.by == "body" and not isinstance(value, str)):
        raise _wrong(f"'{how.next}' of page {number} is no {how.by}", url, str(value)[:80])
    return client.joined(asked, value) if how.by == "body" else _set(url, {str(how.parameter): str(value)})


def _records(page: bytes, feed: Feed, url: str, number: int) -> int:
    """How many records a page has; of text at least so many, for a record may have several lines."""
    form = feed.format
    if form.kind in ("csv", "jsonl"):
        mark = (form.comment or "").encode()
        lines = [line for line in page.splitlines() if line.strip() and not (mark and line.startswith(mark))]
        above = form.skip_rows + (not form.header) if form.kind == "csv" else 0
        return max(0, len(lines) - above)
    path = "features" if form.kind == "geojson" else form.records
    found = _document(page, url, number)
    for part in (path or "").split(".") if path else []:
        found = found.get(part) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise _wrong(
            f"page {number} has no list of records", url, f"nothing at '{path}'" if path else "no list"
        )
    return len(found)


def _document(page: bytes, url: str, number: int) -> Any:
    try:
        return json.loads(page)
    except ValueError as error:
        raise _wrong(f"page {number} is not JSON", url, str(error)) from None


def _wrong(what: str, url: str, found: str) -> CitylakeError:
    return DataFailed(what, where=url, found=found, next_step="Nothing was landed. See arrival.pages.")
