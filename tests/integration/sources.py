"""Sources that a lake pulls from, for real: an HTTP server, an SFTP server, a database, and feeds that name them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from citylake import lake as places
from citylake import settings
from citylake.admit import admit_waiting
from citylake.errors import CitylakeError
from citylake.feed import load_feeds
from citylake.land.pull import land_feed
from tests.integration.deliveries import both, query, rows

CANARY = "kanarie-7Zq!x%y/ü"
FEED = "transport.gate"
FOLDER = "from: folder, path: {path}, files: 'gate_*.csv', settle: PT0.05S"
CSV = "id,at,gate\n1,2026-03-01 08:00:00,A\n2,2026-03-01 09:30:00,B\n"
TWO = [
    {"passage_id": 1, "passed_at": datetime(2026, 3, 1, 0, 0, tzinfo=UTC), "gate": "A"},
    {"passage_id": 2, "passed_at": datetime(2026, 3, 1, 1, 30, tzinfo=UTC), "gate": "B"},
]
_DEPARTMENT = """
title: {en: Transport, zh: 交通}
owner: transport@city.example
contact: transport@city.example
licence: CC-BY-4.0
purposes: [tests]
grade: 1
retention: P3650D
"""
_FEED = """
title: {{en: Gates, zh: 闸机}}
grain: one row per passage
key: [passage_id]
partition: {{by: passed_at}}
delivers: {delivers}
arrival: {{{arrival}, every: PT5M, deadline: P1D}}
format: {{{form}}}
columns:
  - {{name: passage_id, from: id, type: integer, required: true}}
  - {{name: passed_at, from: at, type: timestamp, required: true}}
  - {{name: gate, type: string}}
"""


class Project:
    """A project of one department whose one feed is pulled."""

    def __init__(self, folder: Path):
        self.folder = folder / "feeds" / "transport"
        self.folder.mkdir(parents=True)
        (self.folder / "_department.yml").write_text(_DEPARTMENT, encoding="utf-8")

    def feed(
        self, arrival: str, form: str = "kind: csv", delivers: str = "additions", zone: str | None = None
    ) -> str:
        """Write the feed file anew; returns the feed's id."""
        text = _FEED.format(arrival=arrival, form=form, delivers=delivers)
        if zone:
            text = text.replace("{by: passed_at}", f"{{by: passed_at, zone: {zone}}}")
        if delivers == "everything":
            text = text.replace("partition: {by: passed_at}\n", "")
        (self.folder / "gate.yml").write_text(text, encoding="utf-8")
        load_feeds.cache_clear()
        return FEED


@pytest.fixture
def project(lake, tmp_path, monkeypatch):
    """An empty lake and a project to write the feed of."""
    lake.empty()
    monkeypatch.setattr(settings, "PROJECT", tmp_path / "project")
    yield Project(tmp_path / "project")
    load_feeds.cache_clear()


@contextlib.contextmanager
def sftp_server(folder: Path, login: str, password: str) -> Iterator[tuple[int, str]]:
    """An SFTP server (asyncssh, not the library that pulls) over a folder; its port, and its key in one line."""
    import asyncssh

    key = asyncssh.generate_private_key("ssh-ed25519")
    started, ended = threading.Event(), threading.Event()
    told: list = []

    class Server(asyncssh.SSHServer):
        def begin_auth(self, username):
            return True

        def password_auth_supported(self):
            return True

        def validate_password(self, username, given):
            return (username, given) == (login, password)

    async def serve():
        server = await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[key], server_factory=Server,
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=os.fsencode(folder)),
        )  # fmt: skip
        told.append(server.sockets[0].getsockname()[1])
        started.set()
        while not ended.is_set():
            await asyncio.sleep(0.02)
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert started.wait(20)
    try:
        yield told[0], key.export_public_key().decode().strip()
    finally:
        ended.set()
        thread.join(10)


@contextlib.contextmanager
def source_database(lake) -> Iterator:
    """A database `gates` beside the lake's own, with a table `passage` and a login that may read it."""
    from psycopg import sql

    with lake.superuser("postgres") as connection:
        connection.execute("drop database if exists gates with (force)")
        connection.execute("drop role if exists gatekeeper")
        connection.execute("create database gates")
        connection.execute(sql.SQL("create role gatekeeper login password {}").format(sql.Literal(CANARY)))
    try:
        with lake.superuser("gates") as connection:
            connection.execute(
                "create table passage (id bigint primary key, at timestamptz not null, gate text);"
                "grant select on passage to gatekeeper"
            )
            yield connection
    finally:
        with lake.superuser("postgres") as connection:
            connection.execute("drop database gates with (force)")
            connection.execute("drop role gatekeeper")


def connections(text: str) -> Path:
    """Write the lake's file of connections."""
    path = settings.current().secrets / "connections.yaml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def gates(lake, project):
    """The source database, with its connection known."""
    place = settings.current()
    with source_database(lake) as database:
        connections(json.dumps({"gates": {
            "conn_type": "postgres", "host": place.postgres_host, "port": place.postgres_port, "schema": "gates",
            "login": "gatekeeper", "password": CANARY,
        }}))  # fmt: skip
        yield database


def admitted() -> list[dict]:
    """The typed rows of every delivery, admitted now, by key."""
    admit_waiting(FEED)
    names = ("passage_id", "passed_at", "gate")
    found = rows(both(FEED)[0], *names, "_delivery_id", "_source_row")
    return sorted(
        ({name: row[name] for name in names} for row in found),
        key=lambda row: (row["passage_id"], row["passed_at"]),
    )


def landed() -> list[dict]:
    """The deliveries in the ledger, in order of arrival."""
    return query("select * from ledger.deliveries order by arrived_at")


def kept(delivery: dict) -> bytes:
    bucket, key = places.split_uri(delivery["landing_uri"])
    return places.s3("steward").get_object(Bucket=bucket, Key=key)["Body"].read()


def copies() -> list[str]:
    return [item["Key"] for item in places.list_objects("steward", "landing")]


def refusal(feed: str, kind: type[CitylakeError]) -> str:
    with pytest.raises(kind) as caught:
        land_feed(feed)
    assert CANARY not in str(caught.value)
    return str(caught.value)
