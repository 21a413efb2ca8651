"""Wide tables: columns that are values of something the header hides become rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from citylake.scaffold.guess import Findings, some

_WIDE = 40  # columns
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# What the names of columns may be -> what they are called as rows.
_TIMES = (
    ("year", r"(19|20)\d\d年?"), ("month", r"(19|20)\d\d[-/.年]?(0?[1-9]|1[0-2])月?"),
    ("day", r"(19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?|(19|20)\d{6}|\d{1,2}[-/]\d{1,2}([-/](19|20)?\d\d)?"),
    ("hour", r"\d{1,2}:\d{2}(:\d{2})?|\d{1,2}[时点]|([01]?\d|2[0-3])h"), ("month", rf"({_MONTHS})[a-z]*|\d{{1,2}}月"),
)  # fmt: skip


def time_of(name: str) -> str | None:
    """year, month, day or hour, where a column's name is one."""
    return next((what for what, shape in _TIMES if re.fullmatch(shape, name.strip(), re.IGNORECASE)), None)


def guess_unpivot(
    header: Sequence[str], texts: Sequence[Sequence[str | None]], found: Findings
) -> dict | None:
    """Columns named by times, or very many of numbers alone, are values of a column that the header hides."""
    times = [name for name in header if time_of(name)]
    if len(times) >= 3 and len(times) < len(header):
        found.ask(
            f"{len(times)} columns are named by time, as {some(times)}; they become rows (`unpivot`). What"
            " is the value that stands in them? It is called `value`."
        )
        return _spread(header, times, time_of(times[0]) or "time")
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
    while name_to in keep:
        name_to += "_name"
    value_to = "value" if "value" not in keep else "cell"
    return {"keep": keep, "name_to": name_to, "value_to": value_to, "drop_empty": True}


def _holds_numbers(texts: Sequence[str | None]) -> bool:
    given = [text for text in texts[:500] if text and text.strip()]
    return all(re.fullmatch(r"\s*[-+]?\d+([.]\d+)?\s*", text) for text in given)
