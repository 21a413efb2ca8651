"""Pages of an HTTP source: followed to the end, kept as they came, and never to another host."""

from __future__ import annotations

import json

import pytest

from citylake.errors import DataFailed, ServerUnavailable, WrongUse
from tests.unit.http_asked import asked, error_of, news, pages, web
from tests.web import web_server

__all__ = ["web"]


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


def test_a_page_of_comments_alone_is_the_end(web):
    content = {"1": "# page 1\nid\n1\n", "2": "# page 2\n# no more\nid\n"}
    web.answers["/p"] = lambda request: (200, {}, content[request.query["page"]])
    (found,) = news(asked(f"{web.url}/p", form={"comment": "#"}, pages={"by": "number", "parameter": "page"}))
    assert [request.query["page"] for request in web.requests] == ["1", "2"]
    assert pages(found)[0] == b"# page 1\nid\n1\n"
