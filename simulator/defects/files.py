"""Files that senders deliver by day, and what goes wrong with them: late, missing, empty, corrected, sent twice, a
column gone; and the faults of their records.

At most one fault of a file as a whole a sender and day. Every random number comes from a stream named by the form's
subject, the sender and the day.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from simulator.defects.layouts import COMMAS, Layout
from simulator.defects.rows import Spoiled, spoil
from simulator.deliveries import Delivery, Label, Observation, Reading, local
from simulator.streams import count_on, stream


@dataclass(frozen=True)
class Form:
    """How a department writes one of its tables, and what can be wrong in it.

    `texts` makes of rows the table of texts as it is sent. `wrong`, `contradiction`: as `spoil` takes them. `nulls`:
    column, text and kind of what stands where nothing is known. `compressed`: the file is one of gzip. `removable` is
    the column that a file may lack,
    `mistaken` makes of rows those of a file that is corrected later; neither where no such file is sent.
    """

    subject: str
    department: str
    feed: str
    header: tuple[str, ...]
    texts: Callable[[pd.DataFrame], pd.DataFrame]
    wrong: Mapping[str, tuple[str, Callable[[str, np.random.Generator], str]]]
    contradiction: tuple[str, Callable[[str], str]]
    nulls: tuple[tuple[str, str, str], ...] = ()
    encoding: str = "utf-8"
    line_end: str = "\n"
    removable: str = ""
    mistaken: Callable[[pd.DataFrame], pd.DataFrame] = lambda rows: rows
    compressed: bool = False
    layout: Layout = COMMAS


def file_kinds(
    seed: int, subject: str, day: date, rates: BaseModel, senders: tuple[str, ...]
) -> dict[str, str]:
    """The senders whose file of a day is struck, and by what."""
    order = iter(stream(seed, f"{subject} files", day).permutation(np.array(senders)))
    return {
        str(sender): kind
        for kind, rate in rates.model_dump().items()
        for _ in range(count_on(seed, f"{subject} {kind}", day, rate, len(senders)))
        if (sender := next(order, None)) is not None
    }


@dataclass(frozen=True)
class DayFile:
    """One sender's file of a day: its rows, the rates of their faults, and what an exact reader of some rows knows."""

    form: Form
    seed: int
    day: date
    sender: str
    name: str
    rows: pd.DataFrame
    rates: BaseModel
    facts: Callable[[pd.DataFrame], Any]

    def sent_alone(self, rates: BaseModel) -> list[Observation]:
        """What is sent where nobody else sends the feed, `rates` being those of faults of files as a whole."""
        kinds = file_kinds(self.seed, self.form.subject, self.day, rates, (self.sender,))
        return self.sent(kinds.get(self.sender))

    def sent_clean(self, at: datetime) -> Observation:
        """The file without any fault, at an instant."""
        random = stream(self.seed, f"{self.form.subject} file", self.sender, self.day)
        return self._admitted(1, at, *self._spoiled(self.rows, random, faults=False))

    def sent(self, kind: str | None = None) -> list[Observation]:
        """What is sent of this day, the fault of the file as a whole being `kind`."""
        form = self.form
        random = stream(self.seed, f"{form.subject} file", self.sender, self.day)
        seconds = int(random.integers(0, 5400))
        due = local(self.day + timedelta(1), 0, 30, timedelta(seconds=seconds))
        late = local(self.day + timedelta(3), 11, 0, timedelta(seconds=seconds))
        if kind == "missing_file":
            return [Observation(None, (Label(form.feed, self.name, 0, None, None, kind, "gap"),))]
        if kind == "empty_file":
            return [self._held(due, kind, [])]
        spoiled = self._spoiled(self.rows, random)
        if kind == "removed_column":
            return [self._held(due, kind, spoiled[2].lines)]
        if kind == "late_file":
            return [self._admitted(1, late, *spoiled, kind)]
        if kind == "corrected_file":
            # What was drawn so far is not sent. Of a large city's file not even two versions' texts at once are small.
            del spoiled
            before = self._admitted(1, due, *self._spoiled(form.mistaken(self.rows), random))
            better = self._spoiled(self.rows, random, faults=False)
            return [before, self._admitted(2, late, *better, kind)]
        first = self._admitted(1, due, *spoiled)
        if kind == "same_bytes":
            at = local(self.day + timedelta(1), 8, 40, timedelta(seconds=seconds // 90))
            sent = replace(first.sent, sequence=2, arrived_at=at)
            label = Label(form.feed, self.name, 2, None, None, kind, "recorded")
            return [first, Observation(sent, (label,), (Reading(form.feed, "recorded"),))]
        return [first]

    def _spoiled(
        self, rows: pd.DataFrame, random: np.random.Generator, *, faults: bool = True
    ) -> tuple[pd.DataFrame, pd.DataFrame, Spoiled]:
        """The rows, their texts, and the file of them."""
        counts = {
            kind: count_on(self.seed, f"{self.form.subject} {self.sender} {kind}", self.day, rate, len(rows))
            for kind, rate in self.rates.model_dump().items()
        }
        form, texts = self.form, self.form.texts(rows)
        planted = counts if faults else {}
        return rows, texts, spoil(texts, planted, form.wrong, form.contradiction, random, form.layout)

    def _admitted(
        self, sequence: int, at: datetime, rows: pd.DataFrame, texts: pd.DataFrame, spoiled: Spoiled,
        kind: str | None = None,
    ) -> Observation:  # fmt: skip
        feed = self.form.feed
        labels = [
            Label(feed, self.name, sequence, mark.row, mark.column, mark.kind, "quarantined")
            for mark in spoiled.marks
        ]
        for column, text, of in self.form.nulls:
            unknown = (texts[column] == text).to_numpy() & spoiled.kept
            labels += [
                Label(feed, self.name, sequence, row, column, of, "null")
                for row in np.sort(spoiled.numbers[unknown]).tolist()
            ]
        if kind:
            labels.append(Label(feed, self.name, sequence, None, None, kind, "admitted"))
        lost = len({mark.row for mark in spoiled.marks})
        reading = Reading(feed, "admitted", len(spoiled.lines), lost)
        known = self.facts(rows[spoiled.kept].reset_index(drop=True))
        sent = self._delivery(sequence, at, self.form.header, spoiled.lines)
        return Observation(sent, tuple(labels), (reading,), known)

    def _held(self, at: datetime, kind: str, lines: list[str]) -> Observation:
        header, column = self.form.header, None
        if kind == "removed_column":
            column = self.form.removable
            lines = [self.form.layout.without(line, header, column) for line in lines]
            header = tuple(name for name in header if name != column)
        label = Label(self.form.feed, self.name, 1, None, column, kind, "held")
        return Observation(
            self._delivery(1, at, header, lines), (label,), (Reading(self.form.feed, "held", len(lines)),)
        )

    def _delivery(self, sequence: int, at: datetime, header: tuple[str, ...], lines: list[str]) -> Delivery:
        end = self.form.line_end
        layout = self.form.layout
        whole = layout.head(header) + lines + layout.foot()
        # Of no line at all, as JSON lines may be, nothing is left to end.
        content = (end.join(whole) + end if whole else "").encode(self.form.encoding)
        if self.form.compressed:
            content = gzip.compress(
                content, mtime=0
            )  # the same rows are the same bytes, whenever they are made
        return Delivery(self.form.department, self.name, sequence, self.sender, at, content)


def sent_before(first: date, days: int, file_of: Callable[[date], DayFile]) -> Iterator[Observation]:
    """The files of so many days before a city's first one, without a fault; they come in the night before it."""
    for back in range(days, 0, -1):
        file = file_of(first - timedelta(back))
        seconds = stream(file.seed, f"{file.form.subject}s before", file.day).integers(0, 600)
        after = timedelta(minutes=10 * (days - back), seconds=int(seconds))
        yield file.sent_clean(local(first, 0, 30, after))
