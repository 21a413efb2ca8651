"""`citylake land --feed`: what a person sees of a pull."""

from __future__ import annotations

import json

import pytest

from tests.integration.sources import CSV, FEED, FOLDER, landed, project

__all__ = ["project"]


def test_the_command_asks_one_source_and_says_what_came(project, tmp_path, capsys):
    folder = tmp_path / "gates"
    folder.mkdir()
    (folder / "gate_1.csv").write_text(CSV, encoding="utf-8")
    feed = project.feed(FOLDER.format(path=folder))
    assert told_by("land", "--feed", feed, "--json", capsys=capsys) == (
        0,
        [{"feed": FEED, "deliveries": 1, "bytes": 59}],
        "",
    )
    days = ("--from", "2026-03-01", "--to", "2026-03-02")
    code, _, error = told_by("land", "--feed", feed, *days, capsys=capsys)
    assert (code, error) == (
        2,
        "days are asked for again with a reason\n  Expected --from, --to and --reason, all three or none.\n",
    )
    code, _, error = told_by("land", *days, "--reason", "lost", capsys=capsys)
    assert (code, error.splitlines()[0]) == (2, "days are asked for again of one feed")
    code, _, error = told_by("land", "--feed", "transport.gates", capsys=capsys)
    assert (code, error.splitlines()[0]) == (2, "feeds: there is no feed 'transport.gates'")
    assert len(landed()) == 1


def told_by(*words: str, capsys) -> tuple[int, list | None, str]:
    """The exit code of a command, what it prints as JSON, and its error."""
    from citylake.cli import main

    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(list(words))
    printed = capsys.readouterr()
    return int(ended.value.code or 0), json.loads(printed.out) if printed.out else None, printed.err
