"""What an HTTP source answers, and what is made of it: against a real server on this machine."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest

from citylake.errors import CitylakeError, DataFailed, Problems, ServerUnavailable, WrongUse
from citylake.land.connections import Account
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


def test_pages_by_link_are_kept_one_by_one_as_they_came(web):
    web.says("/p1", "id\n1\n", Link='</p2>; rel="next", </p1>; rel="first"')
    web.says("/p2", "id\r\n2\r\n")
    (found,) = news(asked(f"{web.url}/p1", pages={"by": "link"}))
    assert pages(found) == [b"id\n1\n", b"id\r\n2\r\n"]
    assert (found.name, found.source_uri) == ("test_reading.csv.zip", f"{web.url}/p1")
    # The same pages are the same bytes, and no news.
    assert news(asked(f"{web.url}/p1", pages={"by": "link"}, remembered=[found])) == []


def test_pages_by_the_address_in_their_body(web):
    web.says("/a", json.dumps({"rows": [{"id": 1}], "links": {"next": "/a2?x=1"}}))
    web.says("/a2", json.dumps({"rows": [{"id": 2}], "links": {"next": None}}))
    how = {"by": "body", "next": "links.next"}
    (found,) = news(asked(f"{web.url}/a", kind="json", pages=how))
    assert [json.loads(page)["rows"] for page in pages(found)] == [[{"id": 1}], [{"id": 2}]]
    assert web.requests[-1].query == {"x": "1"}


def test_pages_by_a_cursor_keep_the_other_parameters(web):
    def answer(request):
        after = {None: "b c&d", "b c&d": ""}[request.query.get("cursor")]
        return 200, {}, json.dumps({"rows": [], "meta": {"after": after}})

    web.answers["/a"] = answer
    how = {"by": "cursor", "next": "meta.after", "parameter": "cursor"}
    (found,) = news(asked(f"{web.url}/a?kind=gate", kind="json", pages=how))
    assert len(pages(found)) == 2
    assert [request.query for request in web.requests] == [
        {"kind": "gate"},
        {"kind": "gate", "cursor": "b c&d"},
    ]


@pytest.mark.parametrize(
    ("how", "parameters"),
    [
        # Five records, two a page: the third page is short.
        ({"by": "number", "parameter": "page", "size": 2}, [{"page": "1"}, {"page": "2"}, {"page": "3"}]),
        (
            {"by": "offset", "parameter": "skip", "size": 2, "size_parameter": "take"},
            [{"skip": "0", "take": "2"}, {"skip": "2", "take": "2"}, {"skip": "4", "take": "2"}],
        ),
        # Without a size the end is a page with nothing on it.
        (
            {"by": "number", "parameter": "page", "first": 0},
            [{"page": "0"}, {"page": "1"}, {"page": "2"}, {"page": "3"}],
        ),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "jsonl", "json"])
def test_pages_are_counted_on_until_one_is_short(web, how, parameters, kind):
    records = [{"id": n} for n in range(5)]

    def answer(request):
        first = int(request.query.get("skip", 2 * (int(request.query.get("page", 0)) - how.get("first", 1))))
        found = records[first : first + 2]
        lines = [json.dumps(each) for each in found]
        body = {
            "csv": "\n".join(["id", *(str(each["id"]) for each in found)]) + "\n",
            "jsonl": "\n".join(lines),
            "json": json.dumps({"rows": found}),
        }[kind]
        return 200, {}, body

    web.answers["/a"] = answer
    form = {"records": "rows"} if kind == "json" else {}
    (found,) = news(asked(f"{web.url}/a", kind=kind, pages=how, form=form))
    assert [request.query for request in web.requests] == parameters
    assert len(pages(found)) == len(parameters)


@pytest.mark.parametrize(
    ("how", "kind", "answers", "what"),
    [
        ({"by": "link"}, "csv", [(200, {"Link": '</a>; rel="next"'}, "id\n1\n")],
         "the pages go round in a circle\n  Found: page 2 is at an address that was read already."),
        ({"by": "number", "parameter": "page"}, "csv", [(200, {}, "id\n1\n")] * 2,
         "the source does not know the parameter 'page'\n  Found: pages 1 and 2 are the same bytes."),
        ({"by": "body", "next": "next"}, "json", [(200, {}, "{")], "page 1 is not JSON\n  Found: Expecting property"),
        ({"by": "body", "next": "next"}, "json", [(200, {}, '{"next": {"a": 1}}')],
         "'next' of page 1 is no body\n  Found: {'a': 1}."),
        ({"by": "number", "parameter": "page"}, "json", [(200, {}, '{"rows": []}')],
         "page 1 has no list of records\n  Found: no list."),
        ({"by": "link", "most": 2}, "csv", [(200, {"Link": '</a?2>; rel="next"'}, "id\n1\n"),
                                            (200, {"Link": '</a?3>; rel="next"'}, "id\n2\n")],
         "the source has more pages than are allowed\n  Found: more than 2, pages.most."),
    ],
)  # fmt: skip
def test_pages_that_cannot_be_followed_land_nothing_and_say_why(web, how, kind, answers, what):
    given = iter(answers)
    web.answers["/a"] = lambda _: next(given)
    told = error_of(asked(f"{web.url}/a", kind=kind, pages=how), DataFailed)
    assert what in told
    assert told.endswith("Nothing was landed. See arrival.pages.")


@pytest.mark.parametrize(
    "link", ["http://169.254.169.254/x", "//evil.example/x", "file:///etc/passwd", "{port}"]
)
def test_a_next_page_at_another_host_is_not_asked_for(web, link):
    with web_server() as other:
        other.says("/x", json.dumps({"next": None}))
        leads = f"{other.url}/x" if link == "{port}" else link
        web.says("/a", json.dumps({"next": leads}))
        told = error_of(asked(f"{web.url}/a", kind="json", pages={"by": "body", "next": "next"}), WrongUse)
        assert "a page leads to another host" in told
        assert f"Expected an address at {web.url}." in told
        assert other.requests == []


def test_a_page_that_fails_lands_nothing_of_the_pages_before(web):
    web.says("/a", "id\n1\n", Link='</b>; rel="next"')
    web.says("/b", "", 500)
    error_of(asked(f"{web.url}/a", pages={"by": "link"}), ServerUnavailable)


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
    from citylake.land.pulled import Spool

    web.says("/a", "x")
    with client(f"{web.url}/a", **given) as source:
        source.get(f"{web.url}/a?a=1", Spool())
    assert web.requests[-1].headers.get("authorization") == header
    assert web.requests[-1].query == query


def test_an_account_for_one_host_is_not_sent_to_another():
    with pytest.raises(WrongUse) as refused:
        client("https://data.city.example/a", host="https://other.example", password="x")
    assert str(refused.value) == (
        "connection 'api': the connection is for another host\n"
        "  Found: other.example.  Expected data.city.example, the host of arrival.url."
    )
