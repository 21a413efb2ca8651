"""Warnings of a feed: counted over rows and feeds together, never quarantined."""

from __future__ import annotations

import duckdb
import pytest

from citylake import lake
from citylake.column import Column
from citylake.feed import load_feeds
from citylake.rule import Rule
from citylake.stewardship.warned import check_warnings, warned
from tests.offline import make_feed

_COLUMNS = [
    {"name": "lot_id", "type": "string", "required": True, "references": "transport.lot"},
    {"name": "seen_on", "type": "date", "required": True},
    {"name": "free_count", "type": "integer"},
    {"name": "holder", "type": "string", "privacy": {"class": "direct", "as": "pseudonym(p)", "because": "asked"}},
]  # fmt: skip
_ROWS = """select * from (values
    ('a', date '2026-03-01', 5, 'k1'), ('a', date '2026-03-02', 5, 'k1'), ('a', date '2026-03-03', 12, 'k2'),
    ('b', date '2026-03-01', 3, 'k3'), ('c', date '2026-03-01', null, 'k4'), ('c', date '2026-03-02', 7, 'k4'))
    as rows (lot_id, seen_on, free_count, holder)"""
_LOTS = "select * from (values ('a', 10), ('b', 1)) as lots (lot_id, capacity_count)"
_OVER = "free_count <= (select capacity_count from transport.lot where lot.lot_id = occupancy.lot_id)"
_MOVES = "free_count <> lag(free_count) over (partition by lot_id order by seen_on)"


def _feeds(*warnings: tuple[str, str]):
    lot = make_feed(dataset="lot", department="transport", key=["lot_id"], delivers="everything", partition=None,
               columns=[{"name": "lot_id", "type": "string", "required": True},
                        {"name": "capacity_count", "type": "integer"}])  # fmt: skip
    occupancy = make_feed(
        dataset="occupancy", department="transport", key=["lot_id", "seen_on"], delivers="additions",
        partition={"by": "seen_on"}, columns=_COLUMNS,
        warnings=[{"name": name, "that": that, "because": "of the test"} for name, that in warnings],
    )  # fmt: skip
    return occupancy, {each.feed_id: each for each in (lot, occupancy)}


def _found(*warnings: tuple[str, str], rows: dict[str, str | None] | None = None):
    own, feeds = _feeds(*warnings)
    sent = {"transport.occupancy": _ROWS, "transport.lot": _LOTS} | (rows or {})
    with duckdb.connect(config=lake.DUCKDB_CONFIG) as connection:
        return {each.name: each for each in warned(own, feeds, connection, lambda each: sent[each.feed_id])}


def test_a_warning_reads_other_rows_and_other_feeds():
    found = _found(("not_over_capacity", _OVER), ("moves", _MOVES))
    assert {name: each.rows for name, each in found.items()} == {
        "not_over_capacity": 2, "moves": 1, "lot_id.unknown": 2,
    }  # fmt: skip


def test_a_reference_that_does_not_know_a_value_counts_rows_and_values():
    unknown = _found()["lot_id.unknown"]
    assert (unknown.rows, unknown.values) == (2, 1)
    assert unknown.meaning == "transport.lot does not list the value (1 different)"
    assert [each["lot_id"] for each in unknown.examples] == ["c", "c"]


def test_a_row_of_the_list_that_lacks_the_value_hides_no_unknown_one():
    lots = f"{_LOTS} union all select null, 5"
    assert _found(rows={"transport.lot": lots})["lot_id.unknown"].rows == 2


def test_examples_show_the_key_and_what_the_condition_names_and_seal_persons():
    found = _found(("one_holder", "holder = lag(holder) over (partition by lot_id order by seen_on)"))
    assert found["one_holder"].examples == (
        {"lot_id": "a", "seen_on": "2026-03-03", "holder": "(sealed)"},
    )  # fmt: skip


def test_a_feed_without_rows_yet_leaves_out_what_reads_it_and_nothing_else():
    found = _found(("not_over_capacity", _OVER), ("moves", _MOVES), rows={"transport.lot": None})
    assert set(found) == {"moves"}


def test_rows_made_before_a_column_was_declared_hide_no_other_warning():
    found = _found(("has_owner", "owner_count > 0"), ("moves", _MOVES))
    assert {name: each.rows for name, each in found.items()} == {
        "has_owner": None,
        "moves": 1,
        "lot_id.unknown": 2,
    }
    assert "owner_count" in found["has_owner"].meaning
    assert "feed readmit" in found["has_owner"].next_step


def test_what_no_row_is_about_is_not_listed():
    assert set(_found(("positive", "free_count > 0"), rows={"transport.lot": "select 'a' as lot_id, 1 as capacity_count"
                      " union select 'b', 1 union select 'c', 1"})) == set()  # fmt: skip


@pytest.mark.parametrize(
    ("that", "found"),
    [
        ("free_count >", "syntax error"),
        ("taken_count > 0", "taken_count"),
        ("lot_id in (select lot_id from transport.parking)", "no feed transport.parking"),
        ("exists (select 1 from read_csv('/etc/hostname'))", "Permission Error"),
    ],
)
def test_a_warning_that_cannot_be_evaluated_is_told_with_its_place(that, found):
    own, feeds = _feeds(("wrong", that))
    (problem,) = check_warnings(own, feeds)
    assert "feeds/transport/occupancy.yml: warning 'wrong'" in str(problem)
    assert found in str(problem)


def test_the_functions_about_places_are_there():
    own, feeds = _feeds(("inside", "ST_Contains(ST_MakeEnvelope(0, 0, 1, 1), ST_Point(free_count, 0))"))
    assert check_warnings(own, feeds) == []


def test_every_warning_of_this_city_can_be_evaluated():
    feeds = load_feeds()
    assert [problem for each in feeds.values() for problem in check_warnings(each, feeds)] == []


def test_a_reference_means_the_column_of_its_name_or_the_only_key():
    _, feeds = _feeds()
    lot = feeds["transport.lot"]
    assert lot.listing(Column(name="lot_id", type="string")) == "lot_id"
    assert lot.listing(Column(name="last_lot", type="string")) == "lot_id"
    assert lot.model_copy(update={"key": ("a", "b")}).listing(Column(name="x", type="string")) is None


def test_warnings_stand_in_the_declaration_like_rules():
    own, _ = _feeds(("moves", _MOVES))
    assert own.warnings == (Rule(name="moves", that=_MOVES, because="of the test"),)
