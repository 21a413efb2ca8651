"""While a feed is being admitted again nothing is made of it; then exactly what changed is made again."""

from __future__ import annotations

import pytest

from citylake.admit import admit, admit_waiting
from citylake.conform import batch, conform
from citylake.errors import WrongUse
from citylake.feed import load_feeds
from citylake.stewardship.readmission import readmit
from tests.integration import probe as probes
from tests.integration.deliveries import query
from tests.integration.probe import DAILY

READING = "probe.reading"
VALUES = [("03-01", "A", 10), ("03-02", "A", 20), ("03-02", "B", 5), ("03-03", "A", 30)]


@pytest.fixture
def four_days(three_days):
    """Two deliveries: March 1 to 3, and the 4th."""
    three_days.readings({"03-04": {"A": 40}}, "03-04", "03-04", "03-04T20:00")
    conform(DAILY)
    assert values(three_days) == [*VALUES, ("03-04", "A", 40)]
    return three_days


def values(probe) -> list[tuple]:
    return probe.rows(DAILY, "_business_date", "place", "value")


def in_order() -> list[str]:
    found = query(
        "select delivery_id from ledger.deliveries where feed_id = %(f)s order by arrived_at", f=READING
    )
    return [row["delivery_id"] for row in found]


def change(probe, old: str, new: str) -> None:
    text = probes._FEEDS["reading"]
    assert old in text
    probe.declare("feeds/probe/reading.yml", text.replace(old, new))


def test_half_of_a_re_admission_is_never_made_and_then_exactly_what_changed(four_days):
    change(four_days, "name: value, type: integer", "name: value, type: integer, range: [0, 29]")
    readmit(load_feeds()[READING], "30 and more is a mistake")
    versions = four_days.versions(DAILY)
    first, second = in_order()
    admit(first)
    assert four_days.stale(DAILY) == []
    assert conform(DAILY)["partitions"] == 0
    assert values(four_days) == [*VALUES, ("03-04", "A", 40)]
    admit(second)
    assert conform(DAILY)["partitions"] == 4
    assert values(four_days) == VALUES[:3]
    assert four_days.versions(DAILY) == {day: version + 1 for day, version in versions.items()}
    assert four_days.stale(DAILY) == []


def test_what_was_read_before_it_was_asked_for_is_not_published(four_days, monkeypatch):
    four_days.deliver("note_0303.csv", "place,day,text\nA,2026-03-03,late\n", "2026-03-05T01:00")
    change(four_days, "name: value, type: integer", "name: value, type: integer, range: [0, 29]")
    write = batch.write

    def half_way(*arguments):
        readmit(load_feeds()[READING], "30 and more is a mistake")
        admit(in_order()[0])
        return write(*arguments)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(batch, "write", half_way)
        assert conform(DAILY)["partitions"] == 0
    assert values(four_days) == [*VALUES, ("03-04", "A", 40)]
    admit_waiting(READING)
    conform(DAILY)
    assert values(four_days) == VALUES[:3]


def test_rows_of_another_meaning_are_not_read_before_they_are_asked_for(four_days):
    four_days.deliver("note_0303.csv", "place,day,text\nA,2026-03-03,late\n", "2026-03-05T01:00")
    change(four_days, "key: [place, day, copy]", "key: [place, day]")
    with pytest.raises(WrongUse, match="probe.reading: the feed file gives rows another meaning"):
        conform(DAILY)
    assert values(four_days) == [*VALUES, ("03-04", "A", 40)]
    readmit(load_feeds()[READING], "there is one copy only")
    admit_waiting(READING)
    assert conform(DAILY)["partitions"] == 4
