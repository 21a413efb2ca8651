"""A feed file for an unknown sample: what can be seen is guessed with its evidence, what cannot is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from citylake.scaffold.columns import guess_column
from citylake.scaffold.form import guess_form
from citylake.scaffold.guess import Findings, Guess, some
from citylake.scaffold.guessed import Guessed
from citylake.scaffold.keys import guess_key, guess_partition
from citylake.scaffold.naming import unique

_ROWS = 20_000
_WIDE = 40  # columns
# Source columns that are one date or time together, by what they are called.
_PARTS = {
    "year": ("year", "yr", "年", "年份"), "month": ("month", "mon", "mo", "月", "月份"), "day": ("day", "dd", "日"),
    "hour": ("hour", "hr", "hh", "时", "小时"),
}  # fmt: skip


@dataclass
class Proposal:
    """A feed file to be: the keys of `format:` and of the columns, each with its evidence, and questions."""

    department: str
    dataset: str
    sample: str
    form: dict[str, Guess]
    columns: list[Guessed]
    key: list[str]
    key_evidence: str
    partition: str | None
    arrival_files: str
    unpivot: dict | None
    rows: int
    ignores: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


def propose(path: Path, department: str, dataset: str, timezone: str | None = None) -> Proposal:
    """Read a sample and propose its feed file. Raises: WrongUse for what no feed file describes; Unreadable."""
    found = Findings()
    guess_form(path, found)
    header, texts = _read(path, found)
    unpivot = _unpivot(header, texts, found)
    if unpivot:
        header, texts = _read(path, found, unpivot)
    columns = [guess_column(name, column, found) for name, column in zip(header, texts, strict=True)]
    if empty := [name for name, column in zip(header, texts, strict=True) if not any(column)]:
        found.ask(f"{len(empty)} column(s) have no value in the sample: {some(empty, 6)}. What do they hold?")
    columns = _with_date_of_parts(columns)
    for column, name in zip(columns, unique([column.name for column in columns]), strict=True):
        column.keys["name"] = name
    key, evidence = guess_key(columns, found)
    partition = guess_partition(columns, key, found)
    by_day = next((column for column in columns if column.name == partition), None)
    if by_day and partition and partition not in key and len(set(by_day.texts)) == 1:
        key = [partition, *key]
        evidence += f"; all are of {by_day.texts[0]}, and the next delivery will be of another day"
    _zone(columns, timezone, found)
    rows = len(texts[0]) if texts else 0
    return Proposal(
        department, dataset, path.name, found.guesses, columns, key, evidence, partition,
        _files(path.name), unpivot, rows, questions=found.questions,
    )  # fmt: skip


def _read(
    path: Path, found: Findings, unpivot: dict | None = None
) -> tuple[list[str], list[list[str | None]]]:
    """Header and texts of the first records, by column, as admission would read them."""
    from citylake.admit.reading import read
    from citylake.admit.trial import compression_of
    from citylake.feed import Feed
    from citylake.format import Format, Unpivot

    form = Format.model_validate({key: guess.value for key, guess in found.guesses.items()})
    feed = Feed.model_construct(format=form, unpivot=Unpivot.model_validate(unpivot) if unpivot else None)
    with path.open("rb") as file:
        reading = read(file, feed, compression_of(path))
        columns: list[list[str | None]] = [[] for _ in reading.header]
        for batch in reading.batches:
            for texts, values in zip(columns, batch.columns[1:], strict=True):
                texts += values.to_pylist()
            if columns and len(columns[0]) >= _ROWS:
                break
    if reading.unparsed:
        found.ask(
            f"{len(reading.unparsed)} of the first records do not have {len(reading.header)} fields, as"
            f" {some([each.text[:60] for each in reading.unparsed], 1)}: are they titles or remarks"
            " (`skip_rows`, `footer`), or broken?"
        )
    return reading.header, columns


def _unpivot(header: Sequence[str], texts: Sequence[Sequence[str | None]], found: Findings) -> dict | None:
    """Columns named by years or days, or very many of numbers alone, are values of a column that the header hides."""
    times = [
        name
        for name in header
        if re.fullmatch(r"(19|20)\d\d(年|[-/.]?\d{1,2}([-/.]?\d{1,2})?)?", name.strip())
    ]
    if len(times) >= 3 and len(times) < len(header):
        name_to = "year" if all(re.match(r"^\d{4}年?$", name.strip()) for name in times) else "day"
        found.ask(
            f"{len(times)} columns are named by time, as {some(times)}; they become rows (`unpivot`). What"
            " is the value that stands in them? It is called `value`."
        )
        return _spread(header, times, name_to)
    numbers = [name for name, column in zip(header, texts, strict=True) if _holds_numbers(column)]
    if len(header) >= _WIDE and len(numbers) >= 0.9 * len(header) and len(numbers) < len(header):
        found.ask(
            f"{len(numbers)} of {len(header)} columns hold numbers alone, as {some(numbers)}; they become"
            " rows (`unpivot`), so that columns may come and go. What are they, and what is the value?"
            " They are called `name` and `value`."
        )
        return _spread(header, numbers, "name")
    return None


def _spread(header: Sequence[str], names: Sequence[str], name_to: str) -> dict:
    keep = [name for name in header if name not in set(names)]
    return {"keep": keep, "name_to": name_to, "value_to": "value", "drop_empty": True}


def _holds_numbers(texts: Sequence[str | None]) -> bool:
    given = [text for text in texts[:500] if text and text.strip()]
    return all(re.fullmatch(r"\s*[-+]?\d+([.]\d+)?\s*", text) for text in given)


def _with_date_of_parts(columns: list[Guessed]) -> list[Guessed]:
    """Year, month, day and hour in columns of their own are one date or time."""
    parts: dict[str, Guessed] = {}
    for part, names in _PARTS.items():
        for column in columns:
            if str(column.source).strip().lower() in names and column.type == "integer":
                parts[part] = column
    if not {"year", "month", "day"} <= set(parts):
        return columns
    is_time = "hour" in parts
    sources = [parts[part].source for part in _PARTS if part in parts]
    joined = [
        " ".join(each) if all(each) else ""
        for each in zip(*(parts[p].texts for p in _PARTS if p in parts), strict=True)
    ]
    made = Guessed(
        [str(source) for source in sources], joined,
        {"name": "measured_at" if is_time else "date", "type": "timestamp" if is_time else "date",
         "format": "%Y %m %d %H" if is_time else "%Y %m %d"},
        [f"{len(sources)} columns together are a {'time' if is_time else 'date'}"],
    )  # fmt: skip
    first = min(columns.index(each) for each in parts.values())
    rest = [column for column in columns if column not in parts.values()]
    return [*rest[:first], made, *rest[first:]]


def _zone(columns: list[Guessed], timezone: str | None, found: Findings) -> None:
    local = [
        c
        for c in columns
        if c.type == "timestamp"
        and not re.search(r"(Z|[+-]\d\d:?\d\d)$", next((t for t in c.texts if t), ""))
    ]
    if timezone:
        found.guess("timezone", timezone, "as you said")
    elif local:
        found.guess("timezone", "Asia/Shanghai", "nothing in the sample says it; the lake's own")
        found.ask(
            "Times in"
            f" '{local[0].source if isinstance(local[0].source, str) else ' '.join(local[0].source)}' have"
            " no offset. Are they local to Asia/Shanghai? Otherwise say `--timezone`, such as"
            " Europe/Berlin or UTC."
        )


def _files(name: str) -> str:
    """The pattern of file names: numbers change from delivery to delivery."""
    pattern = re.sub(r"\d[\d_-]*\d|\d", "*", name)
    return re.sub(r"\*[*_-]*\*", "*", pattern) if pattern.strip("*.") else f"*{Path(name).suffix}"


def dataset_of(path: Path) -> str:
    """A dataset's name from a file's name: without numbers and endings."""
    from citylake.scaffold.naming import snake

    stem = re.sub(r"\d+", " ", path.name.split(".")[0])
    return snake(stem) if snake(stem) != "column" else "delivery"


def day_of(text: str) -> date | None:
    """The day in a file name, None where there is none."""
    match = re.search(r"(20\d\d)[-_]?(\d\d)[-_]?(\d\d)", text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
