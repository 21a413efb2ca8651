"""What should have come and has not, on a real lake: the grid, its pictures, the alert, the delays."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from citylake.admit import admit_waiting
from citylake.feed import load_feeds
from citylake.stewardship.held import held, reject, release
from tests.integration.arriving import air, at, cases, later
from tests.integration.deliveries import (
    AIR,
    CASE,
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
