"""Dates and times that are not ISO 8601: which of the usual shapes, and whether day or month stands first."""

from __future__ import annotations

import re
from datetime import datetime

from citylake.scaffold.guess import Findings, share, some
from citylake.scaffold.guessed import MOST, Guessed

# Shape of a text -> how strptime reads it. Day and month stand apart where one of them cannot be a month.
_SHAPES = [
    (r"\d{14}", "%Y%m%d%H%M%S"), (r"\d{12}", "%Y%m%d%H%M"), (r"\d{10}", "%Y%m%d%H"), (r"\d{8}", "%Y%m%d"),
    (r"\d{4}年\d{1,2}月\d{1,2}日", "%Y年%m月%d日"), (r"\d{4}年\d{1,2}月\d{1,2}日 ?\d{1,2}时", "%Y年%m月%d日%H时"),
    (r"\d{4}年\d{1,2}月\d{1,2}日 \d{1,2}:\d{2}", "%Y年%m月%d日 %H:%M"),
    (r"\d{1,2}[.]\d{1,2}[.]\d{4}", "%d.%m.%Y"), (r"\d{1,2}[.]\d{1,2}[.]\d{4} \d{1,2}:\d{2}", "%d.%m.%Y %H:%M"),
    (r"\d{1,2}[.]\d{1,2}[.]\d{4} \d{1,2}:\d{2}:\d{2}", "%d.%m.%Y %H:%M:%S"),
    (r"\d{1,2}/\d{1,2}/\d{4}", "%d/%m/%Y"), (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}", "%d/%m/%Y %H:%M"),
    (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}", "%d/%m/%Y %H:%M:%S"),
    (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2} [AP]M", "%d/%m/%Y %I:%M:%S %p"),
    (r"\d{1,2}-[A-Za-z]{3}-\d{4}", "%d-%b-%Y"), (r"\d{1,2}/\d{1,2}/\d{2}", "%d/%m/%y"),
]  # fmt: skip


def guess_time(column: Guessed, values: list[str], found: Findings) -> bool:
    """Whether the values are dates or times of a usual shape; then type and format are noted."""
    for shape, form in _SHAPES:
        matching = [text for text in values if re.fullmatch(shape, text)]
        if len(matching) < MOST * len(values):
            continue
        if shape in (r"\d{8}", r"\d{10}", r"\d{12}", r"\d{14}") and not all(
            _reads(t, form) and t[:2] in ("19", "20") for t in matching
        ):
            continue
        if "%d/%m" in form:
            form = _day_and_month(column, matching, form, found)
        if not form or sum(_reads(text, form) for text in matching) < MOST * len(values):
            continue
        column.keys |= {"type": "timestamp" if "%H" in form or "%I" in form else "date", "format": form}
        column.evidence.append(f"{share(len(matching), len(values))} look like {some(matching, 1)}")
        return True
    return False


def _day_and_month(column: Guessed, texts: list[str], form: str, found: Findings) -> str:
    """Whether the day or the month stands first: only a number above 12 tells."""
    first, second = (max(int(text.split("/")[n]) for text in texts) for n in (0, 1))
    swapped = form.replace("%d/%m", "%m/%d")
    if first > 12 >= second:
        column.evidence.append(f"the first number goes to {first}: the day")
        return form
    if second > 12 >= first:
        column.evidence.append(f"the second number goes to {second}: the day")
        return swapped
    if first <= 12 and second <= 12:
        found.ask(
            f"In column '{column.source}', as {some(texts, 1)}, is the first number the day or the month?"
            f" No value in the sample tells; the day is taken. Otherwise write '{swapped}'."
        )
        return form
    return ""


def _reads(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007 (only whether it reads)
    except ValueError:
        return False
    return True
