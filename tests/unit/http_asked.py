"""Questions to an HTTP source, and what came of them."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from citylake.errors import CitylakeError
from citylake.land.pulled import Asked, Pulled
from citylake.land.sources import http, http_client
from citylake.ledger.deliveries import Delivery
from tests.offline import make_feed
from tests.web import web_server

AT = datetime(2026, 3, 10, 4, tzinfo=UTC)  # noon in Hangzhou


@pytest.fixture
def web(monkeypatch):
    monkeypatch.setattr(http_client, "_BACKOFF_S", 0.01)
    with web_server() as server:
        yield server


def asked(
    url: str, *, kind: str = "csv", remembered: list[Pulled] = (), form: dict | None = None, **keys
) -> Asked:
    """A question to the source; `remembered` is what was landed of it before."""
    arrival = {"from": "http", "url": url, "every": "PT1H", "deadline": "P1D", **keys}
    feed = make_feed(arrival=arrival, format={"kind": kind, **(form or {})})
    known = {
        each.source_uri: Delivery(
            delivery_id="01TESTDELIVERY000000000000", feed_id=feed.feed_id, sender="x", name=each.name,
            source_uri=each.source_uri, source_version=each.version, landing_uri="", size_bytes=each.bytes.size,
            sha256=each.bytes.sha256, compression="none", encoding="utf-8", arrived_at=AT,
        )
        for each in remembered
    }  # fmt: skip
    return Asked(feed, AT, known)


def content(pulled: Pulled) -> bytes:
    pulled.bytes.file.seek(0)
    return pulled.bytes.file.read()


def pages(pulled: Pulled) -> list[bytes]:
    archive = zipfile.ZipFile(io.BytesIO(content(pulled)))
    return [archive.read(name) for name in archive.namelist()]


def news(question: Asked) -> list[Pulled]:
    return [each for each in http.pull(question) if question.is_new(each)]


def error_of(question: Asked, kind: type[CitylakeError]) -> str:
    with pytest.raises(kind) as caught:
        list(http.pull(question))
    assert type(caught.value) is kind
    return str(caught.value)
