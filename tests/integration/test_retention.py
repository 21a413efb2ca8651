"""What is past retention goes: rows, quarantine, conformed rows, snapshots, files, bytes; what was made of it is sealed."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

import pytest

from citylake import lake as places
from citylake import ledger, retain
from citylake.admit import admit
from citylake.errors import WrongUse
from citylake.stewardship.reconcile import reconcile
from tests.end_to_end.flow import in_child, set_clock
from tests.integration import probe as probes
from tests.integration.deliveries import query
from tests.integration.parking_rows import CHINA
from tests.integration.searching import left_in_ledger, where_it_is

READING, DAILY = "admitted.probe.reading", probes.DAILY
SENT = {1: "Canary-A1", 2: "Canary-B2", 3: "Canary-C3"}


@pytest.fixture
def three_files(probe):
    """A file a day, March 1 to 3, with a good and a refused record of one name each; kept two days; it is March 4."""
    from citylake.conform import conform

    for name in ("reading", "note"):
        path = f"feeds/probe/{name}.yml"
        text = (probe.folder / path).read_text(encoding="utf-8")
        probe.declare(path, text.replace("arrival:", "retention: P2D\narrival:"))
    for day, name in SENT.items():
        deliver(probe, day, name)
    conform(DAILY)
    set_clock(datetime(2026, 3, 4, 20, tzinfo=CHINA))
    return probe


def deliver(probe, day: int, name: str, hour: int = 20) -> None:
    probe.deliver(
        f"reading_2026030{day}-2026030{day}.csv",
        f"place,day,copy,value\n{name},2026-03-0{day},1,{day}\n{name},2026-03-0{day},none,9\n",
        f"2026-03-0{day}T{hour}:00",
    )


def found(lake, name: str) -> set[str]:
    """Layers of the lake, and landing, in which a name stands."""
    in_lake = {key.partition("/")[0] for key in where_it_is(lake, name)}
    return in_lake | ({"landing"} if where_it_is(lake, name, "landing") else set())


EVERYWHERE = {"admitted", "quarantine", "conformed", "landing"}


def test_what_is_past_is_nowhere_and_all_else_is_where_it_was(three_files, lake):
    assert [found(lake, name) for name in SENT.values()] == [EVERYWHERE] * 3
    assert "profiles" in left_in_ledger("Canary-A1")
    done = retain.enforce()
    assert (done["certificates"], done["rows"]) == (2, 3)  # admitted and refused, and what was made
    assert [found(lake, name) for name in SENT.values()] == [set(), EVERYWHERE, EVERYWHERE]
    assert left_in_ledger("Canary-A1") == []
    assert three_files.rows(DAILY, "_business_date", "place") == [
        ("03-02", "Canary-B2"),
        ("03-03", "Canary-C3"),
    ]
    assert [line.differences for line in reconcile()] == [()] * 4


def test_the_certificate_says_what_was_listed(three_files):
    before = len(listed())
    retain.enforce()
    of_reading, of_daily = query("select * from ledger.certificates order by table_id")
    assert of_reading["table_id"] == READING
    assert of_daily["table_id"] == DAILY
    assert of_reading["kept_from"] == date(2026, 3, 2)
    assert of_reading["kept_for"] == timedelta(days=2)
    assert (of_reading["deliveries"], of_reading["rows_deleted"], of_daily["rows_deleted"]) == (1, 2, 1)
    after = listed()
    assert of_reading["objects_left"] == len(after)
    assert of_reading["objects_deleted"] >= before - len(after) > 0
    assert of_reading["listing_sha256"] == hashlib.sha256("\n".join(after).encode()).hexdigest()
    assert retain.enforce() == {"certificates": 0, "rows": 0, "objects": 0, "sealed": 0}


def listed() -> list[str]:
    prefixes = ("lake/admitted/probe/reading/", "lake/quarantine/probe/reading/", "landing/probe.reading/")
    return sorted(
        f"s3://{bucket}/{item['Key']}"
        for bucket, _, prefix in (each.partition("/") for each in prefixes)
        for item in places.list_objects("steward", bucket, prefix)
    )


def test_what_was_made_of_it_is_sealed_and_never_made_again(three_files):
    retain.enforce()
    # The 2nd reads the 1st too.
    assert [row["partition"] for row in query("select partition from ledger.seals order by 1")] == [
        "2026-03-01", "2026-03-02",
    ]  # fmt: skip
    deliver(three_files, 2, "Canary-X2", hour=23)
    assert three_files.stale(DAILY) == ["03-03"]


def test_a_delivery_that_is_gone_is_not_admitted_again(three_files):
    (first,) = query("select delivery_id from ledger.deliveries where name like 'reading_20260301%%'")
    retain.enforce()
    with pytest.raises(WrongUse, match="past retention"):
        admit(first["delivery_id"])
    with ledger.connect("steward") as connection:
        from citylake.ledger.readmissions import standing

        assert sum(len(row["deliveries"]) for row in standing(connection, "probe.reading")) == 2


def test_nothing_is_past_on_the_last_day(three_files):
    set_clock(datetime(2026, 3, 3, 23, 59, tzinfo=CHINA))
    assert not any(kept.is_past for kept in retain.look())
    set_clock(datetime(2026, 3, 4, 0, 0, tzinfo=CHINA))
    assert [kept.table_id for kept in retain.look() if kept.is_past] == [READING, DAILY]


def test_a_list_keeps_the_delivery_it_stands_on_however_old(three_files, lake):
    path = "feeds/probe/place.yml"
    text = (three_files.folder / path).read_text(encoding="utf-8")
    three_files.declare(path, text.replace("arrival:", "retention: P2D\narrival:"))
    three_files.deliver("place_2.csv", "place,factor\nA,4\n", "2026-03-01T10:00")
    retain.enforce()
    assert [key.rpartition("/")[2] for key in where_it_is(lake, "place,factor", "landing")] == ["place_2.csv"]
    set_clock(datetime(2026, 6, 1, tzinfo=CHINA))
    retain.enforce()
    assert [key.rpartition("/")[2] for key in where_it_is(lake, "place,factor", "landing")] == ["place_2.csv"]


def test_what_a_run_left_in_older_snapshots_goes_with_the_next(three_files, lake, monkeypatch):
    forget = retain.forgetting.forget_history

    def stopping(role: str, table_id: str) -> int:
        if table_id == DAILY:
            raise RuntimeError("stopped after its rows went")
        return forget(role, table_id)

    with monkeypatch.context() as patched:
        patched.setattr(retain.forgetting, "forget_history", stopping)
        with pytest.raises(RuntimeError, match="stopped"):
            retain.enforce()
    assert found(lake, "Canary-A1") == {"conformed"}
    assert not any(kept.is_past for kept in retain.look())  # as far as rows tell
    retain.enforce()
    assert found(lake, "Canary-A1") == set()
    assert retain.enforce()["certificates"] == 0


def test_killed_at_any_instant_the_next_run_ends_it(three_files, lake):
    killed = 0
    for instant in (0.3, 0.6, 0.9, 1.2):
        killed += in_child(retain.enforce, kill_after=instant) is None
    assert killed, "no run was killed before it ended: the instants are wrong"
    retain.enforce()
    assert [found(lake, name) for name in SENT.values()] == [set(), EVERYWHERE, EVERYWHERE]
    assert [line.differences for line in reconcile()] == [()] * 4
    assert query("select count(*) as n from ledger.expired_deliveries") == [{"n": 1}]
