"""What should have come and has not, on a real lake: the grid, its pictures, the alert, the delays."""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime, timedelta

import pytest

from citylake import ledger
from citylake.admit import admit_waiting
from citylake.cli import main, show
from citylake.feed import load_feeds
from citylake.ledger.activity import set_replay_clock
from citylake.stewardship.gaps import tell
from citylake.stewardship.held import held, reject, release
from tests.integration.deliveries import (
    AIR,
    CASE,
    CASES,
    STATION,
    STATIONS,
    air_file,
    air_name,
    deliver,
    query,
)

DAY = date(2026, 3, 2)  # a Monday
KEYS = ["slot", "feed", "department", "sender", "status", "expected", "came", "late", "missing_runs", "deadline_at",
        "arrived_at", "delivery_id"]  # fmt: skip


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A local hour of March."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def cases(day: int, when: datetime, confirmed: int = 5) -> list[str]:
    """The case report of a day of March; its deadline is 18:00 of the next day."""
    name = f"2026-03-{day:02}"
    row = f"{name},中国,CN,湖北省,420000,武汉市,420100,{confirmed},0,0,0\n"
    ids = deliver("health", f"case_report_{name}.csv", f"{CASES}\n{row}", at=when)
    admit_waiting(CASE)
    return ids


def air(station: str, day: int, when: datetime, *, hours: int = 24, content: str | None = None) -> str:
    """A station's file of a day of March; its deadline is noon of the next day. The id of its air delivery."""
    of_day = date(2026, 3, day)
    ids = deliver(
        "environment", air_name(station, of_day), content or air_file(station, of_day, hours), at=when
    )
    admit_waiting(AIR)
    (row,) = query("select delivery_id from ledger.deliveries where feed_id = %(f)s and delivery_id = any(%(i)s)",
                   f=AIR, i=ids)  # fmt: skip
    return row["delivery_id"]


def later(when: datetime) -> None:
    """The replayed clock runs on without a delivery."""
    with ledger.connect("land") as connection:
        set_replay_clock(connection, when)


@pytest.fixture
def empty(lake):
    lake.empty()
    return lake


@pytest.fixture
def run(capsys, monkeypatch):
    """Run a command; returns its exit code and what it printed."""

    def run(*words: str, width: int = 80) -> tuple[int, str]:
        monkeypatch.setenv("COLUMNS", str(width))
        show.console.cache_clear()
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        show.console.cache_clear()
        return ended.value.code or 0, capsys.readouterr().out

    return run


def statuses(run, *words: str) -> dict:
    """(slot, sender) -> status, of every status."""
    every = [
        word
        for status in ("missing", "held", "quarantined", "waiting", "late", "due", "came")
        for word in ("--status", status)
    ]
    code, out = run("gaps", "--json", *every, *words)
    assert code == 0
    return {(row["slot"][5:], row["sender"]): row["status"] for row in json.loads(out)}


def test_an_empty_lake_has_no_gap(empty, run):
    assert run("gaps", "--json", "--fail") == (0, "[]\n")
    code, out = run("gaps")
    assert code == 0
    assert "Nothing of that kind in these days." in out
    assert CASE in " ".join(out.split())  # never came


def test_a_day_is_due_then_missing_and_a_late_delivery_closes_the_gap(empty, run):
    cases(2, at(3, 9))
    assert statuses(run, "--feed", CASE) == {("03-02", "health"): "came", ("03-03", "health"): "due"}
    later(at(4, 18, 0))
    assert statuses(run, "--feed", CASE)["03-03", "health"] == "due"
    later(at(4, 18, 1))
    assert statuses(run, "--feed", CASE) == {
        ("03-02", "health"): "came", ("03-03", "health"): "missing", ("03-04", "health"): "due",
    }  # fmt: skip
    assert run("gaps", "--fail", "--json", "--feed", CASE)[0] == 1
    cases(3, at(4, 20))
    assert statuses(run, "--feed", CASE)["03-03", "health"] == "late"
    assert run("gaps", "--fail", "--json", "--feed", CASE)[0] == 0


