"""The verb conform on a real Spark server: what is made, what is not, and what a fault leaves behind."""

from __future__ import annotations

import contextlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from citylake import conform as package
from citylake import lake, ledger, settings
from citylake.conform import conform, discard, making, output, session
from citylake.errors import DataFailed, ServerUnavailable, WrongUse
from citylake.ledger import requests
from citylake.table import find_table
from tests.integration import probe as probes

DAILY, PLACE = "conformed.probe.daily", "conformed.probe.place"


@pytest.fixture
def probe(lake, tmp_path, monkeypatch):
    """The probe's department in an empty lake, with its list of places delivered and conformed."""
    lake.empty()
    made = probes.make(tmp_path, lake, monkeypatch)
    made.deliver("place_1.csv", "place,factor\nA,2\nB,3\n", "2026-03-01T00:00")
    conform(PLACE)
    return made


@pytest.fixture
def three_days(probe):
    """March 1 to 3 delivered and made: A is 10, 20, 30; B only on the 2nd."""
    values = {"03-01": {"A": 10}, "03-02": {"A": 20, "B": 5}, "03-03": {"A": 30}}
    probe.readings(values, "03-01", "03-03", "03-03T20:00")
    conform(DAILY)
    return probe


def no_session(monkeypatch):
    def refuse():
        raise AssertionError("a Spark session was opened")

    monkeypatch.setattr(session, "session", refuse)


def test_a_first_run_makes_everything_and_a_second_opens_no_session(three_days, monkeypatch):
    assert three_days.rows(
        DAILY, "_business_date", "place", "value", "before", "share", "factor", "text"
    ) == [
        ("03-01", "A", 10, None, 10.0, 2, None),
        ("03-02", "A", 20, 10, 5.0, 2, None),
        ("03-02", "B", 5, None, 20.0, 3, None),
        ("03-03", "A", 30, 20, 100 / 30, 2, None),
    ]
    assert three_days.versions(DAILY) == {"03-01": 1, "03-02": 1, "03-03": 1}
    no_session(monkeypatch)
    assert conform(DAILY) == {"table_id": DAILY, "partitions": 0, "rows": 0, "unchanged": 0}


@pytest.mark.usefixtures("three_days")
def test_the_ledger_knows_rows_snapshot_and_inputs_of_each_partition():
    with ledger.connect("conform") as connection:
        known = connection.execute(
            "select partition, row_count, snapshot_id from ledger.versions where table_id = %s order by 1",
            (DAILY,),
        ).fetchall()
        used = connection.execute(
            "select input_table, input_partition, input_version from ledger.inputs_used"
            " where table_id = %s and partition = '2026-03-02' order by 1, 2", (DAILY,)
        ).fetchall()  # fmt: skip
    assert [(row["partition"], row["row_count"]) for row in known] == [
        ("2026-03-01", 1), ("2026-03-02", 2), ("2026-03-03", 1)
    ]  # fmt: skip
    table = lake.catalog("conform").load_table(lake.identifier(DAILY))
    assert {row["snapshot_id"] for row in known} == {table.current_snapshot().snapshot_id}
    assert [tuple(row.values()) for row in used] == [
        ("admitted.probe.reading", "2026-03-01", 1),
        ("admitted.probe.reading", "2026-03-02", 1),
        ("conformed.probe.place", "all", 1),
    ]


def test_a_corrected_day_remakes_itself_and_the_day_that_reads_it(three_days):
    three_days.readings({"03-01": {"A": 11, "B": 4}}, "03-01", "03-01", "03-09T20:00")
    assert three_days.stale(DAILY) == ["03-02", "03-01"]
    assert conform(DAILY)["partitions"] == 2
    assert three_days.versions(DAILY) == {"03-01": 2, "03-02": 2, "03-03": 1}
    assert three_days.rows(DAILY, "_business_date", "place", "value", "before") == [
        ("03-01", "A", 11, None),
        ("03-01", "B", 4, None),
        ("03-02", "A", 20, 11),
        ("03-02", "B", 5, 4),
        ("03-03", "A", 30, 20),
    ]


def test_an_empty_correction_empties_the_day(three_days):
    three_days.readings({}, "03-02", "03-02", "03-09T20:00")
    conform(DAILY)
    assert three_days.rows(DAILY, "_business_date", "place", "before") == [
        ("03-01", "A", None),
        ("03-03", "A", None),
    ]
    assert three_days.versions(DAILY)["03-02"] == 2


def test_the_first_bytes_sent_again_after_others_count_again(three_days):
    for value, arrived in ((30, "03-07"), (31, "03-08"), (30, "03-09")):
        three_days.readings({"03-03": {"A": value}}, "03-03", "03-03", f"{arrived}T20:00")
    conform(DAILY)
    assert ("03-03", 30) in three_days.rows(DAILY, "_business_date", "value")
    three_days.readings({"03-03": {"A": 30}}, "03-03", "03-03", "03-10T20:00")
    assert three_days.stale(DAILY) == [], "the same bytes again are a noted fact and nothing else"


