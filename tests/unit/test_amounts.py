"""When one contributor dominates an amount, and what it must then seem to be; typed by hand."""

from __future__ import annotations

import duckdb
import pytest

from citylake.indicator import Amount
from citylake.privacy.amounts import Contributions

PAID = Amount(**{"from": "paid", "sql": "cny", "where": "cny is not null", "by": "shop",
                 "places": {"day": "day", "district": "coalesce(district, 'unknown')"}})  # fmt: skip
ROWS = [
    ("1", "x", "A", 600), ("1", "x", "A", 400), ("1", "x", "B", 500), ("1", "x", "C", 99),
    ("1", "y", "A", 10), ("1", "y", "B", 10), ("1", "y", "C", 1), ("1", None, "D", 7), ("2", "x", "A", None),
]  # fmt: skip


@pytest.fixture
def paid():
    connection = duckdb.connect()
    connection.execute("create schema marts")
    connection.execute("create table marts.paid (day date, district varchar, shop varchar, cny integer)")
    connection.executemany("insert into marts.paid values ('2026-03-0' || ?, ?, ?, ?)", ROWS)
    yield Contributions(connection, {"paid": PAID})
    connection.close()


def at(**place: str) -> frozenset:
    return frozenset({"day": "2026-03-01", **place}.items())


def test_the_second_may_not_tell_the_first_to_within_a_tenth(paid):
    # B knows that of 1,599 all but its own 500 and at most 99 are A's: 1,000 to within less than 100.
    assert paid.range_of("paid", at(district="x"), 1599) == (1499, 1699)
    # Exactly a tenth is enough: 10 and 1.
    assert paid.range_of("paid", at(district="y"), 21) is None


def test_one_alone_is_hidden_by_what_it_gave_and_nobody_is_not(paid):
    # 7, where no district is known; a tenth of it is less than one, which is the least.
    assert paid.range_of("paid", at(district="unknown"), 7) == (6, 8)
    assert paid.range_of("paid", at(district="z"), 0) is None
    assert paid.range_of("paid", frozenset({"day": "2026-03-02"}.items()), 0) is None


def test_what_one_gave_at_several_places_is_one_contribution(paid):
    # Of 1,627 in the whole city A gave 1,010, B 510; C and D 107: more than a tenth of A's.
    assert paid.range_of("paid", at(), 1627) is None
    # Had D given nothing, it would be 100 of 1,620: less than a tenth.
    paid.connection.execute("delete from marts.paid where shop = 'D'")
    assert Contributions(paid.connection, {"paid": PAID}).range_of("paid", at(), 1620) == (1519, 1721)


def test_only_declared_amounts_are_known(paid):
    assert "paid" in paid
    assert "persons" not in paid
