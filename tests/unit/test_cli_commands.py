"""Every command is findable, explained and usable as its example says."""

from __future__ import annotations

import inspect
import shlex

import pytest
import typer.main
from typer.testing import CliRunner

from citylake.cli.app import COMMANDS, NOUNS, app
from citylake.cli.reference import page, path, words

LISTS = [entry for entry in COMMANDS if any(word.name == "as_json" for word in words(entry.function))]
# Commands that print no table.
PLAIN = {"run", "summary", "down", "quarantine release", "quarantine reject"}


def _ids(entry) -> str:
    return entry.words


@pytest.mark.parametrize("entry", COMMANDS, ids=_ids)
def test_a_command_says_what_it_does_and_shows_an_example(entry):
    shown = CliRunner().invoke(app, [*entry.words.split(), "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert shown.exit_code == 0
    first_sentence = inspect.cleandoc(entry.function.__doc__).split("\n")[0]
    assert first_sentence[:60] in shown.stdout
    for example in entry.examples:
        assert example in " ".join(shown.stdout.split())


@pytest.mark.parametrize(
    ("entry", "example"),
    [(entry, line) for entry in COMMANDS for line in entry.examples],
    ids=lambda of: of if isinstance(of, str) else of.words,
)
def test_an_example_can_be_typed_as_it_stands(entry, example):
    program, *typed = shlex.split(example)
    assert program == "citylake"
    command, rest = typer.main.get_command(app), typed
    for word in entry.words.split():
        assert rest[0] == word
        command, rest = command.commands[word], rest[1:]
    command.make_context(entry.words, rest)  # raises a usage error where a word is not understood


@pytest.mark.parametrize("entry", COMMANDS, ids=_ids)
def test_a_command_that_prints_a_table_has_json(entry):
    assert (entry in LISTS) != (entry.words in PLAIN)


@pytest.mark.parametrize("entry", COMMANDS, ids=_ids)
def test_every_argument_and_option_says_what_it_is_for(entry):
    assert all(word.meaning for word in words(entry.function))


def test_every_noun_has_a_command():
    assert {entry.words.split()[0] for entry in COMMANDS if " " in entry.words} == set(NOUNS)


def test_the_reference_page_says_what_the_commands_say():
    assert path().read_text(encoding="utf-8") == page(), "python -m citylake.cli.reference writes it anew"
