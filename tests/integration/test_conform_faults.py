"""The verb conform on a real Spark server: what a fault, a kill or a second run leaves behind."""

from __future__ import annotations

import socket
import time

import pytest

from citylake import conform as package
from citylake import ledger, settings
from citylake.conform import conform, discard, making, session
from citylake.errors import DataFailed, ServerUnavailable, WrongUse
from citylake.ledger import requests
from citylake.table import find_table
from tests.integration.probe import DAILY


def test_a_repeated_key_blocks_its_day_and_the_others_are_made(three_days):
    three_days.deliver(
        "reading_20260302-20260303.csv",
        "place,day,copy,value\nA,2026-03-02,1,22\nA,2026-03-03,1,33\nA,2026-03-03,2,34\n", "2026-03-09T00:00",
    )  # fmt: skip
    with pytest.raises(DataFailed) as failure:
        conform(DAILY)
    assert str(failure.value).splitlines() == [
        "conformed.probe.daily: 1 partitions could not be made; 1 others were",
        "  Found: 2026-03-03: 1 of 2 rows repeat a key (place, _business_date).  Expected rows that can be"
        " computed, one per key (place, _business_date).",
        "  Not tried again until an input changes, or somebody asks with `citylake backfill`.",
    ]
    assert three_days.rows(DAILY, "_business_date", "value") == [("03-01", 10), ("03-02", 22), ("03-03", 30)]
    assert three_days.stale(DAILY) == []
    three_days.readings({"03-03": {"A": 36}}, "03-03", "03-03", "03-10T00:00")
    assert three_days.stale(DAILY) == ["03-03"]
    conform(DAILY)
    assert three_days.rows(DAILY, "_business_date", "value") == [("03-01", 10), ("03-02", 22), ("03-03", 36)]


def test_a_row_that_cannot_be_computed_blocks_its_day_alone(probe):
    values = {f"03-0{day}": {"A": 0 if day == 4 else day} for day in range(1, 8)}
    probe.readings(values, "03-01", "03-07", "03-08T00:00")
    with pytest.raises(DataFailed, match="2026-03-04: a row cannot be computed: DIVIDE_BY_ZERO"):
        conform(DAILY)
    assert probe.rows(DAILY, "value") == [(1,), (2,), (3,), (5,), (6,), (7,)]
    assert probe.stale(DAILY) == []


def test_a_job_that_returns_other_columns_is_told_all_of_them(probe):
    probe.readings({"03-01": {"A": 1}}, "03-01", "03-01", "03-02T00:00")
    probe.change_job('"factor", "text")', '"text", F.col("factor").cast("string"), F.lit(1).alias("more"))')
    probe.change_job("- {name: before,", "- {name: earlier,", of="yml")
    with pytest.raises(WrongUse) as failure:
        conform(DAILY)
    assert str(failure.value).splitlines()[0] == (
        "spark_jobs/probe/daily.py: the job's columns are not the declared ones: 'earlier' is missing,"
        " 'before' is not declared, 'more' is not declared, 'factor' is string where bigint is declared"
    )
    assert probe.stale(DAILY) == ["03-01"], "a wrong job is no property of the data: nothing is blocked"


def test_a_job_that_names_a_column_that_is_not_there_is_wrong_use(probe):
    probe.readings({"03-01": {"A": 1}}, "03-01", "03-01", "03-02T00:00")
    probe.change_job('F.col("value").alias("before")', 'F.col("valeu").alias("before")')
    with pytest.raises(WrongUse, match="the job cannot be planned"):
        conform(DAILY)


def test_a_declared_column_more_is_added_and_one_less_is_null_in_new_rows(three_days):
    three_days.change_job('"factor", "text")', '"factor", F.lit("x").alias("added"))')
    three_days.change_job("- {name: text, type: string, description: Note of the day}",
                          "- {name: added, type: string, description: More}", of="yml")  # fmt: skip
    three_days.readings({"03-03": {"A": 33}}, "03-03", "03-03", "03-09T20:00")
    conform(DAILY)
    assert three_days.rows(DAILY, "_business_date", "value", "text", "added") == [
        ("03-01", 10, None, None),
        ("03-02", 20, None, None),
        ("03-02", 5, None, None),
        ("03-03", 33, None, "x"),
    ]


def test_a_column_of_another_type_is_refused(three_days):
    three_days.change_job("- {name: value, type: integer,", "- {name: value, type: string,", of="yml")
    three_days.readings({"03-03": {"A": 33}}, "03-03", "03-03", "03-09T20:00")
    with pytest.raises(WrongUse, match="'value' is long in the table and string in the declaration"):
        conform(DAILY)


