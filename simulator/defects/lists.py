"""Lists that are sent whole, each time anew: what is in one, and what becomes of it and of its faulty records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from simulator.defects.files import Form
from simulator.defects.rows import Mark, spoil
from simulator.deliveries import Delivery, Label, Observation, Reading
from simulator.streams import count_on, stream

_ALWAYS = date(2021, 6, 1)  # a list has no day of its own: its faults are those of this one


@dataclass(frozen=True)
class ListFile:
    """The bytes of a list, how many records it has, its faults, and what an exact reader knows from it."""

    content: bytes
    records: int
    facts: Any
    marks: tuple[Mark, ...] = ()


def spoiled(
    form: Form, seed: int, table: pd.DataFrame, rates: BaseModel, facts: Callable[[np.ndarray], Any]
) -> ListFile:
    """A list with its faults; `facts` says what is known from the rows that an exact reader admits.

    The same rows have the same faults, so that a list without news is the same bytes.
    """
    counts = {
        kind: count_on(seed, f"{form.subject} {kind}", _ALWAYS, rate, len(table))
        for kind, rate in rates.model_dump().items()
    }
    made = spoil(
        table, counts, form.wrong, form.contradiction, stream(seed, f"{form.subject} list"), form.layout
    )
    lines = form.layout.head(form.header) + made.lines + form.layout.foot()
    content = (form.line_end.join(lines) + form.line_end).encode(form.encoding)
    return ListFile(content, len(made.lines), facts(made.kept), made.marks)


def issues(feed: str, sent: Iterable[tuple[Delivery, ListFile]]) -> Iterator[Observation]:
    """What is made of a list that is sent whole each time: one without news is recorded, nothing else."""
    before = None
    for delivery, file in sent:
        name, number = delivery.name, delivery.sequence
        if delivery.content == before:
            label = Label(feed, name, number, None, None, "same_bytes", "recorded")
            yield Observation(delivery, (label,), (Reading(feed, "recorded"),))
        else:
            labels = [
                Label(feed, name, number, mark.row, mark.column, mark.kind, "quarantined")
                for mark in file.marks
            ]
            lost = len({mark.row for mark in file.marks})
            reading = Reading(feed, "admitted", file.records, lost)
            yield Observation(delivery, tuple(labels), (reading,), file.facts)
        before = delivery.content