def test_a_correction_in_time_or_not_leaves_a_day_that_came(empty, run):
    cases(2, at(3, 9))
    cases(2, at(9, 9), confirmed=6)
    assert statuses(run, "--feed", CASE)["03-02", "health"] == "came"


def test_json_has_its_keys_and_names_the_delivery(empty, run):
    (delivery,) = cases(2, at(3, 9))
    cases(3, at(5, 9))
    code, out = run("gaps", "--feed", CASE, "--status", "came", "--json")
    (row,) = json.loads(out)
    assert list(row) == KEYS
    assert row == {
        "slot": "2026-03-02", "feed": CASE, "department": "health", "sender": "health", "status": "came", "expected": 1,
        "came": 1, "late": 0, "missing_runs": None, "deadline_at": "2026-03-03T10:00:00+00:00",
        "arrived_at": "2026-03-03T01:00:00+00:00", "delivery_id": delivery,
    }  # fmt: skip


def test_each_missing_sender_is_named_once_it_was_seen(empty, run):
    air("Dingling", 2, at(3, 9))
    air("Wanliu", 2, at(3, 9))
    air("Dingling", 3, at(4, 9))
    later(at(4, 12, 1))
    found = statuses(run, "--feed", AIR, "--to", "2026-03-03")
    assert found == {
        ("03-02", "Dingling"): "came", ("03-02", "Wanliu"): "came", ("03-02", None): "missing",
        ("03-03", "Dingling"): "came", ("03-03", "Wanliu"): "missing", ("03-03", None): "missing",
    }  # fmt: skip
    rows = json.loads(run("gaps", "--feed", AIR, "--to", "2026-03-03", "--json")[1])
    assert {(row["slot"], row["sender"]): row["expected"] for row in rows} == {
        ("2026-03-02", None): 10, ("2026-03-03", "Wanliu"): 1, ("2026-03-03", None): 10,
    }  # fmt: skip


def test_a_held_day_is_held_until_a_steward_decides(empty, run):
    for n in range(4):
        air("Dingling", 2 + n, at(3 + n, 9))
    in_milligrams = air_file("Dingling", date(2026, 3, 6)).replace(",900,", ",0.9,")
    delivery = air("Dingling", 6, at(7, 9), content=in_milligrams)
    later(at(9, 9))
    assert [row["delivery_id"] for row in held()] == [delivery]
    assert statuses(run, "--feed", AIR)["03-06", "Dingling"] == "held"
    release(delivery, "the bureau sends mg/m3 from now on")
    assert statuses(run, "--feed", AIR)["03-06", "Dingling"] == "waiting"
    admit_waiting(AIR)
    assert statuses(run, "--feed", AIR)["03-06", "Dingling"] == "came"


def test_a_rejected_delivery_never_came(empty, run):
    air("Dingling", 2, at(3, 9))
    delivery = air(
        "Dingling", 3, at(4, 9), content=air_file("Dingling", date(2026, 3, 3)).replace('"O3"', '"Ozone"')
    )
    later(at(4, 12, 1))
    assert statuses(run, "--feed", AIR)["03-03", "Dingling"] == "held"
    reject(delivery, "sent by mistake, a new file comes")
    assert statuses(run, "--feed", AIR)["03-03", "Dingling"] == "missing"


def test_a_day_of_which_every_row_is_refused_is_quarantined_and_a_good_one_after_it_came(empty, run):
    air("Dingling", 2, at(3, 9))
    bad = air_file("Dingling", date(2026, 3, 3)).replace(",60,", ",-60,")
    delivery = air("Dingling", 3, at(4, 9), content=bad)
    (row,) = query(
        "select records_admitted, records_quarantined from ledger.outcomes where delivery_id = %(d)s",
        d=delivery,
    )
    assert row == {"records_admitted": 0, "records_quarantined": 24}
    assert statuses(run, "--feed", AIR)["03-03", "Dingling"] == "quarantined"
    air("Dingling", 3, at(4, 11))
    assert statuses(run, "--feed", AIR)["03-03", "Dingling"] == "came"


