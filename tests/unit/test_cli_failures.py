"""What a reader sees of an error, the exit code, and where the trace is."""

from __future__ import annotations

import re
import socket
import stat
from pathlib import Path

import pytest

from citylake.cli import failures, main
from citylake.errors import DataFailed, Problems, ServerUnavailable, WrongUse


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("CITYLAKE_HOME", str(tmp_path / "lake"))
    (tmp_path / "lake").mkdir()
    return tmp_path / "lake"


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize(
    ("error", "code"),
    [(DataFailed("rows are missing"), 1), (WrongUse("no such feed"), 2), (ServerUnavailable("no answer"), 3),
     (Problems([WrongUse("one"), WrongUse("two")]), 2)],
)  # fmt: skip
def test_an_error_for_the_reader_is_printed_as_it_is(error, code, capsys, home):
    assert failures.report(error) == code
    assert capsys.readouterr().err == f"{error}\n"
    assert not (home / "logs").exists()


def test_an_unexpected_error_is_one_line_and_its_trace_is_in_a_private_file(capsys, home):
    try:
        {}["not there"]  # noqa: B018
    except KeyError as error:
        code = failures.report(error)
    told = capsys.readouterr().err
    assert code == 1
    assert told.startswith("citylake failed unexpectedly: KeyError: 'not there'\n")
    assert "Traceback" not in told
    path = Path(re.search(r"The trace is in (\S+)\.", told).group(1))
    assert path.is_relative_to(home / "logs" / "errors")
    assert 'not there"' in path.read_text(encoding="utf-8")
    assert "Traceback" in path.read_text(encoding="utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_error_makes_no_lake_where_there_is_none(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CITYLAKE_HOME", str(tmp_path / "nowhere"))
    assert failures.report(RuntimeError("odd")) == 1
    assert not (tmp_path / "nowhere").exists()
    path = Path(re.search(r"The trace is in (\S+)\.", capsys.readouterr().err).group(1))
    assert "RuntimeError: odd" in path.read_text(encoding="utf-8")
    path.unlink()


def test_a_refused_connection_is_a_server_that_does_not_answer(capsys):
    with pytest.raises(ConnectionRefusedError) as caught:
        socket.create_connection(("127.0.0.1", _closed_port()))
    assert failures.report(caught.value) == 3
    assert "a server does not answer" in capsys.readouterr().err


def test_postgresql_that_refuses_is_named(capsys):
    import psycopg

    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(f"host=127.0.0.1 port={_closed_port()} dbname=x user=x password=hunter2")
    assert failures.report(caught.value) == 3
    told = capsys.readouterr().err
    assert told.startswith("PostgreSQL does not answer\n")
    assert "`citylake up` starts the servers" in told
    assert "hunter2" not in told


def test_the_object_store_that_refuses_is_named(capsys):
    import boto3
    from botocore.config import Config
    from botocore.exceptions import EndpointConnectionError

    client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{_closed_port()}", region_name="x",
                          aws_access_key_id="x", aws_secret_access_key="x",
                          config=Config(retries={"max_attempts": 1}))  # fmt: skip
    with pytest.raises(EndpointConnectionError) as caught:
        client.list_buckets()
    assert failures.report(caught.value) == 3
    assert "the object store does not answer" in capsys.readouterr().err


def test_an_object_store_that_is_still_starting_is_told(capsys):
    from botocore.exceptions import ClientError

    answer = {"Error": {"Code": "XMinioServerNotInitialized"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
    assert failures.report(ClientError(answer, "ListObjectsV2")) == 3
    assert "the object store is not ready" in capsys.readouterr().err
    forbidden = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    assert failures.report(ClientError(forbidden, "ListObjectsV2")) == 1


def test_a_refusal_beneath_another_error_is_found(capsys):
    error = ValueError("the catalogue cannot be read")
    error.__cause__ = ConnectionRefusedError("connection refused")
    assert failures.report(error) == 3
    assert "a server does not answer" in capsys.readouterr().err


def test_a_wrong_statement_is_no_missing_server(capsys):
    import psycopg

    assert failures.report(psycopg.OperationalError("division by zero")) == 1
    assert "unexpectedly" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["admit"], 2, "one thing to admit is needed"),
        (["admit", "X", "--waiting"], 2, "Found: X and --waiting."),
        (["conform"], 2, "a table or --all is needed"),
        (["publish", "health", "--all"], 2, "Found: health and --all."),
        (["feed", "show", "health.nothing"], 2, "there is no feed 'health.nothing'"),
        (["backfill", "t", "--diff", "A", "--accept", "B"], 2, "one thing at a time"),
        (["explain", "x1_nothing", "2026"], 2, "there is no indicator 'x1_nothing'"),
    ],
)
def test_wrong_use_is_told_with_exit_code_2(words, code, told, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == code
    shown = capsys.readouterr()
    assert told in shown.err
    assert not shown.out
    assert "Traceback" not in shown.err


def test_a_lake_without_servers_is_told_with_exit_code_3(capsys, home, monkeypatch):
    from citylake import settings

    monkeypatch.setenv("CITYLAKE_POSTGRES_PORT", str(_closed_port()))
    (home / "secrets").mkdir()
    (home / "secrets" / "postgres.steward").write_text("secret\n")
    settings.current.cache_clear()
    with pytest.raises(SystemExit) as ended:
        main(["ledger", "deliveries"])
    settings.current.cache_clear()
    assert ended.value.code == 3
    assert "PostgreSQL does not answer" in capsys.readouterr().err
