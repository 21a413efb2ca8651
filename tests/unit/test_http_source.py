"""What an HTTP source answers, and what is made of it: against a real server on this machine."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from citylake.errors import DataFailed, Problems, ServerUnavailable, WrongUse
from citylake.land.connections import Account
from citylake.land.pulled import Asked, Spool
from citylake.land.sources import http, http_client
from tests.unit.http_asked import asked, content, error_of, news, web

__all__ = ["web"]


def test_a_document_comes_as_it_is_with_the_name_of_the_dataset(web):
    web.says("/data.csv", "id,value\n1,杭州\n".encode("gb18030"), ETag='"a1"')
    (found,) = news(asked(f"{web.url}/data.csv", form={"encoding": "gb18030"}))
    assert content(found) == b"id,value\n1,\xba\xbc\xd6\xdd\n"
    assert (found.source_uri, found.version, found.name) == (
        f"{web.url}/data.csv",
        'etag:"a1"',
        "test_reading.csv",
    )


@pytest.mark.parametrize(
    ("header", "value", "asked_by"),
    [
        ("ETag", 'W/"a1"', "if-none-match"),
        ("Last-Modified", "Tue, 10 Mar 2026 01:00:00 GMT", "if-modified-since"),
    ],
)
def test_what_did_not_change_is_not_sent_again(web, header, value, asked_by):
    def answer(request):
        return (304, {}, "") if request.headers.get(asked_by) == value else (200, {header: value}, "id\n1\n")

    web.answers["/data.csv"] = answer
    first = news(asked(f"{web.url}/data.csv"))
    assert len(first) == 1
    assert list(http.pull(asked(f"{web.url}/data.csv", remembered=first))) == []
    assert [asked_by in request.headers for request in web.requests] == [False, True]


def test_the_same_bytes_are_not_news_whatever_the_server_calls_them(web):
    tags = iter(('"node-1"', '"node-2"'))
    web.answers["/data.csv"] = lambda _: (200, {"ETag": next(tags)}, "id\n1\n")
    first = news(asked(f"{web.url}/data.csv"))
    assert news(asked(f"{web.url}/data.csv", remembered=first)) == []


def test_an_answer_without_content_is_no_delivery(web):
    web.answers["/data.csv"] = lambda _: (204, {"Content-Length": "0"}, "")
    assert news(asked(f"{web.url}/data.csv")) == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_when_it_says(web, status, monkeypatch):
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    answers = iter(((status, {"Retry-After": "7"}, ""), (200, {}, "id\n1\n")))
    web.answers["/data.csv"] = lambda _: next(answers)
    assert len(news(asked(f"{web.url}/data.csv"))) == 1
    assert (len(web.requests), waits) == (2, [7.0])


def test_a_server_that_stays_busy_is_given_up_after_five_requests(web):
    web.says("/data.csv", "", 503)
    told = error_of(asked(f"{web.url}/data.csv"), ServerUnavailable)
    assert told == (
        f"{web.url}/data.csv: the source does not answer\n  Found: 503 Service Unavailable.\n"
        "  Nothing of it was landed; it is asked again at the next pull."
    )
    assert len(web.requests) == 5


def test_a_server_that_asks_to_wait_for_long_is_left_until_the_next_pull(web):
    web.says("/data.csv", "", 503, Retry_After="3600")
    error_of(asked(f"{web.url}/data.csv"), ServerUnavailable)
    assert len(web.requests) == 1


@pytest.mark.parametrize(
    ("status", "what", "next_step"),
    [
        (400, "the source refuses the request", "See arrival.url and arrival.pages."),
        (401, "the source does not know us", "See the login, password or headers of the feed's connection."),
        (403, "the source forbids it", "Ask who runs it what the feed's connection may read."),
        (404, "there is nothing at this address", "See arrival.url."),
        (408, "the source refuses the request", "See arrival.url and arrival.pages."),
    ],
)
def test_a_wrong_request_is_told_at_once_and_not_repeated(web, status, what, next_step):
    web.says("/data.csv", "secret page", status)
    told = error_of(asked(f"{web.url}/data.csv"), WrongUse)
    assert told.startswith(f"{web.url}/data.csv: {what}\n  Found: {status} ")
    assert told.endswith(next_step)
    assert len(web.requests) == 1


def test_an_answer_cut_in_the_middle_is_asked_for_again(web):
    answers = iter(
        ((200, {"Content-Length": "100", "Connection": "close"}, "id\n1"), (200, {}, "id\n1\n2\n"))
    )
    web.answers["/data.csv"] = lambda _: next(answers)
    (found,) = news(asked(f"{web.url}/data.csv"))
    assert content(found) == b"id\n1\n2\n"


def test_more_bytes_than_allowed_are_refused_while_they_come(web):
    web.says("/data.csv", b"x" * (2 << 20))
    told = error_of(asked(f"{web.url}/data.csv", most_mb=1), DataFailed)
    assert "the source sends more than is allowed\n  Found: more than 1 MB." in told


def test_a_login_page_is_not_taken_for_data(web):
    web.says("/data", "<html>login", Content_Type="text/html; charset=utf-8")
    told = error_of(asked(f"{web.url}/data", kind="json"), WrongUse)
    assert "the source answers with a web page\n  Found: text/html; charset=utf-8.  Expected JSON." in told


def test_a_redirect_at_the_same_host_is_followed_and_one_to_another_is_not(web):
    web.says("/old", "", 302, Location="/new")
    web.says("/new", "id\n1\n")
    (found,) = news(asked(f"{web.url}/old"))
    assert (content(found), found.source_uri) == (b"id\n1\n", f"{web.url}/old")
    web.says("/old", "", 302, Location="http://169.254.169.254/latest/meta-data")
    assert "a page leads to another host" in error_of(asked(f"{web.url}/old"), WrongUse)
    web.says("/old", "", 302, Location="/old")
    assert "5 redirects in a row" in error_of(asked(f"{web.url}/old"), WrongUse)


def test_each_day_is_asked_for_by_itself_and_missed_days_are_made_up_for(web):
    web.answers["/d"] = lambda request: (200, {}, f"id\n{request.query['from']}\n")
    url = f"{web.url}/d?from={{from}}&to={{to}}"
    first = news(asked(url))
    assert [each.source_uri for each in first] == [f"{web.url}/d?from=2026-03-09&to=2026-03-09"]
    assert first[0].name == "test_reading_20260309.csv"
    later = asked(url, remembered=first)
    later = Asked(later.feed, datetime(2026, 3, 12, 15, 59, tzinfo=UTC), later.remembered)
    assert [each.name[-12:-4] for each in http.pull(later)] == ["20260310", "20260311"]
    later = Asked(later.feed, datetime(2026, 3, 12, 16, 0, tzinfo=UTC), later.remembered)  # a new day here
    assert [each.name[-12:-4] for each in http.pull(later)] == ["20260310", "20260311", "20260312"]


def test_a_day_that_is_refused_does_not_stop_the_days_after_it(web):
    def answer(request):
        return (404, {}, "") if request.query["day"] == "2026-03-08" else (200, {}, "id\n1\n")

    web.answers["/d"] = answer
    source = http.pull(asked(f"{web.url}/d?day={{from}}", days=3))
    assert [next(source).name, next(source).name] == [
        "test_reading_20260307.csv",
        "test_reading_20260309.csv",
    ]
    with pytest.raises(Problems) as caught:
        next(source)
    assert str(caught.value).startswith(f"{web.url}/d?day=2026-03-08: there is nothing at this address")


def client(url: str, **given) -> http_client.Client:
    account = {"host": "", "port": None, "database": "", "login": "", "password": "", "extra": {}} | given
    return http_client.Client(url, Account(connection_id="api", kind="http", **account), 1 << 20)


@pytest.mark.parametrize(
    ("given", "header", "query"),
    [
        ({"login": "us", "password": "pass"}, "Basic dXM6cGFzcw==", {"a": "1"}),
        ({"password": "pass"}, "Bearer pass", {"a": "1"}),
        ({"extra": {"query": {"key": "pass"}}}, None, {"a": "1", "key": "pass"}),
    ],
)
def test_an_account_is_a_login_a_token_or_parameters(web, given, header, query):
    web.says("/a", "x")
    with client(f"{web.url}/a", **given) as source:
        source.get(f"{web.url}/a?a=1", Spool())
    assert web.requests[-1].headers.get("authorization") == header
    assert web.requests[-1].query == query


def test_no_address_with_a_key_in_it_is_logged(web, caplog):
    caplog.set_level(logging.DEBUG)
    web.says("/a", "x")
    with client(f"{web.url}/a", extra={"query": {"key": "kanarie"}}) as source:
        source.get(f"{web.url}/a", Spool())
    logging.getLogger("httpx").warning("warnings are seen")
    assert "warnings are seen" in caplog.text
    assert "kanarie" not in caplog.text


def test_an_account_for_one_host_is_not_sent_to_another():
    with pytest.raises(WrongUse) as refused:
        client("https://data.city.example/a", host="https://other.example", password="x")
    assert str(refused.value) == (
        "connection 'api': the connection is for another host\n"
        "  Found: other.example.  Expected data.city.example, the host of arrival.url."
    )
