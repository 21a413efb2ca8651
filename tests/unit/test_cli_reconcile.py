"""What `reconcile` prints of deliveries that wait, are held or do not add up, without a lake."""

from __future__ import annotations

import json

import pytest

from citylake.cli import main, show
from citylake.stewardship.reconcile import Reconciled

FEED = "health.case_report"


def line(delivery_id: str, status: str = "admitted", **changes) -> Reconciled:
    facts = {
        "parsed": 10, "admitted": 8, "quarantined": 2, "held": 0, "erased": 0, "counted": 10, "rows_admitted": 8,
        "rows_quarantined": 2,
    }  # fmt: skip
    return Reconciled(delivery_id=delivery_id, feed_id=FEED, name="x.csv", status=status, **facts | changes)


NOTHING = dict.fromkeys(("parsed", "admitted", "quarantined", "held", "erased", "counted"))
WAITING = line("W", "waiting", **NOTHING, rows_admitted=0, rows_quarantined=0)
HELD = line("H", "held", admitted=0, quarantined=0, held=10, rows_admitted=0, rows_quarantined=0)
WRONG = line(
    "D", rows_admitted=7, differences=("8 admitted by the ledger, 7 in the table",), next_step="Do this next."
)
SAID = {
    "waiting": "1 delivery is waiting: landed, not admitted yet. Airflow admits what waits by itself;"
    " `citylake ledger deliveries --status waiting` lists it.\n",
    "held": "2 deliveries are held (records: 20): `citylake quarantine held` says why.\n",
}


@pytest.fixture(params=[80, 200])
def told(request, monkeypatch, capsys):
    """The exit code and what is printed, on a narrow terminal and on a wide one."""
    monkeypatch.setenv("COLUMNS", str(request.param))
    show.console.cache_clear()

    def tell(found: list[Reconciled], *words: str) -> tuple[int, str]:
        monkeypatch.setattr("citylake.stewardship.reconcile.reconcile", lambda *_, **_told: found)
        with pytest.raises(SystemExit) as ended:
            main(["reconcile", *words])
        return ended.value.code or 0, capsys.readouterr().out

    yield tell
    show.console.cache_clear()


def test_what_waits_and_what_is_held_is_told_and_is_no_difference(told):
    code, said = told([line("D"), WAITING, HELD, HELD])
    assert code == 0
    assert SAID["waiting"] + SAID["held"] in said
    assert said.endswith("The row equation holds for all 3 deliveries that have an outcome.\n")


def test_a_feed_with_nothing_but_what_waits_is_in_the_table_and_nothing_is_said_to_be_proved(told):
    code, said = told([WAITING])
    assert code == 0
    assert "case_report" in said
    assert said.endswith(SAID["waiting"])


def test_without_any_of_them_nothing_is_said_of_them(told):
    said = told([line("D")])[1]
    assert "waiting:" not in said
    assert "quarantine held" not in said
    assert told([]) == (0, "There is no delivery yet.\n")


def test_what_differs_is_told_with_what_to_do_next(told):
    code, said = told([WRONG, line("E"), WAITING])
    assert code == 1
    assert said.count("8 admitted by the ledger, 7 in the table") == 1
    assert said.count("  → D: Do this next.\n") == 1
    assert "→ E" not in said
    assert "holds" not in said


def test_a_program_gets_every_delivery_with_its_status_and_what_to_do(told):
    code, said = told([WRONG, WAITING], "--json")
    assert code == 1
    assert json.loads(said) == [
        {"delivery_id": "D", "feed_id": FEED, "name": "x.csv", "status": "admitted", "parsed": 10, "admitted": 8,
         "quarantined": 2, "held": 0, "erased": 0, "counted": 10, "rows_admitted": 7, "rows_quarantined": 2,
         "differences": "8 admitted by the ledger, 7 in the table", "next_step": "Do this next."},
        {"delivery_id": "W", "feed_id": FEED, "name": "x.csv", "status": "waiting", "parsed": None, "admitted": None,
         "quarantined": None, "held": None, "erased": None, "counted": None, "rows_admitted": 0, "rows_quarantined": 0,
         "differences": "", "next_step": None},
    ]  # fmt: skip
