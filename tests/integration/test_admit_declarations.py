"""Admission follows the feed file in force: another declaration, another rule, a column more."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from citylake import lake as lake_module
from citylake import settings
from citylake.admit import admit
from citylake.errors import Problems
from citylake.feed import load_feeds
from tests.integration.deliveries import (
    AIR,
    CASE,
    CASES,
    NOON,
    air_file,
    air_name,
    both,
    deliver,
    outcome,
    query,
    rows,
)

NAME = "case_report_2020-01-22.csv"
DAY = date(2026, 3, 1)


@pytest.fixture
def feed_file(lake, tmp_path, monkeypatch):
    """The feed file of case reports in a project of its own, to be changed: `change(old, new)`."""
    lake.empty()
    shutil.copytree(settings.PROJECT / "feeds", tmp_path / "feeds")
    monkeypatch.setattr(settings, "PROJECT", tmp_path)
    path = tmp_path / "feeds" / "health" / "case_report.yml"
    load_feeds.cache_clear()

    def change(old: str, new: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        load_feeds.cache_clear()

    yield change
    load_feeds.cache_clear()


def row(**values) -> str:
    given = {"confirmed": 1} | values
    return ",".join(["2020-01-22", "中国", "CN", given.get("province", ""), "", "", "", str(given["confirmed"]), "", "", "",
                     *([str(given["icu"])] if "icu" in given else [])])  # fmt: skip


def test_a_column_more_in_the_feed_file_is_a_column_more_in_the_table(feed_file):
    (first,) = deliver("health", NAME, f"{CASES}\n{row()}\n")
    admit(first)
    feed_file(
        "  - {name: dead_count,", "  - {name: icu_count, from: icu, type: integer}\n  - {name: dead_count,"
    )
    (second,) = deliver("health", NAME, f"{CASES},icu\n{row(icu=7)}\n", at=NOON + timedelta(hours=1))
    admit(second)
    found = {each["_delivery_id"]: each["icu_count"] for each in rows(f"admitted.{CASE}")}
    assert found == {first: None, second: 7}


def test_an_undeclared_column_is_kept_and_named_in_the_outcome(feed_file):
    (delivery_id,) = deliver("health", NAME, f"{CASES},icu\n{row(icu=7)}\n")
    admit(delivery_id)
    assert outcome(delivery_id)["drift"] == {"added": ["icu"]}
    assert [each["_extra"] for each in rows(f"admitted.{CASE}")] == ['{"icu":"7"}']


def test_another_rule_admits_what_was_quarantined(feed_file):
    (delivery_id,) = deliver(
        "health", NAME, f"{CASES}\n{row()}\n{row(confirmed=2_000_000_000, province='x')}\n"
    )
    admit(delivery_id)
    first = outcome(delivery_id)
    assert (first["records_admitted"], first["records_quarantined"]) == (1, 1)
    feed_file("{name: confirmed_count, from: confirmed, type: integer, required: true, range: [0, 1000000000]}",
              "{name: confirmed_count, from: confirmed, type: integer, required: true}")  # fmt: skip
    admit(delivery_id)
    second = outcome(delivery_id)
    assert (second["records_admitted"], second["records_quarantined"]) == (2, 0)
    assert rows(f"quarantine.{CASE}") == []
    assert second["feed_version"] != first["feed_version"]
    versions = query("select count(*) as n from ledger.feed_versions where feed_id = %(f)s", f=CASE)
    assert versions == [{"n": 2}]


def test_a_delivery_that_was_held_is_admitted_after_the_feed_file_changed(feed_file):
    (delivery_id,) = deliver("health", NAME, f"{CASES.replace('dead', 'deaths')}\n{row()}\n")
    admit(delivery_id)
    (reason,) = outcome(delivery_id)["reasons"]
    assert "'deaths' is close to 'dead': change `from:`, or ask the department." in reason["text"]
    feed_file("from: dead,", "from: deaths,")
    admit(delivery_id)
    assert outcome(delivery_id)["status"] == "admitted"


def test_a_rule_that_cannot_be_evaluated_leaves_no_outcome_and_no_value_in_the_run(feed_file):
    feed_file(
        "rules:\n", "rules:\n  - {name: broken, that: 'province_name::integer > 0', because: a mistake}\n"
    )
    (delivery_id,) = deliver("health", NAME, f"{CASES}\n{row(province='Zhang San')}\n")
    with pytest.raises(Exception, match="a rule cannot be evaluated"):
        admit(delivery_id)
    assert query("select * from ledger.outcomes") == []
    (run,) = query("select * from ledger.runs where verb = 'admit'")
    assert run["status"] == "failed"
    assert "broken" in run["message"]
    assert "Zhang" not in run["message"]
    assert list((settings.current().home / "scratch").iterdir()) == []


def test_a_rule_that_reads_a_file_admits_nothing(feed_file):
    feed_file(
        "rules:\n",
        "rules:\n  - {name: curious, that: \"(select count(*) from read_csv('/etc/passwd')) > 0\", because: x}\n",
    )
    (delivery_id,) = deliver("health", NAME, f"{CASES}\n{row()}\n")
    with pytest.raises(Problems, match="Cannot access file"):
        admit(delivery_id)
    assert rows(f"admitted.{CASE}") == []


def test_deliveries_admitted_at_once_do_not_lose_each_others_rows(lake):
    lake.empty()
    admit(
        deliver("environment", air_name("First", DAY), air_file("First", DAY, 1))[0]
    )  # the tables are there
    ids = [
        deliver(
            "environment", air_name(f"S{n}", DAY), air_file(f"S{n}", DAY, 5), at=NOON + timedelta(hours=n)
        )[0]
        for n in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(admit, ids))
    assert [each.records_admitted for each in found] == [5, 5, 5, 5]
    assert sorted({each["station_name"] for each in rows(f"admitted.{AIR}")}) == [
        "First",
        "S0",
        "S1",
        "S2",
        "S3",
    ]
    assert len(rows(f"admitted.{AIR}")) == 21
    assert query("select max(version) as v from ledger.versions where table_id = %(t)s", t=both(AIR)[0]) == [
        {"v": 5}
    ]


def test_a_delivery_admitted_twice_at_once_has_its_rows_once(lake):
    lake.empty()
    admit(deliver("environment", air_name("First", DAY), air_file("First", DAY, 1))[0])
    delivery_id = deliver(
        "environment", air_name("S", DAY), air_file("S", DAY, 5), at=NOON + timedelta(hours=1)
    )[0]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(admit, [delivery_id] * 3))
    assert len(rows(f"admitted.{AIR}", delivery_id=delivery_id)) == 5
    assert outcome(delivery_id)["attempt"] == 3


def test_a_first_admission_only_adds_and_another_replaces(lake):
    lake.empty()
    delivery_id = deliver("environment", air_name("S", DAY), air_file("S", DAY, 5))[0]
    admit(delivery_id)
    assert changes(f"admitted.{AIR}") == ["append"]
    admit(delivery_id)
    assert changes(f"admitted.{AIR}") == ["append", "delete", "append"]
    assert len(rows(f"admitted.{AIR}")) == 5
    assert lake_module.metadata_location("admit", f"quarantine.{AIR}") is None


def changes(table_id: str) -> list[str]:
    """What was done to an Iceberg table, in order."""
    table = lake_module.catalog("admit").load_table(lake_module.identifier(table_id))
    return [each.summary.operation.value for each in table.snapshots()]
