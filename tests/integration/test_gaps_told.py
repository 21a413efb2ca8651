"""The alert: each gap is told once, and once more when it is closed."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime

from citylake.stewardship.gaps import tell
from citylake.stewardship.held import reject
from tests.integration.arriving import air, at, cases, later
from tests.integration.deliveries import AIR, CASE, air_file, query


def told() -> list[dict]:
    return query("select slot, sender, closed_as, closed_by from ledger.told_gaps order by slot, sender")


def test_a_gap_is_told_once_and_once_more_when_it_is_closed(empty, caplog):
    caplog.set_level(logging.WARNING, logger="citylake.gaps")
    cases(2, at(3, 9))
    later(at(4, 18, 1))
    assert tell()["lines"] == [
        f"feed={CASE} slot=2026-03-03 sender=health status=missing deadline=2026-03-04T10:00:00Z senders=1"
    ]
    assert tell() == {"told": 0, "closed": 0, "found": 0, "lines": []}
    (delivery,) = cases(3, at(4, 20))
    assert tell()["lines"] == [
        f"feed={CASE} slot=2026-03-03 sender=health status=late closed=yes delivery={delivery}"
    ]
    assert tell()["found"] == 0
    assert told() == [{"slot": "2026-03-03", "sender": "health", "closed_as": "late", "closed_by": delivery}]
    logged = [record.message for record in caplog.records]
    assert [line.split()[3] for line in logged] == ["status=missing", "status=late"]


def told_of(feed_id: str) -> list[str]:
    """Tell, and return what is told of a feed: another takes the same files."""
    return [
        line.removeprefix(f"feed={feed_id} ")
        for line in tell()["lines"]
        if line.startswith(f"feed={feed_id} ")
    ]


def test_a_gap_that_is_there_again_is_told_again(empty):
    air("Dingling", 2, at(3, 9))
    later(at(4, 12, 1))
    # Eleven stations that nobody knows, on two days; and Dingling on the second.
    assert [line.split(" deadline")[0] for line in told_of(AIR)] == [
        "slot=2026-03-02 sender=unknown status=missing",
        "slot=2026-03-03 sender=unknown status=missing",
        "slot=2026-03-03 sender=Dingling status=missing",
    ]
    renamed = air_file("Dingling", date(2026, 3, 3)).replace('"O3"', '"Ozone"')
    delivery = air("Dingling", 3, at(4, 13), content=renamed)
    assert told_of(AIR) == [f"slot=2026-03-03 sender=Dingling status=held closed=yes delivery={delivery}"]
    reject(delivery, "sent by mistake, a new file comes")
    assert told_of(AIR) == [
        "slot=2026-03-03 sender=Dingling status=missing deadline=2026-03-04T04:00:00Z senders=1"
    ]
    open_again = query("select closed_as from ledger.told_gaps where feed_id = %(f)s", f=AIR)
    assert [row["closed_as"] for row in open_again] == [None] * 3


def test_an_open_gap_is_closed_however_old_it_is(empty):
    cases(2, at(3, 9))
    later(at(4, 18, 1))
    assert tell()["told"] == 1
    later(datetime(2026, 6, 1, tzinfo=UTC))
    assert tell()["told"] == 29  # 2 to 30 May: what is older is told no more, 31 May is due until the evening
    (delivery,) = cases(3, datetime(2026, 6, 1, 1, tzinfo=UTC))
    assert tell()["lines"] == [
        f"feed={CASE} slot=2026-03-03 sender=health status=late closed=yes delivery={delivery}"
    ]


def test_gaps_are_told_by_the_command_line_too(empty, run):
    cases(2, at(3, 9))
    later(at(4, 18, 1))
    code, out = run("gaps", "--tell")
    assert code == 0
    assert f"feed={CASE} slot=2026-03-03 sender=health status=missing" in out
    assert "1 told, 0 closed." in out
