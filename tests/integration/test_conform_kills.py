"""The verb conform on a real Spark server: what a kill leaves behind, and two runs at once."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from citylake import lake
from citylake.conform import batch, conform, making, output, session, work
from citylake.table import find_table
from tests.integration.probe import DAILY, PLACE


def test_rows_of_a_killed_run_are_made_again_and_its_branch_goes(three_days, monkeypatch):
    three_days.readings({"03-03": {"A": 33}}, "03-03", "03-03", "03-09T20:00")

    class Killed(BaseException):
        pass

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patched:  # between the last write to the branch and its publication
        patched.setattr(output, "publish_branch", die)
        with pytest.raises(Killed):
            conform(DAILY)
    assert len(three_days.branches(DAILY)) == 1
    assert ("03-03", 30) in three_days.rows(DAILY, "_business_date", "value"), "main is as it was"
    with monkeypatch.context() as patched:  # between Iceberg's commit and the ledger's
        patched.setattr(making, "_made", die)
        with pytest.raises(Killed):
            conform(DAILY)
    assert three_days.stale(DAILY) == ["03-03"]
    assert conform(DAILY)["partitions"] == 1
    assert three_days.rows(DAILY, "_business_date", "value") == [
        ("03-01", 10),
        ("03-02", 20),
        ("03-02", 5),
        ("03-03", 33),
    ]
    assert three_days.branches(DAILY) == set()
    assert three_days.versions(DAILY)["03-03"] == 2


def test_a_list_that_a_killed_run_left_in_the_table_is_recorded_by_the_next(probe, monkeypatch):
    probe.deliver("place_2.csv", "place,factor\nA,5\n", "2026-03-05T00:00")
    with monkeypatch.context() as patched:
        patched.setattr(making, "_made", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            conform(PLACE)
    assert probe.rows(PLACE, "factor") == [(5,)]
    conform(PLACE)
    assert probe.stale(PLACE) == []
    assert probe.rows(PLACE, "factor") == [(5,)]


def test_a_write_that_outlives_its_client_never_reaches_the_table(three_days):
    table = find_table(DAILY)
    found = output.open_table(table)
    base = found.current_snapshot().snapshot_id
    output.begin_branch(found, "run_outlived_1", base)
    three_days.readings({"03-03": {"A": 33}}, "03-03", "03-03", "03-09T20:00")
    conform(DAILY)
    with session.session() as spark:  # the server goes on with the old write, to its own branch
        old = spark.read.option("snapshot-id", base).table("lake.conformed.probe.daily")
        with contextlib.suppress(Exception):  # the branch is gone: it may be refused, or begin it anew
            output.overwrite(old, table, found, [date(2026, 3, 3)], "run_outlived_1", "old")
    assert ("03-03", 33) in three_days.rows(DAILY, "_business_date", "value")
    with pytest.raises(output.MovedMeanwhile):
        output.publish_branch(found, "run_outlived_1", base)


def test_a_write_that_outlives_its_client_does_not_stop_the_next_run(three_days):
    found = output.open_table(find_table(DAILY))
    base = found.current_snapshot().snapshot_id
    output.begin_branch(found, "run_outlived_1", base)
    real, raced = found.refs, []

    def refs():  # between the look at the table and the commit, the old write commits to its branch
        if not raced:
            raced.append(1)
            other = output.open_table(find_table(DAILY))
            other.append(other.schema().as_arrow().empty_table(), branch="run_outlived_1")
        return real()

    found.refs = refs
    output.begin_branch(found, "run_next_1", base)
    assert raced
    assert three_days.branches(DAILY) == {"run_next_1"}


def test_a_session_lost_after_a_batch_goes_on_in_another_and_makes_nothing_twice(probe, monkeypatch):
    monkeypatch.setattr(work, "MOST_PARTITIONS", 1)
    probe.readings({"03-01": {"A": 1}, "03-02": {"A": 2}}, "03-01", "03-02", "03-03T00:00")
    real, calls = batch.write, []

    def lose_once(*given):
        calls.append(1)
        if len(calls) == 2:
            raise session.SessionLost("INVALID_HANDLE.SESSION_NOT_FOUND")
        return real(*given)

    monkeypatch.setattr(batch, "write", lose_once)
    assert conform(DAILY)["partitions"] == 2
    assert probe.versions(DAILY) == {"03-01": 1, "03-02": 1}
    assert len(calls) == 3
    assert probe.branches(DAILY) == set()


def test_something_else_that_moves_the_table_makes_the_batch_come_again(three_days, monkeypatch):
    three_days.readings({"03-03": {"A": 33}}, "03-03", "03-03", "03-09T20:00")
    real, calls = output.publish_branch, []

    def with_intruder(found, branch, base):
        calls.append(branch)
        if len(calls) == 1:
            other = lake.catalog("conform").load_table(lake.identifier(DAILY))
            other.append(other.schema().as_arrow().empty_table())
        return real(found, branch, base)

    monkeypatch.setattr(output, "publish_branch", with_intruder)
    assert conform(DAILY)["partitions"] == 1
    assert len(calls) == 2
    assert ("03-03", 33) in three_days.rows(DAILY, "_business_date", "value")


def test_two_runs_at_once_make_everything_once(three_days):
    three_days.readings({"03-02": {"A": 22}}, "03-02", "03-02", "03-09T20:00")
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(conform, [DAILY, DAILY]))
    assert sorted(summary["partitions"] for summary in made) == [0, 2]
    assert three_days.versions(DAILY) == {"03-01": 1, "03-02": 2, "03-03": 2}
