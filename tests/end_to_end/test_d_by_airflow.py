"""The whole city through Airflow: equal to the simulator's truth, every outcome a run of Airflow, servers killed on the way."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest

from citylake import lake, ledger
from citylake.feed import load_feeds
from citylake.indicator import Threshold, all_indicators
from simulator.truth import tables as truth
from tests.end_to_end import content, flow, personal_values
from tests.end_to_end.altered_truth import altered

_PATIENCE_S = 1200  # beside other tests
_DAYS, _SCALE = (
    1,
    0.02,
)  # a delivery takes Airflow seconds, however few its rows; more days are compared in test_c
_FEW_COMMON = 5  # values of two files: their rows may all be refused
# A few feeds of two departments and the districts: more tables take long, and are made by the same tasks.
_FEW = ("PRSA_", "环境监测站", "case_report", "医院", "district")
_FEW_TABLES = ("environment", "health.case_report", "health.hospital", "governance.district")
_FEW_MARTS = (
    "marts.dim_air_station", "marts.dim_district", "marts.dim_hospital",
    "marts.fct_air_quality_day", "marts.fct_case_day",
)  # fmt: skip


def _citylake(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "citylake.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )


@pytest.fixture(scope="module")
def city():
    return flow.city(days=_DAYS, scale=_SCALE)


@pytest.fixture(scope="module")
def lake_by_airflow(whole_lake, city):
    """The lake after `citylake run`, which sends what the simulator made and lets Airflow do the rest."""
    ran = _citylake("run", "--days", str(_DAYS), "--seed", "1", "--scale", str(_SCALE))
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    return whole_lake


def _ledger(query: str, *values) -> list[dict]:
    with ledger.connect("steward") as connection:
        return connection.execute(query, values).fetchall()


def test_every_delivery_has_the_outcome_and_the_counts_of_the_truth(lake_by_airflow, city):
    expected = Counter()
    for row in truth.deliveries(city).to_pylist():
        status = {"recorded": "repeated"}.get(row["outcome"], row["outcome"])
        counts = (row["admitted"], row["quarantined"], row["held"]) if status != "repeated" else (0, 0, 0)
        expected[(row["feed"], row["delivery_name"], row["arrived_at"], status, *counts)] += 1
    found = Counter(
        (row["feed_id"], row["name"], row["arrived_at"], row["status"], row["records_admitted"],
         row["records_quarantined"], row["records_held"])
        for row in _ledger("select * from ledger.outcomes")
    )  # fmt: skip
    assert found == expected


def test_the_quarantine_holds_exactly_the_planted_rows(lake_by_airflow, city):
    arrivals = {(each.name, each.sequence): each.arrived_at for each in city.deliveries}
    held = {(row["feed"], row["delivery_name"], row["sequence"])
            for row in truth.deliveries(city).to_pylist() if row["outcome"] != "admitted"}  # fmt: skip
    expected = {
        (
            row["feed"],
            row["delivery_name"],
            arrivals[row["delivery_name"], row["sequence"]],
            row["source_row"],
        )
        for row in truth.defects(city).to_pylist()
        if row["result"] == "quarantined" and (row["feed"], row["delivery_name"], row["sequence"]) not in held
    }
    deliveries = {
        row["delivery_id"]: (row["feed_id"], row["name"], row["arrived_at"])
        for row in _ledger("select * from ledger.deliveries")
    }
    found = set()
    for feed in load_feeds().values():
        if lake.metadata_location("steward", feed.quarantine) is None:
            continue
        rows = (
            lake.catalog("steward").load_table(lake.identifier(feed.quarantine)).scan().to_arrow().to_pylist()
        )
        found |= {(*deliveries[row["_delivery_id"]], row["_source_row"]) for row in rows}
    assert found == expected
    assert len(found) > 20


def test_every_indicator_equals_the_truth(lake_by_airflow, city):
    names = ("code", "period_type", "period", "area_type", "area", "vintage", "group_type", "group")
    published = {
        tuple(row[name] for name in names): row for row in _ledger("select * from marts.fct_indicator_value")
    }
    counted = {code for code, each in all_indicators().items() if isinstance(each.disclosure, Threshold)}
    checked, wrong = 0, []
    for row in truth.indicators(city).to_pylist():
        if row["as_of"] != city.after_late_data:
            continue
        found = published.get(tuple(row[name] for name in names))
        value = found["value"] if found else None
        if found and found["value_status"] == "incomplete":
            assert value is None
            assert found["completeness"] < 75
            continue
        if found and found["value_status"] == "hidden":
            assert value is None
            assert row["code"] in counted
            continue
        checked += 1
        if row["knowable"] is None:
            right = value is None
        else:
            right = value is not None and abs(value - row["knowable"]) <= row["tolerance"] * max(
                1, abs(row["knowable"])
            )
        if not right:
            wrong.append((row, value))
    assert not wrong
    assert checked > 100


def test_verify_finds_nothing_and_then_each_thing_that_is_changed(lake_by_airflow, tmp_path):
    done = _citylake("verify")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing differs" in done.stdout

    (folder,) = lake_by_airflow.home.glob("departments/*/truth")
    expected = altered(folder, tmp_path)
    done = _citylake("verify", "--truth", str(tmp_path), "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    found = Counter(each["kind"] for each in json.loads(done.stdout))
    assert found == expected


def test_every_outcome_was_a_run_of_airflow(lake_by_airflow):
    import psycopg

    from citylake import settings

    with psycopg.connect(settings.current().postgres_dsn("airflow", "airflow")) as connection:
        runs = {
            f"{dag}/{run}" for dag, run in connection.execute("select dag_id, run_id from dag_run").fetchall()
        }
    callers = [row["caller"] for row in _ledger("select caller from ledger.runs")]
    assert len(callers) > 50
    for caller in callers:
        assert caller.startswith("airflow:")
        assert "/".join(caller.removeprefix("airflow:").split("/")[:2]) in runs


def test_reconcile_finds_that_nothing_was_lost(lake_by_airflow):
    done = _citylake("reconcile", "--json")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_second_run_admits_nothing_and_adds_no_object(lake_by_airflow):
    hashes, objects = content.table_hashes(), content.objects()
    outcomes = _ledger("select count(*) as n from ledger.admissions")
    done = _citylake("run", "--days", str(_DAYS), "--seed", "1", "--scale", str(_SCALE))
    assert done.returncode == 0, done.stdout + done.stderr
    assert _ledger("select count(*) as n from ledger.admissions") == outcomes
    assert content.table_hashes() == hashes
    assert content.objects() == objects


def test_an_indicator_is_explained_down_to_its_files(lake_by_airflow):
    done = _citylake("explain", "e1_pm25_ugm3", "2026-03-07", "--area", "330100", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PRSA_Data_" in json.dumps(json.loads(done.stdout))


def test_no_personal_value_is_found_but_in_landing(lake_by_airflow, city, tmp_path):
    sent = personal_values.sent(city.deliveries, tmp_path)
    short = {column for column, values in sent.items() if not values}
    assert {name for _, name in short} == {"age_band", "courier"}, (
        "years of birth and couriers' numbers stand everywhere: they cannot be looked for"
    )
    search = personal_values.Search(set().union(*sent.values()))
    of_landing = set().union(*personal_values.in_buckets(lake_by_airflow, search, "landing").values())
    assert all(values & of_landing for column, values in sent.items() if column not in short)
    # The search reads what it is to read: a district's name is published, and stands in all of these.
    public = personal_values.Search(["西湖区"])
    assert personal_values.in_buckets(lake_by_airflow, public, "lake")
    assert "citylake: marts.dim_district" in personal_values.in_databases(lake_by_airflow, public, "citylake")
    assert personal_values.in_buckets(lake_by_airflow, search, "lake", "reports", "exports") == {}
    assert personal_values.in_databases(lake_by_airflow, search, "citylake", "catalog", "airflow") == {}
    assert personal_values.in_files(lake_by_airflow.home, search) == {}


def test_rows_of_two_linkage_domains_have_no_value_in_common(lake_by_airflow, city, tmp_path):
    admitted = {
        (row["delivery_name"], row["sequence"])
        for row in truth.deliveries(city).to_pylist()
        if row["outcome"] == "admitted"
    }
    # Of a feed whose only file is held nothing is in the lake.
    came = personal_values.sent(
        [each for each in city.deliveries if (each.name, each.sequence) in admitted], tmp_path, most=100_000
    )
    made = personal_values.pseudonyms()
    assert len({domain for domain, _, _ in made}) >= 6
    met = 0
    for (one, feed, column), (other, another, its) in itertools.combinations(made, 2):
        common = came[feed, column] & came[another, its]
        shared = made[one, feed, column] & made[other, another, its]
        if one == other:
            assert common or not shared, (feed, another)
            assert shared or len(common) < _FEW_COMMON, (feed, another)
        else:
            met += bool(common)
            assert not shared, (feed, another)
    assert met, "nobody was in the files of two domains: nothing was tried"


def test_servers_killed_on_the_way_change_nothing(lake_by_airflow, city):
    from citylake import stack

    expected = _of_few(content.table_hashes())
    assert len(expected) == 17
    deliveries = [each for each in city.deliveries if each.name.startswith(_FEW)]
    lake_by_airflow.empty()
    flow.set_clock(max(each.arrived_at for each in city.deliveries) + timedelta(days=9))
    victims = ("spark", "minio", "postgres", "airflow-scheduler")
    # In order of arrival: which of two equal deliveries counts as the repetition depends on it.
    for number, (server, part) in enumerate(zip(victims, flow.parts(deliveries, 4), strict=True)):
        _send_patiently(part)
        time.sleep(4 + number)
        victim = next(item for item in stack.status() if item.server == server)
        os.kill(victim.pid, signal.SIGKILL)
        time.sleep(6)

    _until_quiet()

    assert _of_few(content.table_hashes()) == expected


def _of_few(hashes: dict[str, str]) -> dict[str, str]:
    """Of the tables of these feeds and the marts of these tables alone."""
    return {
        table: found for table, found in hashes.items()
        if table.partition(".")[2].startswith(_FEW_TABLES) or table in _FEW_MARTS
    }  # fmt: skip


def _send_patiently(deliveries) -> None:
    """A department whose upload fails tries again."""
    from botocore.exceptions import BotoCoreError, ClientError

    for each in deliveries:
        for attempt in range(30):
            try:
                flow.send([each])
                break
            except (BotoCoreError, ClientError):
                assert attempt < 29
                time.sleep(2)


def _until_quiet() -> None:
    """Wait until nothing waits, nothing is stale, and so it stays."""
    from citylake.errors import ServerUnavailable

    begun, calm = time.monotonic(), 0
    while calm < 3:
        assert time.monotonic() - begun < _PATIENCE_S, "the lake did not come to rest"
        time.sleep(3)
        try:
            busy = bool(lake.list_objects("land", lake.INBOX)) or any(
                _ledger(
                    "select 1 from ledger.waiting union all select 1 from ledger.stale union all"
                    " select 1 from ledger.runs where status = 'running' and started_at > now() - interval '20 s'"
                )
            )
        except (ServerUnavailable, OSError):
            busy = True
        calm = 0 if busy else calm + 1
