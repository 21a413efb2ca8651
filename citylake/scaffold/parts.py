"""Dates and times that stand in several columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

from citylake.scaffold.guess import Findings, some
from citylake.scaffold.guessed import Guessed
from citylake.scaffold.times import CLOCK

# Source columns that are one date or time together, by what they are called, and how strptime reads each.
_PARTS = {
    "%Y": ("year", "yr", "yyyy", "年", "年份"), "%m": ("month", "mon", "mo", "mm", "月", "月份"), "%d": ("day", "dd", "dy", "日"),
    "%H": ("hour", "hr", "hh", "时", "小时"), "%M": ("minute", "min", "mi", "分", "分钟"), "%S": ("second", "sec", "秒"),
}  # fmt: skip


def joined(columns: list[Guessed], found: Findings) -> list[Guessed]:
    """The columns, with year, month and day as one date, and a date with its time of day as one time."""
    return _with_clock(_of_parts(columns, found), found)


def _of_parts(columns: list[Guessed], found: Findings) -> list[Guessed]:
    parts: list[tuple[str, Guessed]] = []
    for part, names in _PARTS.items():
        column = next(
            (
                c
                for c in columns
                if str(c.source).strip().lower() in names and all(t.isdigit() for t in c.texts if t)
            ),
            None,
        )
        if column is None:
            break  # what follows a gap is no part: a minute without its hour
        parts.append((part, column))
    if len(parts) < 3:
        return columns
    form = " ".join(part for part, _ in parts)
    if "%H" in form and any(text in ("24", "2400") for text in parts[3][1].texts):
        found.ask(
            f"Column '{parts[3][1].source}' goes to 24, which is no hour: those rows would be quarantined. Which hour is it?"
        )
    is_time = "%H" in form
    return _replaced(columns, [column for _, column in parts], {
        "name": "measured_at" if is_time else "date", "type": "timestamp" if is_time else "date", "format": form,
    })  # fmt: skip


def _with_clock(columns: list[Guessed], found: Findings) -> list[Guessed]:
    dates = [
        c
        for c in columns
        if c.type == "date" and isinstance(c.source, str) and not any(":" in t for t in c.texts)
    ]
    clocks = [
        c
        for c in columns
        if c.type == "string" and any(c.texts) and all(CLOCK.match(t) for t in c.texts if t)
    ]
    for clock in clocks:
        of_name = [each for each in dates if _stem(str(each.source)) == _stem(str(clock.source))]
        chosen = of_name or (dates if len(clocks) == 1 else [])
        lengths = {text.count(":") for text in clock.texts if text}
        if len(chosen) != 1 or len(lengths) != 1:
            if dates:
                found.ask(
                    f"Column '{clock.source}' holds times of day, and {some([str(d.source) for d in dates], 6)} dates."
                    " Which belong together? Join them: `from: [<date>, <time>]`, `type: timestamp`."
                )
            continue
        (day,) = chosen
        keys = {"name": f"{_stem(str(day.source)) or 'measured'}_at", "type": "timestamp"}
        if form := day.keys.get("format"):
            keys["format"] = form + (" %H:%M:%S" if lengths == {2} else " %H:%M")
        columns = _replaced(columns, [day, clock], keys)
        dates = [each for each in dates if each is not day]
    return columns


def _stem(source: str) -> str:
    """A name without what says that it is a date or a time."""
    from citylake.scaffold.naming import snake

    words = [
        w
        for w in snake(source).split("_")
        if w not in ("date", "time", "day", "hour", "datum", "uhrzeit", "zeit", "clock", "at")
    ]
    return re.sub(r"^\d+", "", "_".join(words))


def _replaced(columns: Sequence[Guessed], parts: Sequence[Guessed], keys: dict) -> list[Guessed]:
    """The columns with one in place of its parts, where the first of them stood."""
    texts = [" ".join(each) if all(each) else "" for each in zip(*(c.texts for c in parts), strict=True)]
    sources = [str(column.source) for column in parts]
    what = "time" if keys["type"] == "timestamp" else "date"
    made = Guessed(
        sources,
        texts,
        keys,
        [f"{len(sources)} columns together are a {what}, as {some([t for t in texts if t], 1)}"],
    )
    first = min(columns.index(each) for each in parts)
    before = [column for column in columns[:first] if column not in parts]
    return [*before, made, *(column for column in columns[first:] if column not in parts)]