def test_a_staged_request_shows_what_would_be_and_changes_nothing(three_days):
    with ledger.connect("steward") as connection:
        request = requests.request_backfill(
            connection, DAILY, "2026-03-01", "2026-03-02", "new formula", staged=True
        )
    before, versions = three_days.rows(DAILY, "_business_date", "value"), three_days.versions(DAILY)
    three_days.change_job('F.lit(100.0) / F.col("value")', 'F.lit(1000.0) / F.col("value")')
    staged = conform(DAILY, request=request)
    again = conform(DAILY, request=request)
    assert (staged["partitions"], staged["rows"]) == (again["partitions"], again["rows"]) == (2, 3)
    for made in (staged, again):
        assert three_days.rows(DAILY, "_business_date", "share", snapshot=made["snapshot_id"]) == [
            ("03-01", 100.0),
            ("03-02", 200.0),
            ("03-02", 50.0),
            ("03-03", 100 / 30),
        ]
    assert three_days.branches(DAILY) == {staged["branch"]} == {f"request_{request.lower()}"}
    assert three_days.rows(DAILY, "_business_date", "value") == before
    assert three_days.versions(DAILY) == versions
    assert three_days.stale(DAILY) == []
    discard(DAILY, request)
    discard(DAILY, request)
    assert three_days.branches(DAILY) == set()

    with ledger.connect("steward") as connection:
        requests.accept(connection, request)
    assert three_days.stale(DAILY) == ["03-02", "03-01"]
    with pytest.raises(WrongUse, match="cannot be staged"):
        conform(DAILY, request=request)
    conform(DAILY)
    assert three_days.stale(DAILY) == []
    assert three_days.rows(DAILY, "share")[0] == (100.0,)


def test_a_request_accepted_while_its_day_is_being_made_is_served_afterwards(three_days, monkeypatch):
    three_days.readings({"03-03": {"A": 33}}, "03-03", "03-03", "03-09T20:00")
    real, calls = making._made, []

    def accept_first(*given):
        if not calls:
            with ledger.connect("steward") as connection:
                requests.request_backfill(
                    connection, DAILY, "2026-03-03", "2026-03-03", "asked just now", staged=False
                )
        calls.append(1)
        return real(*given)

    monkeypatch.setattr(making, "_made", accept_first)
    conform(DAILY)
    assert three_days.versions(DAILY)["03-03"] == 3


def test_the_days_to_read_are_cut_in_iceberg_and_not_in_spark(three_days):
    from citylake.conform.inputs import load, pin
    from citylake.conform.work import next_work

    three_days.readings({"03-03": {"A": 33}}, "03-03", "03-03", "03-09T20:00")
    table = find_table(DAILY)
    with session.session() as spark:
        frames = load(spark, table, next_work(table), pin(table))
        plan = frames["readings"]._explain_string(extended=True).split("== Physical Plan ==")[1]
    scan = next(line for line in plan.splitlines() if "BatchScan lake.admitted.probe.reading" in line)
    assert "_business_date >= " in scan
    assert "_business_date <= " in scan
    assert "Broadcast" in plan, "the current deliveries are broadcast: the rows are not shuffled to find them"


def test_few_rows_are_planned_in_one_part_and_many_as_the_server_is_configured(three_days):
    from citylake.conform.inputs import pin

    three_days.readings({"03-03": {"A": 33}}, "03-03", "03-03", "03-09T20:00")
    # Four, and the one that was just delivered again; not only those of the days that are stale.
    assert pin(find_table(DAILY))["readings"].row_count == 5
    with session.session() as spark:
        for rows, partitions, adaptive in ((100_001, "4", "true"), (100_000, "1", "false")):
            session.plan_for(spark, rows)
            assert spark.conf.get("spark.sql.shuffle.partitions") == partitions
            assert spark.conf.get("spark.sql.adaptive.enabled") == adaptive


def test_a_server_that_is_gone_is_told_within_seconds(three_days, monkeypatch):
    three_days.readings({"03-03": {"A": 33}}, "03-03", "03-03", "03-09T20:00")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = settings.current().model_copy(update={"spark_remote": f"sc://localhost:{port}/;token=x"})
    monkeypatch.setattr(settings, "current", lambda: place)
    began = time.monotonic()
    with pytest.raises(ServerUnavailable, match="Spark does not answer") as failure:
        conform(DAILY)
    assert time.monotonic() - began < 10
    assert failure.value.exit_code == 3
    assert "token" not in str(failure.value)
    assert three_days.stale(DAILY) == ["03-03"]


def test_a_server_that_hangs_is_told_too(monkeypatch):
    monkeypatch.setattr(session, "_HANDSHAKE_S", 1.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(ServerUnavailable, match="a port that is open and silent for 1 s"):
            session._probe(f"sc://localhost:{silent.getsockname()[1]}/;token=x")


def test_what_the_package_offers_is_what_others_call():
    assert package.__all__ == ["conform", "declare_tables", "discard"]
