"""An HTTP source: one document, one for each day, or many pages kept together as they came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from citylake.errors import CitylakeError, Problems, WrongUse
from citylake.land.connections import find_account
from citylake.land.pulled import Asked, Pulled, Spool
from citylake.land.sources.http_client import Client
from citylake.land.sources.http_pages import all_pages

_ENDINGS = {"excel": "xlsx", "fixed_width": "txt"}
_MOST_MISSED_DAYS = 31


def pull(asked: Asked) -> Iterator[Pulled]:
    """What the source answers now, where it is not what it answered last.

    Where the url has `{from}` or `{to}`, each day is a delivery of its own: the last ones, and those missed since
    the last that came, oldest first. A day that is refused does not stop the days after it; all are told in the
    end. Raises: WrongUse, DataFailed, ServerUnavailable.
    """
    arrival = asked.feed.arrival
    account = find_account(arrival.connection) if arrival.connection else None
    with Client(arrival.url or "", account, arrival.most_mb << 20) as client:
        if not arrival.is_by_day:
            yield from _one(asked, client, None)
            return
        problems: list[CitylakeError] = []
        for day in asked.again.days() if asked.again else _days(asked):
            try:
                yield from _one(asked, client, day)
            except WrongUse as error:
                problems.append(error)
        if problems:
            raise Problems(problems)


def _one(asked: Asked, client: Client, day: date | None) -> Iterator[Pulled]:
    url = _address(asked, day)
    kind = asked.feed.format.kind
    stem = f"{asked.feed.dataset}_{day:%Y%m%d}" if day else asked.feed.dataset
    name = f"{stem}.{_ENDINGS.get(kind, kind)}"
    if asked.feed.arrival.pages:
        content = all_pages(client, url, asked.feed)
        yield Pulled(url, f"sha256:{content.sha256}", f"{name}.zip", content)
        return
    content = Spool(client.most_bytes, url)
    answer = client.get(url, content, known=None if asked.again else asked.version_of(url))
    if answer.status == 200:
        if kind in ("json", "jsonl", "geojson"):
            answer.refuse_web_page(url)
        yield Pulled(url, answer.version or f"sha256:{content.sha256}", name, content)


def _address(asked: Asked, day: date | None) -> str:
    url = asked.feed.arrival.url or ""
    return url.replace("{from}", f"{day}").replace("{to}", f"{day}") if day else url


def _days(asked: Asked) -> list[date]:
    """The last whole days, by the feed's own time zone, and before them those since the last that came."""
    yesterday = asked.asked_at.astimezone(ZoneInfo(asked.feed.day_zone)).date() - timedelta(days=1)
    number = asked.feed.arrival.days
    back = [yesterday - timedelta(days=n) for n in range(_MOST_MISSED_DAYS + number)]
    came = next((n for n, day in enumerate(back) if _address(asked, day) in asked.remembered), 0)
    return sorted(back[: max(number, came)])
