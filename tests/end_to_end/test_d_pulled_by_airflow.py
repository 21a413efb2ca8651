"""Feeds that the lake fetches, in the live Airflow: a folder and a table are asked, and what is missing is told."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from citylake import settings
from citylake.cli.airflow_runs import AirflowRuns
from citylake.department import feeds_folder
from citylake.errors import ServerUnavailable
from tests.end_to_end import content, flow
from tests.integration.deliveries import query, rows
from tests.integration.sources import CANARY, connections, source_database

_PATIENCE_S = 240  # Airflow finds a new feed within a minute
_NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)  # noon of a Friday in Shanghai
# New names each time: of a DAG that a kept lake knows, the day's run was already.
GATE, PASSAGE = (f"environment.live_{name}_{int(time.time()):x}" for name in ("gate", "passage"))
FEED = """
title: {{en: Gates, zh: 闸机}}
grain: one row per passage
key: [passage_id]
{delivers}
arrival: {{{arrival}, every: P1D, deadline: PT6H}}
format: {{kind: csv}}
columns:
  - {{name: passage_id, from: id, type: integer, required: true}}
  - {{name: passed_at, from: at, type: timestamp, required: true}}
  - {{name: gate, type: string}}
"""
FILE = "id,at,gate\n1,2026-03-17 08:00:00,A\n2,2026-03-17 09:30:00,B\nthree,2026-03-17 10:00:00,C\n4,2026-03-17 11:00:00,\n"


class Live:
    """The lake's own Airflow, asked as a person would."""

    def __init__(self):
        self._runs = AirflowRuns(settings.current())

    def get(self, path: str):
        """What its public API answers, once it does: on a busy machine it may take more than its ten seconds."""
        for _ in range(5):
            with contextlib.suppress(ServerUnavailable):
                return self._runs._get(path)
        return self._runs._get(path)

    def send(self, method: str, path: str, body: dict | None = None) -> dict:
        """Ask for something to be done."""
        import requests

        answer = requests.request(
            method, f"{settings.current().airflow_url}/api/v2{path}", json=body, timeout=60,
            headers={"Authorization": f"Bearer {self._runs._log_in()}"},
        )  # fmt: skip
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def read_again(self) -> None:
        """Have the file of the landing DAGs read now; by itself Airflow does within a minute."""
        self.send("PUT", f"/parseDagFile/{quote(self.get('/dags/land__inbox')['file_token'])}")

    def triggered(self, dag_id: str) -> dict[str, str]:
        """Run a DAG and wait for its end: the state of the run (`run`) and of each task."""
        run = self.send("POST", f"/dags/{dag_id}/dagRuns", {"logical_date": None})["dag_run_id"]
        path = f"/dags/{dag_id}/dagRuns/{quote(run, safe='')}"
        until(lambda: self.get(path)["state"] in ("success", "failed"), f"{dag_id} to end")
        tasks = {
            each["task_id"]: each["state"] for each in self.get(f"{path}/taskInstances")["task_instances"]
        }
        return {"run": self.get(path)["state"]} | tasks


def until(is_so, what: str) -> None:
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < _PATIENCE_S, f"waited {_PATIENCE_S} s for {what}"
        time.sleep(0.5)


def _dag(feed_id: str) -> str:
    return f"land__{feed_id.replace('.', '__')}"


def outcomes(feed_id: str) -> list[dict]:
    return query("select * from ledger.outcomes where feed_id = %(feed)s order by arrived_at", feed=feed_id)


def kept() -> tuple[list[dict], dict[str, int]]:
    """Every admission of the two feeds, and every object that landed of theirs."""
    admissions = query(
        "select admissions.delivery_id, admissions.attempt from ledger.admissions"
        " inner join ledger.deliveries on deliveries.delivery_id = admissions.delivery_id"
        " where deliveries.feed_id in (%(gate)s, %(passage)s) order by 1, 2",
        gate=GATE, passage=PASSAGE,
    )  # fmt: skip
    names = [feed.partition(".")[2] for feed in (GATE, PASSAGE)]
    landed = {
        key: size
        for key, size in content.objects().items()
        if key.startswith("landing/") and any(name in key for name in names)
    }
    assert admissions
    assert len(landed) == len(admissions)
    return admissions, landed


