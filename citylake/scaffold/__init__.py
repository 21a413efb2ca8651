"""Feed files for an unknown sample: what can be seen is guessed with its evidence, what cannot is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from citylake.errors import WrongUse
from citylake.scaffold.columns import guess_column
from citylake.scaffold.filenames import files_pattern
from citylake.scaffold.form import guess_form
from citylake.scaffold.guess import Findings, Guess, some
from citylake.scaffold.guessed import Guessed
from citylake.scaffold.keys import days_of, guess_key, guess_partition
from citylake.scaffold.members import Table, tables_of
from citylake.scaffold.naming import snake, unique
from citylake.scaffold.numbers import settle_marks
from citylake.scaffold.parts import joined
from citylake.scaffold.persons import ask_together
from citylake.scaffold.times import ZONED
from citylake.scaffold.wide import guess_unpivot

_ROWS = 20_000


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
    arrival_files: Guess
    unpivot: dict | None
    rows: int
    ignores: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


def propose_all(path: Path, department: str, dataset: str, timezone: str | None = None) -> list[Proposal]:
    """One proposal per table of the file: member of an archive, sheet of a workbook, list of a JSON document.

    Each is a feed of its own that reads the same deliveries. Raises: WrongUse for what no feed file describes;
    Unreadable for damaged bytes.
    """
    from citylake.admit.unpacking import DAMAGED, damaged

    try:
        return _propose_each(path, department, dataset, timezone)
    except DAMAGED as error:
        raise damaged(error) from error


def _propose_each(path: Path, department: str, dataset: str, timezone: str | None) -> list[Proposal]:
    tables = tables_of(path)
    names = [snake(table.name) if table.name else "" for table in tables]
    datasets = unique([f"{dataset}_{name}".rstrip("_") if len(tables) > 1 else dataset for name in names])
    found = []
    for table, own in zip(tables, datasets, strict=True):
        try:
            found.append(propose(path, department, own, timezone, table))
        except WrongUse:
            if len(tables) == 1:
                raise
    if not found:
        raise WrongUse(
            "none of its tables has rows",
            where=str(path),
            next_step="Take a delivery with rows as the sample.",
        )
    return found


def propose(
    path: Path, department: str, dataset: str, timezone: str | None = None, table: Table | None = None
) -> Proposal:
    """Read one table of a sample, by default its first, and propose its feed file. Raises: WrongUse; Unreadable."""
    table = table or tables_of(path)[0]
    found = Findings()
    guess_form(path, table, found)
    header, texts = _read(path, found)
    _ask_of_sparse(header, texts, found)
    unpivot = guess_unpivot(header, texts, found)
    if unpivot:
        header, texts = _read(path, found, unpivot)
    if not texts or not texts[0]:
        raise WrongUse("this sample has a header and no rows", where=str(path),
                       next_step="Take a delivery with rows as the sample.")  # fmt: skip
    ignores = [name for name in header if _is_ignored(name, texts[header.index(name)], table)]
    columns = [
        guess_column(name, column, found)
        for name, column in zip(header, texts, strict=True)
        if name not in ignores
    ]
    columns = joined(columns, found)
    _ask_more(columns, found)
    for column, name in zip(columns, unique([column.name for column in columns]), strict=True):
        column.keys["name"] = name
    key, evidence = guess_key(columns, found)
    partition = guess_partition(columns, key, found)
    by_day = next((column for column in columns if column.name == partition), None)
    if by_day and partition and partition not in key and len(days_of(by_day)) == 1:
        key = [partition, *key]
        evidence += (
            f"; all are of {next(iter(days_of(by_day)))}, and the next delivery will be of another day"
        )
    _zone(columns, timezone, partition, found)
    files = files_pattern(path.name)
    if "*" not in files.value:
        found.ask(
            f"Does every delivery come under the name '{path.name}'? Otherwise put * in `arrival.files` for what changes."
        )
    return Proposal(
        department, dataset, path.name, found.guesses, columns, key, evidence, partition,
        files, unpivot, len(texts[0]), ignores, found.questions,
    )  # fmt: skip


def _is_ignored(name: str, texts: list[str | None], table: Table) -> bool:
    """A list with a feed of its own, and an unnamed column without a value (a delimiter at the end of lines)."""
    return name in table.others or (not name.strip() and not any(text and text.strip() for text in texts))


def _ask_of_sparse(header: list[str], texts: list[list[str | None]], found: Findings) -> None:
    """Where each record names its columns, one that not all records have may be absent from a whole delivery."""
    if found.value("kind") not in ("jsonl", "json", "xml", "geojson"):
        return
    carried = found.value("carry") or {}
    sparse = [
        name for name, column in zip(header, texts, strict=True) if None in column and name not in carried
    ]
    if sparse:
        shown = ", ".join(sparse[:6]) + (f" and {len(sparse) - 6} more" if len(sparse) > 6 else "")
        found.ask(
            f"Not every record has {shown}. May a whole delivery be without? Then `optional: true` of that column; else such"
            " a delivery is held."
        )


def _ask_more(columns: list[Guessed], found: Findings) -> None:
    settle_marks(columns, found)
    ask_together(columns, found)
    if empty := [str(column.source) for column in columns if not any(column.texts)]:
        found.ask(f"{len(empty)} column(s) have no value in the sample: {some(empty, 6)}. What do they hold?")


def _read(
    path: Path, found: Findings, unpivot: dict | None = None
) -> tuple[list[str], list[list[str | None]]]:
    """Header and texts of the first records, by column, as admission would read them."""
    from citylake.admit.reading import read
    from citylake.admit.trial import compression_of
    from citylake.arrival import Arrival
    from citylake.feed import Feed
    from citylake.format import Format, Unpivot

    form = Format.model_validate({key: guess.value for key, guess in found.guesses.items()})
    long = Unpivot.model_validate(unpivot) if unpivot else None
    feed = Feed.model_construct(format=form, unpivot=long, arrival=Arrival.model_construct())
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
            f" {some([each.text for each in reading.unparsed], 1)}: are they titles or remarks"
            " (`skip_rows`, `footer`), do they leave the last fields out (`short_rows: fill`), or are they broken?"
        )
    return reading.header, [texts[:_ROWS] for texts in columns]


def _zone(columns: list[Guessed], timezone: str | None, partition: str | None, found: Findings) -> None:
    """The zone of times without an offset, and of the days by which rows are kept."""
    times = [c for c in columns if c.type == "timestamp"]
    by_day = [c for c in times if c.name == partition]
    offsets = {_offset(text) for column in times for text in column.texts[:1000] if text}
    if timezone:
        found.guess("timezone", timezone, "as you said")
    elif None in offsets:
        first = next(c for c in times if any(_offset(text) is None for text in c.texts if text))
        name = first.source if isinstance(first.source, str) else " ".join(first.source)
        found.guess("timezone", "Asia/Shanghai", "nothing in the sample says it; the lake's own")
        found.ask(
            f"Times in '{name}' have no offset. Are they local to Asia/Shanghai? Otherwise say `--timezone`, such as"
            " Europe/Berlin or UTC."
        )
    elif by_day and not offsets <= {"+08", "+0800", "+08:00", "Asia/Shanghai"}:
        shown = some(sorted(offset for offset in offsets if offset), 3)
        found.guess("timezone", "Asia/Shanghai", f"the lake's own; the times say {shown} and are instants")
        found.ask(
            f"Times carry the offset {shown}. By which local day are rows kept? Asia/Shanghai's is taken; otherwise say"
            " `--timezone`."
        )


def _offset(text: str) -> str | None:
    """Z, +hh:mm or a zone's name behind a time; UTC for seconds since 1970; None where there is none."""
    if text.isdigit() and len(text) in (10, 13):
        return "UTC"
    if zoned := ZONED.fullmatch(text):
        return zoned["zone"]
    match = re.search(r":\d\d(?:[.]\d+)?(Z|[+-]\d\d(?::?\d\d)?)$", text)
    return match[1] if match else None


def dataset_of(path: Path) -> str:
    """A dataset's name from a file's name: without numbers and endings."""
    stem = re.sub(r"\d+", " ", path.name.split(".")[0])
    return snake(stem) if snake(stem) != "column" else "delivery"
