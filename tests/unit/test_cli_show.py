"""Tables for people, JSON for programs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from citylake.cli import show

FIELDS = (
    show.Field("feed", dotted=True),
    show.Field("rows", "records"),
    show.Field("detail", only="wide"),
    show.Field("note", only="json"),
)
ROWS = [
    {"feed": "environment.air_station", "rows": 1200, "detail": "long", "note": "n", "more": "never shown"}
]


@pytest.fixture(params=[80, 200])
def width(request, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(request.param))
    show.console.cache_clear()
    yield request.param
    show.console.cache_clear()


def test_json_has_every_key_in_order_and_no_other(capsys):
    show.rows([*ROWS, {"feed": "health.case_report"}], FIELDS, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert [list(row) for row in found] == [["feed", "rows", "detail", "note"]] * 2
    assert found[0] == {"feed": "environment.air_station", "rows": 1200, "detail": "long", "note": "n"}
    assert found[1] == {"feed": "health.case_report", "rows": None, "detail": None, "note": None}


def test_json_of_nothing_is_an_empty_list(capsys):
    show.rows([], FIELDS, as_json=True, nothing="Nothing.")
    assert json.loads(capsys.readouterr().out) == []


def test_json_keeps_chinese_times_and_decimals(capsys):
    fields = [show.Field(key) for key in ("name", "at", "day", "value", "after")]
    row = {"name": "站点", "at": datetime(2026, 3, 1, 8, tzinfo=UTC), "day": date(2026, 3, 1),
           "value": Decimal("1.5"), "after": timedelta(hours=12)}  # fmt: skip
    show.rows([row], fields, as_json=True)
    text = capsys.readouterr().out
    assert "站点" in text
    assert json.loads(text) == [
        {
            "name": "站点",
            "at": "2026-03-01T08:00:00+00:00",
            "day": "2026-03-01",
            "value": 1.5,
            "after": 43200.0,
        }
    ]


def test_a_table_never_breaks_a_number_or_is_wider_than_the_terminal(width, capsys):
    show.rows(ROWS * 3, FIELDS, as_json=False, title="Deliveries")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Deliveries"
    assert max(len(line) for line in lines) <= width
    assert sum("1,200" in line for line in lines) == 3


def test_long_texts_give_way_to_times_and_to_what_is_whole(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    show.console.cache_clear()
    texts = [show.Field(f"text_{number}") for number in range(4)]
    fields = (*texts, show.Field("at"), show.Field("word", whole=True))
    row = dict.fromkeys((field.key for field in texts), "long " * 9)
    row |= {"at": datetime(2026, 3, 1, 8, tzinfo=UTC), "word": "three words of it"}
    show.rows([row], fields, as_json=False)
    show.console.cache_clear()
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line) for line in lines) <= 80
    assert any("2026-03-01 08:00:00  three words of it" in line for line in lines)


def test_a_wide_terminal_shows_more_columns(width, capsys):
    show.rows(ROWS, FIELDS, as_json=False)
    text = capsys.readouterr().out
    assert ("detail" in text) == (width == 200)
    assert ("environment.air_station" in text) == (width == 200)  # else behind its dot on a line of its own
    assert "air_station" in text
    assert "never shown" not in text


def test_nothing_is_said_in_words(capsys):
    show.rows([], FIELDS, as_json=False, nothing="Nothing is stale.")
    assert capsys.readouterr().out == "Nothing is stale.\n"


def test_square_brackets_are_text(capsys):
    show.rows([{"feed": "[red]x[/]", "rows": "[red]z[/]"}], FIELDS, as_json=False)
    show.say("[bold]y")
    assert "[red]x[/]" in (text := capsys.readouterr().out)
    assert "[red]z[/]" in text
    assert "[bold]y" in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""), (True, "yes"), (False, "no"), (0, "0"), (1234567, "1,234,567"), (35.5, "35.5"),
        (35.123456789, "35.1235"), (12345678.9, "12,345,679"), (Decimal("2.50"), "2.5"),
        (date(2026, 3, 1), "2026-03-01"), ("x", "x"),
        (datetime(2026, 3, 1, 8, 30, tzinfo=timezone(timedelta(hours=8))), "2026-03-01 00:30:00"),
    ],
)  # fmt: skip
def test_values_are_shown_as_a_reader_wants_them(value, shown):
    assert show.text(value) == shown


def test_counts_begin_with_the_greatest():
    assert show.counts({"b": 2, "a": 2, "c": 1500}) == "c 1,500, a 2, b 2"
    assert show.counts({"b": 2, "a": 2, "c": 1500}, most=2) == "c 1,500, a 2, …"
    assert show.counts({}) == ""
