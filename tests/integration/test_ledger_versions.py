"""Versions of partitions, what they were made from, and which deliveries made them change."""

from __future__ import annotations

import pytest

from citylake.ledger.partitions import causes, expected_inputs, record_considered, stale

FEED, OUTPUT, MARTS = "environment.noise", "conformed.environment.noise_day", "marts.environment"
REFERENCE = "conformed.environment.point"
D1, D2, D3 = "2026-03-01", "2026-03-02", "2026-03-03"


@pytest.fixture
def chain(by_hand):
    """noise -> noise_day (looks one day back) -> marts; point -> its current rows -> noise_day."""
    by_hand.feed(FEED)
    by_hand.feed("environment.point", delivers="everything")
    by_hand.table(REFERENCE, {"input_table": "admitted.environment.point", "drives": True}, partitioned=False)
    by_hand.table(
        OUTPUT, {"input_table": f"admitted.{FEED}", "drives": True, "days_before": 1},
        {"input_table": REFERENCE, "as_of": True},
    )  # fmt: skip
    by_hand.table(MARTS, {"input_table": OUTPUT, "drives": True}, partitioned=False)
    by_hand.arrives("list", "environment.point", "all")
    by_hand.arrives("a", FEED, D1, D2, D3)
    make_all(by_hand)
    return by_hand


def make_all(ledger):
    for table in (REFERENCE, OUTPUT, MARTS):
        ledger.make(table)


def versions(ledger, table_id: str) -> dict[str, int]:
    rows = ledger.connection.execute(
        "select partition, version from ledger.versions where table_id = %s", (table_id,)
    )
    return {row["partition"]: row["version"] for row in rows}


def caused(ledger, table_id: str, partition: str) -> set[str]:
    version = versions(ledger, table_id)[partition]
    return {name.split("-")[0] for name in causes(ledger.connection, table_id, partition, version)}


def test_every_admission_counts_the_partitions_it_touches(chain):
    assert versions(chain, f"admitted.{FEED}") == {D1: 1, D2: 1, D3: 1}
    chain.arrives("b", FEED, D2)
    assert versions(chain, f"admitted.{FEED}") == {D1: 1, D2: 2, D3: 1}


def test_a_first_version_has_no_cause(chain):
    assert caused(chain, OUTPUT, D1) == set()
    assert caused(chain, MARTS, "all") == set()


def test_the_cause_of_a_change_is_the_delivery_that_brought_it(chain):
    chain.arrives("b", FEED, D2)
    make_all(chain)
    assert versions(chain, OUTPUT) == {D1: 1, D2: 2, D3: 2}
    assert caused(chain, OUTPUT, D2) == {"b"}
    assert caused(chain, OUTPUT, D3) == {"b"}
    assert caused(chain, MARTS, "all") == {"b"}


def test_several_deliveries_between_two_versions_are_all_causes(chain):
    chain.arrives("b", FEED, D2)
    chain.arrives("c", FEED, D1)
    chain.arrives("d", FEED, D1)
    make_all(chain)
    assert caused(chain, OUTPUT, D1) == {"c", "d"}
    assert caused(chain, OUTPUT, D2) == {"b", "c", "d"}
    assert caused(chain, MARTS, "all") == {"b", "c", "d"}


def test_only_what_came_since_the_version_before_is_a_cause(chain):
    chain.arrives("b", FEED, D2)
    make_all(chain)
    chain.arrives("c", FEED, D2)
    make_all(chain)
    assert caused(chain, OUTPUT, D2) == {"c"}
    assert causes(chain.connection, OUTPUT, D2, 2) == {f"b-{FEED}"}


def test_a_neighbour_that_was_not_there_before_is_a_cause(chain):
    chain.arrives("b", FEED, "2026-02-28")
    make_all(chain)
    assert caused(chain, OUTPUT, D1) == {"b"}


def test_a_change_of_a_reference_is_followed_through_its_table(chain):
    chain.arrives("new list", "environment.point", "all")
    make_all(chain)
    assert caused(chain, OUTPUT, D1) == {"new list"}
    assert caused(chain, MARTS, "all") == {"new list"}


def test_a_request_has_no_delivery_to_blame(chain):
    chain.request(OUTPUT, D1, D1)
    make_all(chain)
    assert versions(chain, OUTPUT)[D1] == 2
    assert caused(chain, OUTPUT, D1) == set()


def test_a_partition_found_unchanged_is_not_stale_and_has_no_new_version(chain):
    chain.arrives("b", FEED, D3)
    (item,) = stale(chain.connection, OUTPUT)
    now = chain.connection.execute("select clock_timestamp() as now").fetchone()["now"]
    used = expected_inputs(chain.connection, OUTPUT, [D3])
    assert record_considered(chain.connection, item, used, read_at=now)
    assert chain.stale(OUTPUT) == {}
    assert versions(chain, OUTPUT)[D3] == 1
    assert chain.stale(MARTS) == {}
    # A later change is not blamed on the delivery that changed nothing.
    chain.arrives("c", FEED, D3)
    make_all(chain)
    assert caused(chain, OUTPUT, D3) == {"c"}


def test_a_request_accepted_while_a_partition_is_made_is_not_served_by_that(chain):
    chain.arrives("b", FEED, D1)
    read_at = chain.connection.execute("select clock_timestamp() as now").fetchone()["now"]
    chain.request(OUTPUT, D1, D1, reason="while it runs")
    from citylake.ledger.partitions import record_made

    item = next(each for each in stale(chain.connection, OUTPUT) if each.partition == D1)
    record_made(
        chain.connection, item, expected_inputs(chain.connection, OUTPUT, [D1]), "RUN", read_at=read_at
    )
    assert chain.stale(OUTPUT)[D1] == "requested: while it runs"


def test_declaring_a_table_again_changes_nothing(chain):
    def declared():
        return chain.connection.execute("select * from ledger.tables order by table_id").fetchall()

    before = declared()
    chain.table(MARTS, {"input_table": OUTPUT, "drives": True}, partitioned=False)
    assert declared() == before
    chain.table(MARTS, {"input_table": REFERENCE, "drives": True}, partitioned=False)
    inputs = chain.connection.execute(
        "select input_table from ledger.table_inputs where table_id = %s", (MARTS,)
    )
    assert [row["input_table"] for row in inputs] == [REFERENCE]
