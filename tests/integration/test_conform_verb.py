"""The verb conform on a real Spark server: what is made, what is not, and what a fault leaves behind."""

from __future__ import annotations

import pytest

from citylake import lake, ledger
from citylake.conform import conform, making, session
from tests.integration.probe import DAILY, PLACE


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
