"""Requests to one host: patient with a busy server, never with a wrong request, and never elsewhere."""

from __future__ import annotations

import email.utils
import logging
from dataclasses import dataclass
from datetime import UTC
from urllib.parse import urlsplit

import httpx
import tenacity

from citylake.clock import wall_now
from citylake.errors import ServerUnavailable, WrongUse
from citylake.land.connections import Account
from citylake.land.pulled import Spool

_ATTEMPTS = 5
_BACKOFF_S = 1.0  # doubles with every attempt
_MOST_WAIT_S = 300.0  # a source that asks for more is asked at the next pull
_TIMEOUT = httpx.Timeout(60, connect=10, pool=10)
_REDIRECTS = 5
_LATER = (429, 500, 502, 503, 504)
_WHAT = {
    401: ("the source does not know us", "See the login, password or headers of the feed's connection."),
    403: ("the source forbids it", "Ask who runs it what the feed's connection may read."),
    404: ("there is nothing at this address", "See arrival.url."),
    410: ("there is nothing at this address any more", "See arrival.url."),
}

# It writes every address at level INFO, with the query, where a key may be.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)


class _Later(Exception):
    """The same request may succeed in a while; `after_s` is what the server asks to wait."""

    def __init__(self, why: str, after_s: float | None = None):
        self.why, self.after_s = why, after_s
        super().__init__(why)


@dataclass(frozen=True)
class Answer:
    """A good answer: 200 with content, 204 or 304 without. `version` is what the source calls the content."""

    status: int
    version: str | None
    content_type: str
    next_link: str | None

    def refuse_web_page(self, where: str) -> None:
        """Raises: WrongUse for HTML, such as a login page, where data are expected."""
        if self.content_type.startswith("text/html"):
            raise WrongUse(
                "the source answers with a web page", where=where, found=self.content_type, expected="JSON",
                next_step="Open the address: is it a login page, or the page about the data?",
            )  # fmt: skip


class Client:
    """Requests to the host of one address, with one account's login, headers and query. Use it as a context."""

    def __init__(self, url: str, account: Account | None, most_bytes: int):
        self.most_bytes = most_bytes
        self.place = _place(url)
        headers, self.query, auth = _credentials(account, url)
        self.client = httpx.Client(headers=headers, auth=auth, timeout=_TIMEOUT, follow_redirects=False)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def get(self, url: str, content: Spool, known: str | None = None) -> Answer:
        """The answer, its bytes in `content`; asked again while the server is busy, as it asks for.

        `known` is the version landed last: where it still stands the answer is 304. Raises: WrongUse,
        ServerUnavailable, and DataFailed for more bytes than are allowed.
        """
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Later), stop=_hopeless, wait=_wait, reraise=True
        )
        try:
            return retrying(self._once, url, content, _conditions(known))
        except _Later as error:
            raise ServerUnavailable(
                "the source does not answer", where=url, found=error.why,
                next_step="Nothing of it was landed; it is asked again at the next pull.",
            ) from None  # fmt: skip

    def joined(self, url: str, link: str) -> str:
        """The address a page names as the next. Raises: WrongUse where it leads to another host."""
        found = str(httpx.URL(url).join(link))
        if _place(found) != self.place:
            raise WrongUse(
                "a page leads to another host", where=url, found=found, expected=f"an address at {self.place}",
                next_step="The login is for that host alone; if the move is right, change arrival.url.",
            )  # fmt: skip
        return found

    def _once(self, url: str, content: Spool, conditions: dict[str, str]) -> Answer:
        asked = url
        try:
            for _ in range(_REDIRECTS):
                content.clear()
                with self.client.stream("GET", _with(asked, self.query), headers=conditions) as response:
                    if response.has_redirect_location:
                        asked = self.joined(asked, response.headers.get("location", ""))
                        continue
                    _refuse(response, url)
                    if response.status_code == 200:
                        for part in response.iter_bytes():
                            content.write(part)
                    return Answer(
                        response.status_code, _version(response), response.headers.get("content-type", ""),
                        response.links.get("next", {}).get("url"),
                    )  # fmt: skip
        except httpx.TransportError as error:
            raise _Later(f"{type(error).__name__}: {error}") from None
        except (httpx.InvalidURL, httpx.RequestError) as error:
            raise WrongUse("this cannot be asked for", where=url, found=str(error)) from None
        raise WrongUse("the source leads on and on", where=url, found=f"{_REDIRECTS} redirects in a row")


def _place(url: str) -> str:
    parts = httpx.URL(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{parts.host}:{port}"


def _refuse(response: httpx.Response, url: str) -> None:
    """Raises: _Later for a busy server, WrongUse for any other answer that is not one."""
    status = response.status_code
    if status in (200, 204, 304):
        return
    if status in _LATER:
        raise _Later(f"{status} {response.reason_phrase}", _retry_after(response.headers.get("retry-after")))
    what, next_step = _WHAT.get(
        status, ("the source refuses the request", "See arrival.url and arrival.pages.")
    )
    raise WrongUse(what, where=url, found=f"{status} {response.reason_phrase}", next_step=next_step)


def _retry_after(text: str | None) -> float | None:
    """Seconds of a Retry-After header, which holds seconds or a date."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - wall_now()).total_seconds())


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.after_s if isinstance(error, _Later) else None
    return (
        asked
        if asked is not None
        else tenacity.wait_exponential_jitter(multiplier=_BACKOFF_S, max=60, jitter=_BACKOFF_S)(state)
    )


def _hopeless(state: tenacity.RetryCallState) -> bool:
    return state.attempt_number >= _ATTEMPTS or _wait(state) > _MOST_WAIT_S


def _version(response: httpx.Response) -> str | None:
    if tag := response.headers.get("etag"):
        return f"etag:{tag}"
    if modified := response.headers.get("last-modified"):
        return f"modified:{modified}"
    return None


def _conditions(known: str | None) -> dict[str, str]:
    kind, _, value = (known or "").partition(":")
    name = {"etag": "If-None-Match", "modified": "If-Modified-Since"}.get(kind)
    return {name: value} if name else {}


def _credentials(
    account: Account | None, url: str
) -> tuple[dict[str, str], dict[str, str], httpx.Auth | None]:
    """Headers, query parameters and login of an account; a password without a login is a bearer's token.

    Raises: WrongUse where the account is one for another host.
    """
    if account is None:
        return {}, {}, None
    host = (urlsplit(account.host).hostname if "://" in account.host else account.host) or ""
    if host and host != urlsplit(url).hostname:
        raise WrongUse(
            "the connection is for another host", where=f"connection '{account.connection_id}'", found=host,
            expected=f"{urlsplit(url).hostname}, the host of arrival.url",
        )  # fmt: skip
    headers, query = (
        {str(name): str(value) for name, value in (account.extra.get(part) or {}).items()}
        for part in ("headers", "query")
    )
    if account.login:
        return headers, query, httpx.BasicAuth(account.login, account.password)
    if account.password:
        headers = {"Authorization": f"Bearer {account.password}"} | headers
    return headers, query, None


def _with(url: str, query: dict[str, str]) -> httpx.URL:
    return httpx.URL(url).copy_merge_params(query) if query else httpx.URL(url)
