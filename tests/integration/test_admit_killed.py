"""An admission killed at any instant and done again leaves what an undisturbed one leaves."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from citylake import settings
from citylake.land import land
from tests.integration.admitting import admissions
from tests.integration.deliveries import AIR, NOON, air_file, air_name, both, content_hash, put, query

SEEDS = 5
KILLS = 2
DAY = date(2026, 2, 20)
DAYS = 18  # over two months, to the day before they arrive
STATIONS = ("Wenhui", "Xiasha", "Wushan")


def fill(lake) -> None:
    """The same waiting deliveries every time: good rows, broken ones, repetitions, and a correction."""
    lake.empty()
    for n, station in enumerate(STATIONS):
        last = DAY + timedelta(days=DAYS - 1)
        good = air_file(station, DAY, days=DAYS)
        broken = "".join(
            f'{k},2026,2,21,{k % 24},err,0,0,0,0,0,0,1000,0,0,"N",0,"{station}"\n' for k in range(50)
        )
        put("environment", air_name(station, DAY, last), good + broken, at=NOON + timedelta(hours=n))
    put(
        "environment", air_name("Wenhui", DAY), air_file("Wenhui", DAY, pm25=90), at=NOON + timedelta(hours=9)
    )
    land()


def state() -> dict:
    """Everything that must not depend on how often an admission was interrupted."""
    outcomes = query(
        "select name, status, records_parsed, records_admitted, records_quarantined, records_held, records_erased,"
        " rule_counts, null_counts, covers_from, covers_to, known_at from ledger.outcomes where feed_id = %(f)s"
        " order by arrived_at",
        f=AIR,
    )
    partitions = query(
        "select delivery_id, partition, record_count from ledger.delivery_partitions"
        " natural join ledger.deliveries where feed_id = %(f)s order by delivery_id, partition",
        f=AIR,
    )
    versions = query(
        "select distinct partition from ledger.versions where table_id = %(t)s order by 1", t=both(AIR)[0]
    )
    return {
        "rows": content_hash(*both(AIR)),
        "outcomes": outcomes,
        "partitions": partitions,
        "versions": versions,
    }


@pytest.fixture(scope="module")
def undisturbed(lake):
    """What an admission without a kill leaves, how long it took, and the program that admits."""
    with admissions() as program:
        fill(lake)
        program.admit(AIR)  # the first opens what later ones find warm
        fill(lake)
        seconds, was_killed = program.admit(AIR)
        assert not was_killed
        expected = state()
        assert [row["status"] for row in expected["outcomes"]] == ["admitted"] * 4
        assert expected["rows"]["quarantine." + AIR].startswith("222 rows")
        yield program, seconds, expected


@pytest.mark.parametrize("seed", range(SEEDS))
def test_an_admission_killed_at_random_instants_ends_as_an_undisturbed_one(lake, undisturbed, seed):
    program, seconds, expected = undisturbed
    chance = random.Random(seed)
    fill(lake)
    killed = 0
    while killed < KILLS:
        _, was_killed = program.admit(AIR, kill_after_s=chance.uniform(0, seconds))
        if not was_killed:  # the machine was quicker this time, and nothing is left to disturb
            seconds, killed = seconds / 2, 0
            fill(lake)
            continue
        killed += 1
        for row in query("select * from ledger.outcomes"):
            parts = ("records_admitted", "records_quarantined", "records_held", "records_erased")
            assert row["records_parsed"] == sum(row[part] for part in parts)
    program.admit(AIR)
    assert state() == expected
    assert query("select * from ledger.waiting where feed_id = %(f)s", f=AIR) == []
    assert list((settings.current().home / "scratch").iterdir()) == []


def test_a_killed_admission_leaves_its_run_as_it_was(lake, undisturbed):
    program, seconds, _ = undisturbed
    fill(lake)
    program.admit(AIR, kill_after_s=seconds / 2)
    runs = query(
        "select status, finished_at from ledger.runs where verb = 'admit' order by started_at desc limit 1"
    )
    assert runs == [{"status": "running", "finished_at": None}]