def test_a_reference_feed_is_awaited_after_its_last_delivery(empty, run):
    row = "A1,文晖,330105,120.1,30.2,2020-01-01,,张三,13800000000\n"
    deliver("environment", "环境监测站_20260302.csv", f"{STATIONS}\n{row}".encode("gb18030"), at=at(2, 9))
    admit_waiting(STATION)
    assert (
        statuses(run, "--feed", STATION, "--to", "2026-04-30")["04-01", "environment"] == "due"
    )  # 30 days later
    later(datetime(2026, 5, 20, tzinfo=UTC))
    code, out = run("gaps", "--feed", STATION)
    assert "2026-04-01" in out  # before the 31 days that are shown, and still awaited
    assert "X" * 31 in out


def test_the_picture_has_a_letter_for_every_day_in_a_narrow_and_a_wide_terminal(empty, run):
    cases(2, at(3, 9))
    cases(3, at(6, 9))
    cases(5, at(6, 10))
    later(at(7, 9))
    for width in (60, 80, 200):
        _, out = run("gaps", "--feed", CASE, "--from", "2026-03-01", "--to", "2026-03-07", width=width)
        (line,) = [line for line in out.splitlines() if line.startswith(CASE)][:1]
        assert line.split("  ", 1)[1].rstrip() == " =lX=.."
        assert "X missing" in out
        assert "= came" in out
        assert all(len(each) <= width for each in out.splitlines())
    _, wide = run("gaps", "--feed", CASE, width=200)
    assert "arrived (UTC)" in wide
    _, narrow = run("gaps", "--feed", CASE, width=40)
    assert "These are the 16 days to 2026-03-07" in " ".join(narrow.split())
    assert " =lX=.." in narrow


def test_wrong_use_is_told(empty, run, capsys):
    assert run("gaps", "--feed", "health.nothing")[0] == 2
    assert run("gaps", "--department", "nobody")[0] == 2
    assert run("gaps", "--from", "2026-03-05", "--to", "2026-03-01")[0] == 2


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


def test_delays_are_counted_from_the_end_of_the_day_and_corrections_apart(empty, run):
    for n, hours in enumerate((2, 3, 4, 30)):
        cases(2 + n, at(3 + n, 0) + timedelta(hours=hours))
    cases(2, at(8, 0), confirmed=9)
    code, out = run("ledger", "delays", "--feed", CASE, "--json")
    first, correction = sorted(json.loads(out), key=lambda row: row["deliveries"], reverse=True)
    assert first == {
        "feed": CASE, "deliveries": "first", "count": 4, "p50_s": 3 * 3600, "p90_s": 30 * 3600, "p95_s": 30 * 3600,
        "p99_s": 30 * 3600, "max_s": 30 * 3600, "deadline_s": 18 * 3600, "in_time_pct": 75.0, "hint": None,
    }  # fmt: skip
    assert (correction["deliveries"], correction["count"], correction["p50_s"]) == (
        "correction",
        1,
        5 * 86400,
    )
    _, out = run("ledger", "delays", "--feed", CASE)
    assert "1 d 6 h" in out


def test_what_came_with_the_first_delivery_is_no_delay(empty, run):
    history = air_file("Dingling", date(2026, 1, 1), days=40)
    deliver(
        "environment",
        air_name("Dingling", date(2026, 1, 1), date(2026, 2, 9)),
        history,
        at=datetime(2026, 2, 10, tzinfo=UTC),
    )
    admit_waiting(AIR)
    (row,) = json.loads(run("ledger", "delays", "--feed", AIR, "--json")[1])
    assert (row["count"], row["max_s"]) == (1, 8 * 3600)
    assert min(slot for slot, _ in statuses(run, "--feed", AIR, "--from", "2026-01-01")) == "02-09"


def test_every_feed_of_the_city_has_its_slots(empty, run):
    cases(2, at(3, 9))
    code, out = run("gaps", "--json")
    assert code == 0
    assert {row["feed"] for row in json.loads(out)} <= set(load_feeds())
