"""Sources in a feed file: which keys belong to which, and every mistake of them told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from citylake.errors import Problems
from citylake.feed import read_feed
from tests.offline import make_feed

COLUMNS = "columns:\n  - {name: id, type: integer, required: true}\n"


def told(tmp_path, arrival: str, form: str = "kind: csv", delivers: str = "additions") -> str:
    path = tmp_path / "transport" / "gate.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"title: {{en: Gates, zh: 闸机}}\ngrain: one row per gate\nkey: [id]\ndelivers: {delivers}\n"
        f"arrival: {{{arrival}, every: P1D, deadline: P1D}}\nformat: {{{form}}}\n{COLUMNS}",
        encoding="utf-8",
    )
    try:
        read_feed(path)
    except Problems as error:
        return str(error).replace(f"{path}: ", "")
    return ""


@pytest.mark.parametrize(
    "arrival",
    [
        "files: 'gate_*.csv'",
        "from: inbox, files: 'gate_*.csv'",
        "from: folder, path: /srv/gates, files: 'gate_*.csv', settle: PT1M",
        "from: http, url: 'https://data.city.example/gates.csv'",
        "from: http, url: 'https://data.city.example/gates?d={from}', days: 3, connection: gates",
        "from: http, url: 'https://a.example', pages: {by: number, parameter: page, size: 100}",
        "from: sql, connection: gates, table: public.gate",
        "from: sql, connection: gates, query: 'select 1 as id', increment: [id], overlap: 1000",
        "from: sql, connection: gates, table: gate, increment: [changed_at, id], overlap: PT10M",
        "from: sftp, connection: gates, path: out, files: '*.csv'",
    ],
)
def test_each_kind_of_source_is_declared_in_one_line(tmp_path, arrival):
    assert told(tmp_path, arrival) == ""


@pytest.mark.parametrize(
    ("arrival", "problem"),
    [
        ("from: ftp, files: 'x'",
         "arrival: from: this value is not known\n"
         "  Found: 'ftp'.  Expected one of 'inbox', 'folder', 'http', 'sql' or 'sftp'.\n  Did you mean 'sftp'?"),
        ("from: inbox", "arrival: an inbox needs 'files'"),
        ("from: inbox, files: x, url: 'http://a'", "arrival: an inbox has no 'url'; it belongs to http"),
        ("from: folder, path: gates",
         "arrival: a folder needs 'files'; path 'gates' does not begin with /"),
        ("from: http, files: x", "arrival: an http has no 'files'; it belongs to inbox, folder, sftp; an http needs 'url'"),
        ("from: http, url: 'https://us:pass@a.example/x'",
         "arrival: the url holds a login; put it into an Airflow connection and name that by `connection`"),
        ("from: http, url: 'ftp://a'", "arrival: the url does not begin with https:// or http:// and a host"),
        ("from: http, url: 'https://{from}.example/{day}'",
         "arrival: the url has '{day}'; it may hold {from} and {to}; the host of the url is no place for a day"),
        ("from: http, url: 'https://a.example', days: 3", "arrival: days needs {from} or {to} in the url"),
        ("from: http, url: 'https://a.example', pages: {by: cursor, size: 5}",
         "arrival: pages: pages by cursor has no 'size'; it belongs to number, offset; pages by cursor needs 'next';"
         " pages by cursor needs 'parameter'"),
        ("from: http, url: 'https://a.example', pages: {by: number, parameter: p, size_parameter: n}",
         "arrival: pages: size_parameter needs size"),
        ("from: sql, connection: gates", "arrival: an sql needs 'table' or 'query', one of them"),
        ("from: sql, table: a, query: b, overlap: 5",
         "arrival: an sql needs 'connection'; an sql needs 'table' or 'query', one of them;"
         " overlap needs increment, of which it is a part"),
        ("from: sql, connection: gates, table: a, increment: [id], overlap: soon",
         "arrival: overlap: 'soon' is not a duration in days, hours, minutes and seconds, such as P1D or PT5M"),
        ("from: sftp, path: out, files: x", "arrival: an sftp needs 'connection'"),
    ],
)  # fmt: skip
def test_what_does_not_belong_is_refused_and_everything_is_told_at_once(tmp_path, arrival, problem):
    assert told(tmp_path, arrival) == problem


@pytest.mark.parametrize(
    ("arrival", "form", "delivers", "problem"),
    [
        ("from: sql, connection: g, table: a", "kind: csv, delimiter: ';', encoding: gb18030", "everything",
         "an sql lands as COPY writes it: format is a csv without delimiter, encoding"),
        ("from: sql, connection: g, table: a", "kind: json", "everything",
         "an sql lands as COPY writes it: format is a csv"),
        ("from: sql, connection: g, table: a, increment: [id]", "kind: csv", "everything",
         "an increment is not everything: the feed delivers additions or changes"),
        ("from: http, url: 'https://a.example', pages: {by: link}", "kind: excel", "additions",
         "pages are read from csv, jsonl, json, geojson, not from excel"),
        ("from: http, url: 'https://a.example', pages: {by: body, next: n}", "kind: csv", "additions",
         "pages by body look into JSON documents, not into csv"),
    ],
)  # fmt: skip
def test_a_format_that_the_source_cannot_give_is_refused(tmp_path, arrival, form, delivers, problem):
    assert told(tmp_path, arrival, form, delivers) == problem


def test_an_overlap_is_a_duration_or_a_number():
    def overlap(value):
        arrival = {"from": "sql", "connection": "g", "table": "t", "increment": ["i"], "overlap": value,
                   "every": "P1D", "deadline": "P1D"}  # fmt: skip
        return make_feed(delivers="additions", arrival=arrival).arrival.overlap

    assert (overlap("PT10M"), overlap(500)) == (timedelta(minutes=10), 500)


def test_a_pulled_feed_takes_nothing_from_the_inbox():
    arrival = {"from": "folder", "path": "/srv", "files": "*.csv", "every": "P1D", "deadline": "P1D"}
    assert not make_feed(arrival=arrival).takes("environment", "a.csv")
    assert make_feed().takes("environment", "a.csv")


def test_a_feed_that_names_no_source_has_the_version_it_had_before_there_were_others():
    assert make_feed().version == "1065e76e070d"