@pytest.fixture(scope="module")
def live(whole_lake):
    """The running stack, with Airflow at rest, and an empty lake."""
    whole_lake.empty()
    flow.set_clock(_NOW)
    return Live()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of another system with one file, which the lake may read and not write."""
    place = tmp_path_factory.mktemp("gates")
    (place / "gate_20260317.csv").write_text(FILE, encoding="utf-8")
    (place / "gate_20260317.csv").chmod(0o444)
    (place / "readme.txt").write_text("no delivery", encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def pulled(live, folder, whole_lake):
    """Two feeds added to the running lake, as an engineer adds them; gone again afterwards."""
    place = settings.current()
    known = place.secrets / "connections.yaml"
    before = known.read_text(encoding="utf-8")
    account = {"conn_type": "postgres", "host": place.postgres_host, "port": place.postgres_port, "schema": "gates",
               "login": "gatekeeper", "password": CANARY}  # fmt: skip
    by_day = "partition: {by: passed_at}\ndelivers: additions"
    asked = {
        GATE: (
            by_day,
            f"from: folder, path: {folder}, files: 'gate_*.csv', settle: PT0.05S, since: 2026-03-16",
        ),
        PASSAGE: ("delivers: everything", "from: sql, connection: gates, table: public.passage"),
    }
    for left in feeds_folder().glob("environment/live_*.yml"):  # by a run that was killed
        left.unlink()
    files = {feed: feeds_folder() / f"{feed.replace('.', '/')}.yml" for feed in asked}
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(source_database(whole_lake))
        database.execute(
            "insert into passage values (1, '2026-03-17 08:00+08', 'A'), (2, '2026-03-17 09:30+08', 'B, \"x\"')"
        )
        stack.callback(known.write_text, before, encoding="utf-8")
        connections(json.dumps({"gates": account}))
        for feed, (delivers, arrival) in asked.items():
            stack.callback(files[feed].unlink, missing_ok=True)
            files[feed].write_text(FEED.format(delivers=delivers, arrival=arrival), encoding="utf-8")
        live.read_again()
        yield live


def test_the_files_of_a_folder_are_admitted_by_schedule_and_left_as_they_were(pulled, folder):
    until(lambda: outcomes(GATE), "the folder's file to be admitted")
    (outcome,) = outcomes(GATE)
    counts = ("status", "records_parsed", "records_admitted", "records_quarantined")
    assert [outcome[name] for name in counts] == ["admitted", 4, 3, 1]
    assert outcome["rule_counts"] == {"passage_id.cast": 1}
    found = [
        (row["passage_id"], row["gate"])
        for row in rows(f"admitted.{GATE}", "passage_id", "gate", "_source_row", "_delivery_id")
    ]
    assert found == [(1, "A"), (2, "B"), (4, None)]
    (caller,) = query(
        "select caller from ledger.runs where verb = 'land' and subject = %(feed)s and row_count = 1",
        feed=GATE,
    )
    assert caller["caller"].startswith(f"airflow:{_dag(GATE)}/scheduled__")
    (file,) = folder.glob("gate_*")
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == (FILE, 0o444)
    assert sorted(path.name for path in folder.iterdir()) == ["gate_20260317.csv", "readme.txt"]


def test_a_table_is_admitted_by_a_connection_of_airflow(pulled):
    until(lambda: outcomes(PASSAGE), "the table to be admitted")
    (outcome,) = outcomes(PASSAGE)
    assert (outcome["status"], outcome["records_admitted"], outcome["records_quarantined"]) == (
        "admitted",
        2,
        0,
    )
    names = ("passage_id", "passed_at", "gate")
    found = [
        tuple(row[name] for name in names)
        for row in rows(f"admitted.{PASSAGE}", *names, "_source_row", "_delivery_id")
    ]
    assert found == [
        (1, datetime(2026, 3, 17, 0, 0, tzinfo=UTC), "A"), (2, datetime(2026, 3, 17, 1, 30, tzinfo=UTC), 'B, "x"')
    ]  # fmt: skip


def test_a_second_run_finds_nothing_new_and_admits_nothing(pulled):
    until(lambda: outcomes(GATE) and outcomes(PASSAGE), "both to be admitted")
    before = kept()
    for feed in (GATE, PASSAGE):
        assert pulled.triggered(_dag(feed)) == {"run": "success", "land": "skipped"}
    assert kept() == before


def test_a_new_file_is_admitted_alone(pulled, folder):
    until(lambda: outcomes(GATE), "the folder's file to be admitted")
    (folder / "gate_20260318.csv").write_text("id,at,gate\n5,2026-03-18 08:00:00,A\n", encoding="utf-8")
    assert pulled.triggered(_dag(GATE)) == {"run": "success", "land": "success"}
    until(lambda: len(outcomes(GATE)) == 2, "the new file to be admitted")
    assert [each["records_admitted"] for each in outcomes(GATE)] == [3, 1]


def test_the_days_that_did_not_come_are_told_by_airflow(pulled):
    until(lambda: outcomes(GATE), "the folder's file to be admitted")
    ended = pulled.triggered("maintenance__gaps")
    # The run of the schedule may have told them a moment before.
    assert ended in ({"run": "success", "tell": "success"}, {"run": "success", "tell": "skipped"})
    told = query(
        "select slot, closed_at is null as is_open from ledger.told_gaps where feed_id = %(feed)s", feed=GATE
    )
    days = {row["slot"] for row in told if row["is_open"]}
    assert "2026-03-16" in days
    assert not days & {"2026-03-17", "2026-03-20"}
    ran = pulled.get("/dags/maintenance__gaps/dagRuns")["dag_runs"]
    assert {run["state"] for run in ran} <= {"success", "running", "queued"}