def test_a_delivery_of_many_days_is_corrected_on_one_of_them(probe):
    probe.readings({"03-01": {"A": 1}, "03-02": {"A": 2}, "03-03": {"A": 3}}, "03-01", "03-03", "03-04T00:00")
    probe.readings({"03-02": {"B": 9}}, "03-02", "03-02", "03-05T00:00")
    conform(DAILY)
    assert probe.rows(DAILY, "_business_date", "place", "value") == [
        ("03-01", "A", 1),
        ("03-02", "B", 9),
        ("03-03", "A", 3),
    ]


def test_a_list_sent_again_unchanged_makes_no_version_but_a_changed_one_does(three_days):
    three_days.deliver("place_2.csv", "place,factor\nB,3\nA,2\n", "2026-03-05T00:00")
    before = lake.catalog("conform").load_table(lake.identifier(PLACE)).metadata_location
    assert conform(PLACE) == {"table_id": PLACE, "partitions": 0, "rows": 0, "unchanged": 1}
    assert lake.catalog("conform").load_table(lake.identifier(PLACE)).metadata_location == before
    assert three_days.versions(PLACE) == {"all": 1}
    assert three_days.stale(DAILY) == []

    three_days.deliver("place_3.csv", "place,factor\nA,7\n", "2026-03-06T00:00")
    assert conform(PLACE)["partitions"] == 1
    assert three_days.rows(PLACE, "place", "factor") == [("A", 7)]
    assert three_days.stale(DAILY) == ["03-03", "03-02", "03-01"]
    with ledger.connect("conform") as connection:
        # The unchanged list is not the cause: the version counts as made from it.
        used = connection.execute(
            "select version, input_version from ledger.inputs_used where table_id = %s order by 1", (PLACE,)
        ).fetchall()
    assert [tuple(row.values()) for row in used] == [(1, 2), (2, 3)]


def test_of_additions_the_latest_row_of_a_key_counts(three_days):
    first = "place,day,text\nA,2026-03-01,first\nA,2026-03-02,kept\n"
    three_days.deliver("note_1.csv", first, "2026-03-04T00:00")
    three_days.deliver("note_2.csv", "place,day,text\nA,2026-03-01,second\n", "2026-03-05T00:00")
    assert three_days.stale(DAILY) == ["03-02", "03-01"]
    conform(DAILY)
    assert three_days.rows(DAILY, "_business_date", "place", "text") == [
        ("03-01", "A", "second"),
        ("03-02", "A", "kept"),
        ("03-02", "B", None),
        ("03-03", "A", None),
    ]


def test_of_changes_the_latest_operation_counts_and_a_delete_removes(probe):
    probe.deliver("permit_1.csv", "permit,operation,holder\nP1,I,x\nP2,I,y\nP3,I,z\n", "2026-03-01T00:00")
    probe.deliver("permit_2.csv", "permit,operation,holder\nP1,U,new\nP2,D,\n", "2026-03-02T00:00")
    conform("conformed.probe.permit")
    assert probe.rows("conformed.probe.permit", "permit", "holder") == [("P1", "new"), ("P3", "z")]


def test_a_list_of_days_longer_than_a_batch_is_made_newest_first(probe, monkeypatch):
    from citylake.conform import work

    monkeypatch.setattr(work, "MOST_PARTITIONS", 2)
    values = {f"03-0{day}": {"A": day} for day in range(1, 6)}
    probe.readings(values, "03-01", "03-05", "03-06T00:00")
    made = []
    real = making._made

    def remember(run, work, *more):
        made.append(work.days)
        real(run, work, *more)

    monkeypatch.setattr(making, "_made", remember)
    assert conform(DAILY)["partitions"] == 5
    assert [[day.day for day in days] for days in made] == [[4, 5], [2, 3], [1]]
    assert probe.rows(DAILY, "value", "before") == [(1, None), (2, 1), (3, 2), (4, 3), (5, 4)]


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
    output.begin_branch(found, "run_outlived_1")
    three_days.readings({"03-03": {"A": 33}}, "03-03", "03-03", "03-09T20:00")
    conform(DAILY)
    with session.session() as spark:  # the server goes on with the old write, to its own branch
        old = spark.read.option("snapshot-id", base).table("lake.conformed.probe.daily")
        with contextlib.suppress(Exception):  # the branch is gone: it may be refused, or begin it anew
            output.overwrite(old, table, found, [date(2026, 3, 3)], "run_outlived_1", "old")
    assert ("03-03", 33) in three_days.rows(DAILY, "_business_date", "value")
    with pytest.raises(output.MovedMeanwhile):
        output.publish_branch(found, "run_outlived_1", base)


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


def test_what_the_package_offers_is_what_others_call():
    assert package.__all__ == ["conform", "declare_tables", "discard"]
