"""Faults planted into the records of any table of texts: which rows, what they look like, what must become of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.defects.layouts import COMMAS, Layout

# Kinds that change one field each; the others concern the record as a whole.
_OF_FIELDS = (
    "out_of_range", "text_in_number", "two_faults", "not_in_list", "required_missing", "impossible_time", "malformed_code",
    "wrong_order",
)  # fmt: skip
_OF_RECORDS = ("wrong_order",)  # of these, the ones of which no column alone is wrong


@dataclass(frozen=True)
class Mark:
    """A label before its file has a name: record (from 1), column, kind."""

    row: int
    column: str | None
    kind: str


@dataclass(frozen=True)
class Spoiled:
    """A file's records with its faults, `lines` ready to be written; `numbers` are the record numbers (from 1) of the
    given rows, `kept` says of each whether an exact reader admits it."""

    lines: list[str]
    marks: tuple[Mark, ...]
    kept: np.ndarray
    numbers: np.ndarray


def hour_25(text: str, _: np.random.Generator) -> str:
    """A time (`2026-03-01 08:…`, with a space or a T) in an hour that no day has."""
    return f"{text[:11]}25{text[13:]}"


def month_13(text: str, _: np.random.Generator) -> str:
    """A day (`2026-03-01`) in a month that no year has."""
    return f"{text[:5]}13{text[7:]}"


def last_digit_changed(text: str) -> str:
    """A text that ends in a digit, with another one."""
    return f"{text[:-1]}{(int(text[-1]) + 5) % 10}"


def spoil(
    table: pd.DataFrame,
    counts: Mapping[str, int],
    texts: Mapping[str, tuple[str, Callable[[str, np.random.Generator], str]]],
    contradiction: tuple[str, Callable[[str], str]],
    random: np.random.Generator,
    layout: Layout = COMMAS,
) -> Spoiled:
    """Plant so many faults of each kind; no two touch one row. The function of the same arguments, it changes nothing.

    `table` holds the records as texts, in the order of the file. `texts` says for a kind of one field the column and
    what stands there instead; two_faults are out_of_range and text_in_number in one record. `contradiction` is the
    column by which a repeated key differs, and how. `layout` writes the lines, and breaks those of wrong_column_count.
    """
    total = len(table)
    rows = random.permutation(total)
    struck, begin = {}, 0
    for kind, count in counts.items():
        struck[kind] = np.sort(rows[begin : begin + count])
        begin += count
    frame, found = table.copy(), []
    for kind in _OF_FIELDS:
        for row in struck.get(kind, ()):
            for single in ("out_of_range", "text_in_number") if kind == "two_faults" else (kind,):
                column, text = texts[single]
                frame.iat[row, frame.columns.get_loc(column)] = text(table[column].iat[row], random)
                found.append((row, None if single in _OF_RECORDS else column, single))
    again, places = _repeated(frame, struck, contradiction, random)
    order = np.argsort(np.concatenate([np.arange(total), places]), kind="stable")
    number_of = np.empty(len(order), dtype=int)
    number_of[order] = np.arange(1, len(order) + 1)
    written = layout.lines(frame) + layout.lines(again)
    lines = [written[row] for row in order.tolist()]
    marks = [Mark(int(number_of[row]), column, kind) for row, column, kind in found]
    marks += _marks_of_repeated(struck, number_of, total)
    for row in struck.get("wrong_column_count", ()):
        lines[number_of[row] - 1] = layout.broken(lines[number_of[row] - 1], int(row))
        marks.append(Mark(int(number_of[row]), None, "wrong_column_count"))
    kept = np.ones(total, dtype=bool)
    for kind, of_kind in struck.items():
        kept[of_kind] = kind == "exact_duplicate"
    return Spoiled(
        lines, tuple(sorted(marks, key=lambda mark: (mark.row, mark.kind))), kept, number_of[:total]
    )


def _repeated(frame, struck, contradiction, random) -> tuple[pd.DataFrame, np.ndarray]:
    """The records that come again, and behind which row each stands."""
    same, other = struck.get("exact_duplicate", ()), struck.get("conflicting_key", ())
    rows = np.concatenate([same, other]).astype(int)
    again = frame.iloc[rows].copy()
    column, change = contradiction
    at = again.columns.get_loc(column)
    for place in range(len(same), len(rows)):
        again.iat[place, at] = change(again.iat[place, at])
    places = rows + random.random(len(rows)) * (len(frame) - rows) + 0.001
    return again, places


def _marks_of_repeated(struck, number_of, total: int) -> list[Mark]:
    """Of an exact duplicate the later record, of a contradiction both."""
    same, other = struck.get("exact_duplicate", ()), struck.get("conflicting_key", ())
    copies = number_of[total:]
    found = [Mark(int(number), None, "exact_duplicate") for number in copies[: len(same)]]
    for row, number in zip(other, copies[len(same) :], strict=True):
        found += [
            Mark(int(number_of[row]), None, "conflicting_key"),
            Mark(int(number), None, "conflicting_key"),
        ]
    return found
