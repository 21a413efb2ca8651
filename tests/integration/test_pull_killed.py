"""A pull that is killed at any instant, and asked again, leaves what one that was left alone leaves."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from citylake import lake as places
from citylake import settings
from citylake.land import pull as pull_module
from citylake.land.pull import land_feed
from citylake.ledger import deliveries as ledger_deliveries
from tests.integration.deliveries import query
from tests.integration.sources import CANARY, connections, project, source_database

__all__ = ["project"]
ROWS = 20_000
KILLS = 3
_PULL = """
import sys
from pathlib import Path
from citylake import settings
settings.PROJECT = Path(sys.argv[1])
from citylake.land.pull import land_feed
print("begins", flush=True)
land_feed(sys.argv[2])
"""


class Killed(BaseException):
    """What a test raises where a process could have been killed."""


def contents() -> list[bytes]:
    """The bytes of every delivery of the ledger, in order of arrival."""
    found = []
    for row in query("select landing_uri from ledger.deliveries order by arrived_at"):
        bucket, key = places.split_uri(row["landing_uri"])
        found.append(places.s3("steward").get_object(Bucket=bucket, Key=key)["Body"].read())
    return found


@pytest.mark.parametrize(
    ("place", "name"),
    [(pull_module, "keep"), (ledger_deliveries, "record_delivery")],
    ids=["before the copy", "before the ledger"],
)
def test_files_whose_pull_was_interrupted_land_once(project, tmp_path, monkeypatch, place, name):
    folder = tmp_path / "gates"
    folder.mkdir()
    for n in range(3):
        (folder / f"gate_{n}.csv").write_text(f"id,at,gate\n{n},2026-03-01 08:00:00,A\n", encoding="utf-8")
    feed = project.feed(f"from: folder, path: {folder}, files: '*.csv', settle: PT0S")
    calls = iter(range(10))
    real = getattr(place, name)

    def second_time(*arguments):
        if next(calls) == 1:
            raise Killed
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(place, name, second_time)
        with pytest.raises(Killed):
            land_feed(feed)
    assert len(contents()) == 1
    assert land_feed(feed)["deliveries"] == 2
    assert sorted(contents()) == [f"id,at,gate\n{n},2026-03-01 08:00:00,A\n".encode() for n in range(3)]
    copies = [item["Key"] for item in places.list_objects("steward", "landing")]
    recorded = query("select landing_uri from ledger.deliveries")
    assert sorted(copies) == sorted(places.split_uri(row["landing_uri"])[1] for row in recorded)


def test_increments_of_a_pull_killed_at_random_instants_hold_every_row_once(project, lake):
    place = settings.current()
    chance = random.Random(7)
    with source_database(lake) as database:
        connections(json.dumps({"gates": {
            "conn_type": "postgres", "host": place.postgres_host, "port": place.postgres_port, "schema": "gates",
            "login": "gatekeeper", "password": CANARY,
        }}))  # fmt: skip
        feed = project.feed("from: sql, connection: gates, table: passage, increment: [at, id]")
        killed = done = 0
        while killed < KILLS or done < 1:
            first = 1 + ROWS * (killed + done)
            database.execute(
                "insert into passage select n, timestamptz '2026-03-01' + n * interval '1 s', repeat('x', 50)"
                " from generate_series(%s::bigint, %s::bigint) as n",
                (first, first + ROWS - 1),
            )
            killed, done = _pulled(project, feed, killed, done, chance)
        land_feed(feed)
        ids = [int(line.split(b",")[0]) for content in contents() for line in content.splitlines()[1:]]
        assert ids == list(range(1, ROWS * (killed + done) + 1))
    assert query("select * from ledger.runs where status = 'running'") != []  # what happened stays written


def _pulled(project, feed: str, killed: int, done: int, chance: random.Random) -> tuple[int, int]:
    """A pull in a process of its own; killed somewhere on its way until that happened often enough."""
    process = subprocess.Popen(
        [sys.executable, "-c", _PULL, str(project.folder.parents[1]), feed],
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    assert process.stdout.readline() == b"begins\n"
    if killed < KILLS:
        time.sleep(chance.uniform(0.2, 3.5))
        process.send_signal(signal.SIGKILL)
    status = process.wait(120)
    process.stdout.close()
    assert status in (0, -signal.SIGKILL)
    return (killed + 1, done) if status else (killed, done + 1)


def test_two_pulls_of_a_feed_take_turns(project, tmp_path, monkeypatch):
    folder = tmp_path / "gates"
    folder.mkdir()
    (folder / "gate.csv").write_text("id,at,gate\n", encoding="utf-8")
    feed = project.feed(f"from: folder, path: {folder}, files: '*.csv', settle: PT0S")
    within, go_on = threading.Event(), threading.Event()
    real = pull_module.keep

    def slow(*arguments):
        within.set()
        assert go_on.wait(20)
        return real(*arguments)

    monkeypatch.setattr(pull_module, "keep", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(land_feed, feed)
        assert within.wait(20)
        second = pool.submit(land_feed, feed)
        time.sleep(1)
        begun = len(query("select * from ledger.runs where verb = 'land'"))
        go_on.set()
        assert (first.result()["deliveries"], second.result()["deliveries"], begun) == (1, 0, 1)
