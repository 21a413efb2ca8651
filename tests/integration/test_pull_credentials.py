"""Credentials are Airflow connections, found alike by hand and in a task, and stand in nothing the lake writes."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest

from citylake import lake as places
from citylake import settings
from citylake.errors import CitylakeError, WrongUse
from citylake.land import connections as connections_module
from citylake.land.connections import find_account
from citylake.land.pull import land_feed
from citylake.land.sources import http_client
from tests.integration.deliveries import query
from tests.integration.sources import CANARY, connections, project
from tests.web import web_server

__all__ = ["project"]
# The way a task finds a connection: Airflow's, with nothing of the lake's own before it.
_AS_A_TASK = "from airflow.sdk import Connection; print(Connection.get('gates').password)"


@pytest.fixture(autouse=True)
def _as_by_hand(project, monkeypatch):
    for name in ("AIRFLOW_HOME", "AIRFLOW_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(http_client, "_BACKOFF_S", 0.01)


def test_the_file_of_connections_is_what_a_task_reads(lake):
    from citylake.stack import airflow

    connections("gates: {conn_type: http, host: data.city.example, login: us, password: 'p:w/%x'}\n")
    found = find_account("gates")
    assert (found.kind, found.host, found.login, found.password) == (
        "http",
        "data.city.example",
        "us",
        "p:w/%x",
    )
    as_a_task = subprocess.run(
        [sys.executable, "-c", _AS_A_TASK], env=os.environ | airflow.environment(lake.site),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert as_a_task.stdout.strip().splitlines()[-1] == "p:w/%x"


def test_a_variable_of_the_environment_is_a_connection_too(monkeypatch):
    connections("{}\n")
    monkeypatch.setenv("AIRFLOW_CONN_GATES", "sftp://us:p%2Fw@sftp.city.example:2222/?host_key=ssh-rsa%20AAA")
    found = find_account("gates")
    assert (found.host, found.port, found.password, found.extra) == (
        "sftp.city.example",
        2222,
        "p/w",
        {"host_key": "ssh-rsa AAA"},
    )


def test_a_connection_that_is_not_there_is_told_with_where_to_write_it():
    path = connections("{}\n")
    with pytest.raises(WrongUse) as refused:
        find_account("gates")
    assert str(refused.value) == (
        f"{path}: there is no connection 'gates'\n"
        "  Expected an entry 'gates' there, or AIRFLOW_CONN_GATES in the environment.\n"
        "  docs/how_to/pull_from_a_source.md shows one of each kind."
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"gates: {{password: '{CANARY}\n", "no YAML in line 2"),
        (f"- {CANARY}\n", "no mapping of ids"),
        (
            f"gates: {{conn_type: http, pasword: '{CANARY}'}}\n",
            "'gates' has keys that no connection has: pasword",
        ),
    ],
)
def test_a_broken_file_of_connections_is_told_without_a_word_of_it(text, found):
    path = connections(text)
    with pytest.raises(WrongUse) as refused:
        find_account("gates")
    assert str(refused.value).startswith(f"{path}: the connections cannot be read\n  Found: {found}.")
    assert CANARY not in str(refused.value)


def everything_written() -> str:
    """Every row of the ledger, every object of landing with its metadata, every log of this lake."""
    tables = query("select tablename from pg_tables where schemaname = 'ledger'")
    found = [json.dumps(query(f"select * from ledger.{row['tablename']}"), default=str, ensure_ascii=False)
             for row in tables]  # fmt: skip
    client = places.s3("steward")
    for item in places.list_objects("steward", "landing"):
        head = client.get_object(Bucket="landing", Key=item["Key"])
        found += [item["Key"], json.dumps(head["Metadata"]), head["Body"].read().decode("utf-8", "replace")]
    for path in sorted((settings.current().home / "logs").rglob("*.log")):
        found.append(Path(path).read_text(encoding="utf-8", errors="replace"))
    return "\n".join(found)


@pytest.mark.parametrize("way", ["login", "token", "query", "header"])
def test_a_credential_is_in_nothing_that_is_written(project, caplog, capfd, way):
    caplog.set_level(logging.DEBUG)
    # A text whose forms in an address, a header and JSON are all another.
    shown = {
        CANARY,
        json.dumps(CANARY)[1:-1],
        "kanarie-7Zq%21x%25y%2F%C3%BC",
        "kanarie-7Zq!x%25y/%C3%BC",
        "kanarie",
    }
    told = {
        "login": {"login": "us", "password": CANARY},
        "token": {"password": "kanarie-token-7Zq"},
        "query": {"extra": json.dumps({"query": {"key": CANARY}})},
        "header": {"extra": json.dumps({"headers": {"X-Key": "kanarie-header-7Zq"}})},
    }[way]
    connections(json.dumps({"gates": {"conn_type": "http", "host": "127.0.0.1", **told}}, ensure_ascii=False))
    errors: list[CitylakeError] = []
    with web_server() as web:
        web.says("/one", json.dumps({"rows": [], "next": "/two"}))
        web.says("/two", '{"rows": [{"id": 1, "at": "2026-03-01 08:00:00"}]}')
        how = f"from: http, url: '{web.url}/one', connection: gates, pages: {{by: body, next: next}}"
        feed = project.feed(how, "kind: json, records: rows")
        assert land_feed(feed)["deliveries"] == 1
        sent = [json.dumps([request.query, request.headers]) for request in web.requests]
        assert [way == "login" or "kanarie" in each for each in sent] == [True, True]
        # The source says what it was sent, in an address that stands in the error.
        elsewhere = f"https://other.example/?{urlencode({'key': CANARY})}"
        for status, body in ((401, ""), (404, ""), (503, ""), (200, json.dumps({"next": elsewhere}))):
            web.says("/one", body, status)
            with pytest.raises(CitylakeError) as caught:
                land_feed(feed)
            errors.append(caught.value)
        if way in ("login", "query"):
            assert "https://other.example/?key=***" in str(errors[-1])
        else:
            errors.pop()  # that canary is not this connection's
    written = [everything_written(), caplog.text, *capfd.readouterr(), *(str(each) for each in errors)]
    written += [repr(find_account("gates"))]
    assert [text for text in written for form in shown if form in text] == []
    # The errors of a pull hold no other error that does.
    assert [each for error in errors for each in (error.__cause__,) if each] == []


def test_what_another_library_says_is_cleaned_of_credentials():
    connections(
        json.dumps(
            {"gates": {"conn_type": "http", "password": CANARY, "extra": '{"query": {"key": "k-12345"}}'}}
        )
    )
    find_account("gates")
    text = f"GET /?key=k-12345 with {CANARY} and kanarie-7Zq%21x%25y%2F%C3%BC failed"
    assert connections_module.hidden(text) == "GET /?key=*** with *** and *** failed"
