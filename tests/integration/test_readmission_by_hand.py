"""`feed diff` and `feed readmit` as they are typed."""

from __future__ import annotations

import json
import threading
import time

import pytest

from citylake.admit import admit_waiting
from citylake.cli import main
from citylake.feed import load_feeds
from tests.integration.deliveries import query, rows
from tests.integration.evolving import PERMIT, registry


@pytest.fixture
def office(lake, tmp_path, monkeypatch):
    """Two deliveries of three records, admitted as the feed file is at first."""
    made = registry(tmp_path, lake, monkeypatch)
    made.deliver(1, "P1,2026-03-01,2026-02-01,Wang,07,3,red", "P2,2026-03-01,2026-02-02,Li,12,4,blue")
    made.deliver(2, "P1,2026-03-02,2026-02-01,Wang,08,5,red")
    admit_waiting(PERMIT)
    yield made
    load_feeds.cache_clear()


def run(*words: str) -> int:
    try:
        main(list(words))
    except SystemExit as ended:
        return ended.code or 0
    return 0


def shown(capsys, *words: str) -> tuple[list[dict], str]:
    """What a command printed as JSON, and what it said beside that."""
    capsys.readouterr()
    assert run(*words, "--json") == 0
    said = capsys.readouterr()
    return json.loads(said.out), said.err


def test_diff_tells_what_a_change_means_and_the_next_command(office, capsys):
    assert shown(capsys, "feed", "diff", PERMIT) == ([], "")
    office.change("name: floors, type: string", "name: floors, type: integer")
    (change,), _ = shown(capsys, "feed", "diff", PERMIT)
    assert (change["key"], change["before"], change["after"]) == ("column floors: type", "string", "integer")
    assert (change["meaning"], change["mixes"]) == ("re-admit from landing", True)
    assert run("feed", "diff", PERMIT) == 0
    assert f"Next: citylake feed readmit {PERMIT}" in capsys.readouterr().err


def test_diff_still_tells_what_stands_as_an_earlier_file_made_it(office, capsys):
    office.change("from_unit: m,", "from_unit: cm,")
    office.deliver(3, "P4,2026-03-03,2026-02-03,Sun,1,7,black")  # from now on the new file is in force
    admit_waiting(PERMIT)
    (change,), _ = shown(capsys, "feed", "diff", PERMIT)
    assert (change["key"], change["before"], change["after"]) == ("column depth_m: from_unit", "m", "cm")


def test_without_a_reason_it_only_shows_how_much(office, capsys):
    office.change("name: floors, type: string", "name: floors, type: integer")
    (plan,), said = shown(capsys, "feed", "readmit", PERMIT)
    assert plan == {
        "feed_id": PERMIT,
        "deliveries": 2,
        "records": 3,
        "under_way": 0,
        "forgets": False,
        "asked": False,
    }
    assert f"To ask: citylake feed readmit {PERMIT} --reason 'why'" in said
    assert query("select * from ledger.requests") == []


def test_with_a_reason_it_asks_and_asking_again_shows_what_is_left(office, capsys):
    office.change("name: floors, type: string", "name: floors, type: integer")
    (plan,), said = shown(capsys, "feed", "readmit", PERMIT, "--reason", "floors are counted")
    assert (plan["deliveries"], plan["asked"]) == (2, True)
    assert "within two minutes" in said
    (again,), _ = shown(capsys, "feed", "readmit", PERMIT, "--reason", "floors are counted")
    assert (again["deliveries"], again["under_way"], again["asked"]) == (0, 2, False)
    found = query("select kind, status, reason, requested_by from ledger.requests")
    assert [(row["kind"], row["status"], row["reason"]) for row in found] == [
        ("readmit", "accepted", "floors are counted")
    ] * 2
    assert found[0]["requested_by"].startswith("cli:")


def test_waiting_ends_when_everything_is_admitted_again(office, capsys):
    office.change("name: floors, type: string", "name: floors, type: integer")

    def airflow():
        while not query("select 1 from ledger.readmissions"):
            time.sleep(0.1)
        admit_waiting(PERMIT)

    worker = threading.Thread(target=airflow)
    worker.start()
    assert run("feed", "readmit", PERMIT, "--reason", "floors are counted", "--wait") == 0
    worker.join()
    assert f"{PERMIT} is admitted again, and what is made of it is remade." in capsys.readouterr().out
    assert sorted(row["floors"] for row in rows(f"admitted.{PERMIT}")) == [7, 8, 12]


def test_waiting_ends_with_what_failed(office, capsys, monkeypatch):
    from citylake.cli import changing

    monkeypatch.setattr(changing, "_STALL_S", 1)
    office.change(
        "columns:", "rules:\n  - {name: broken, that: 'holder::integer > 0', because: a mistake}\ncolumns:"
    )

    def airflow():
        while not query("select 1 from ledger.readmissions"):
            time.sleep(0.1)
        with pytest.raises(Exception, match="a rule cannot be evaluated"):
            admit_waiting(PERMIT)

    worker = threading.Thread(target=airflow)
    worker.start()
    assert run("feed", "readmit", PERMIT, "--reason", "a rule more", "--wait") == 1
    worker.join()
    said = capsys.readouterr().err
    assert f"{PERMIT}: it could not be admitted and remade" in said
    assert "a rule cannot be evaluated" in said
    assert "2 deliveries are left; what was published stands" in said
    assert len(rows(f"admitted.{PERMIT}")) == 3


def test_a_feed_that_is_not_there_and_an_empty_reason_are_wrong_use(office, capsys):
    assert run("feed", "readmit", "registry.nothing") == 2
    assert "there is no feed 'registry.nothing'" in capsys.readouterr().err
    assert run("feed", "readmit", PERMIT, "--all", "--reason", " ") == 2
    assert "a re-admission needs a reason" in capsys.readouterr().err


def test_nothing_to_do_is_said(office, capsys):
    assert run("feed", "readmit", PERMIT) == 0
    assert "Every delivery stands as the feed file says." in capsys.readouterr().out
