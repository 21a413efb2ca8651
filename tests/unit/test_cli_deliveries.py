"""What `ledger deliveries` says below its table, without a lake."""

from __future__ import annotations

import contextlib
import json

import pytest

from citylake import ledger
from citylake.cli import main
from citylake.errors import WrongUse

FEED = "health.case_report"
ROW = {
    "delivery_id": "D", "feed_id": FEED, "name": "case_report_2020-01-22.csv", "status": "admitted", "reasons": [],
    "rule_counts": {}, "repeats": None,
}  # fmt: skip


@pytest.fixture
def told(monkeypatch, capsys):
    """What the command prints where the ledger has these rows and the inbox these keys (an error: it is not seen)."""

    def tell(rows: list[dict], inbox: list[str] | Exception, *words: str) -> str:
        def list_objects(role: str, bucket: str) -> list[dict]:
            assert (role, bucket) == ("land", "inbox")
            if isinstance(inbox, Exception):
                raise inbox
            return [{"Key": key} for key in inbox]

        monkeypatch.setattr(ledger, "connect", lambda _: contextlib.nullcontext())
        monkeypatch.setattr(
            "citylake.ledger.listings.list_deliveries", lambda _, **_asked: [dict(row) for row in rows]
        )
        monkeypatch.setattr("citylake.lake.list_objects", list_objects)
        with pytest.raises(SystemExit) as ended:
            main(["ledger", "deliveries", *words])
        assert not ended.value.code
        return capsys.readouterr().out

    return tell


CASES, AIR = "health/case_report_2020-01-23.csv", "environment/air_1.csv"


@pytest.mark.parametrize(
    ("inbox", "words", "line"),
    [
        ([CASES], [], "1 file still stands in the inbox; landing takes some seconds.\n"),
        ([CASES, AIR], [], "2 files still stand in the inbox; landing takes some seconds.\n"),
        ([CASES, AIR], ["--feed", FEED], "1 file still stands in the inbox; landing takes some seconds.\n"),
        ([CASES], ["--status", "waiting"], "1 file still stands in the inbox; landing takes some seconds.\n"),
    ],
)
def test_what_still_stands_in_the_inbox_is_told(told, inbox, words, line):
    assert told([], inbox, *words) == "No such delivery.\n" + line
    assert told([ROW], inbox, *words).endswith(line)


@pytest.mark.parametrize(
    ("inbox", "words"),
    [
        ([], []),
        ([AIR], ["--feed", FEED]),
        ([CASES], ["--feed", "health.nothing"]),
        ([CASES], ["--status", "held"]),
    ],
)
def test_an_inbox_with_nothing_that_was_asked_for_is_not_spoken_of(told, inbox, words):
    assert told([], inbox, *words) == "No such delivery.\n"


def test_who_may_not_see_the_inbox_is_told_that_landing_takes_some_time(told):
    unseen = WrongUse("the secret 's3.land' cannot be read")
    assert told([], unseen) == "No such delivery yet; landing takes some seconds.\n"
    assert "landing" not in told([ROW], unseen)


def test_what_repeated_means_is_told_where_there_is_one(told):
    line = "repeated: the same bytes again from the same sender; nothing is admitted twice.\n"
    assert line in told([ROW, ROW | {"delivery_id": "E", "status": "repeated", "repeats": "D"}], [])
    assert "repeated" not in told([ROW], [])


def test_a_program_gets_the_rows_alone(told):
    assert json.loads(told([], [CASES], "--json")) == []
