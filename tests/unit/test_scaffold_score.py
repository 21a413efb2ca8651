"""`feed new` scored, question by question, on unknown files with answers typed by hand.

An answer is right, or wrong with a question about it, or wrong in silence. What is right now may not become less, and
nothing may be wrong in silence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from citylake.admit.trial import try_file
from citylake.feed import read_feed
from citylake.scaffold import Proposal, dataset_of, propose
from citylake.scaffold.writing import feed_file
from tests.unit.unknown_files import FILES, Answers

# How many answers are right, of how many: raise it when more are.
FLOOR = {
    "encoding": 26, "delimiter": 22, "header": 28, "type": 138, "key": 28, "nulls": 10, "sentinel": 0, "time format": 22,
    "zone": 28, "unit": 14, "personal": 3,
}  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """One answer compared: to which question, of which file and column, and whether right or asked about."""

    question: str
    place: str
    expected: object
    found: object
    is_asked: bool

    @property
    def fate(self) -> str:
        return "right" if self.expected == self.found else "asked" if self.is_asked else "silent"


def compared(name: str, found: Proposal, answers: Answers) -> Iterator[Answer]:
    form = {key: guess.value for key, guess in found.form.items()}
    columns = {c.source if isinstance(c.source, str) else " ".join(c.source): c for c in found.columns}
    names = {c.name: source for source, c in columns.items()}

    def asked(*words: str) -> bool:
        return any(word in question for question in found.questions for word in words)

    if answers.encoding:
        yield Answer("encoding", name, answers.encoding, form.get("encoding"), asked("encoding"))
    if answers.delimiter:
        yield Answer("delimiter", name, answers.delimiter, form.get("delimiter", ","), asked("delimiter"))
    has_header = "header" not in form and form["kind"] != "fixed_width"
    found_header = (form.get("skip_rows", 0), has_header)
    yield Answer("header", name, (answers.above, answers.has_header), found_header, asked("header", "titles"))
    for source in answers.types.keys() | columns.keys():
        kind = columns[source].type if source in columns else None
        # What is dropped for privacy is read as text.
        expected = (
            "string" if source in columns and "privacy" in columns[source].keys else answers.types.get(source)
        )
        yield Answer("type", f"{name} {source}", expected, kind, asked(f"'{source}'"))
    key = {names[each] for each in found.key}
    yield Answer("key", name, answers.key, key, asked("one of its kind", "of the rows apart"))
    for source, column in columns.items():
        nulls = set(column.keys.get("nulls", ()))
        numbers = {text for text in nulls if re.fullmatch(r"-?[\d.,]+", text)}
        for question, expected, given in (
            ("nulls", answers.nulls, nulls - numbers), ("sentinel", answers.sentinels, numbers),
        ):  # fmt: skip
            if expected.get(source) or given:
                yield Answer(
                    question, f"{name} {source}", expected.get(source, set()), given, asked(f"'{source}'")
                )
        if source in answers.times or column.type in ("date", "timestamp"):
            form_of = column.keys.get("format", "iso") if column.type in ("date", "timestamp") else None
            yield Answer(
                "time format", f"{name} {source}", answers.times.get(source), form_of, asked(f"'{source}'")
            )
        unit = column.name.rpartition("_")[2] if column.keys.keys() & {"from_unit", "unit_in_text"} else None
        if source in answers.units or unit:
            yield Answer("unit", f"{name} {source}", answers.units.get(source), unit, asked(f"'{source}'"))
        if source in answers.personal or "privacy" in column.keys:
            is_personal = source in answers.personal
            yield Answer(
                "personal", f"{name} {source}", is_personal, "privacy" in column.keys, asked(f"'{source}'")
            )
    yield Answer("zone", name, answers.zone, asked("offset"), is_asked=False)


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unknown") / "transport"
    folder.mkdir()
    found = {}
    for name, (make, _) in FILES.items():
        path = folder / name
        path.write_bytes(make())
        found[name] = propose(path, "transport", dataset_of(path))
    return folder, found


def table(answers: list[Answer]) -> str:
    """The score: a line per question."""
    counts = Counter((answer.question, answer.fate) for answer in answers)
    rows = [f"{'question':<12} {'right':>6} {'of':>4} {'asked':>6} {'silent':>7}"]
    for question in FLOOR:
        right, asked, silent = (counts[question, fate] for fate in ("right", "asked", "silent"))
        rows.append(f"{question:<12} {right:>6} {right + asked + silent:>4} {asked:>6} {silent:>7}")
    return "\n".join(rows)


def test_no_answer_is_wrong_in_silence_and_none_that_was_right_is_lost(scored, capsys):
    _, found = scored
    answers = [answer for name, (_, truth) in FILES.items() for answer in compared(name, found[name], truth)]
    with capsys.disabled():
        print(f"\n`feed new` on {len(FILES)} unknown files:\n{table(answers)}")
    wrong = [
        f"{a.question} of {a.place}: {a.expected!r}, found {a.found!r} ({a.fate})"
        for a in answers
        if a.fate != "right"
    ]
    assert [line for line in wrong if line.endswith("(silent)")] == [], "\n".join(wrong)
    right = Counter(answer.question for answer in answers if answer.fate == "right")
    assert {question: right[question] for question in FLOOR} == FLOOR, "\n".join(wrong)


@pytest.mark.parametrize("name", FILES)
def test_the_feed_file_takes_the_sample_as_it_stands(scored, name):
    folder, found = scored
    file = folder / f"{found[name].dataset}.yml"
    file.write_text(feed_file(found[name]), encoding="utf-8")
    feed = read_feed(file)
    assert feed.takes("transport", name)
    trial = try_file(feed, folder / name)
    assert trial.reasons == []
    assert (trial.typed.parsed, trial.typed.quarantined) == (found[name].rows, 0)
    assert trial.drift == {}
