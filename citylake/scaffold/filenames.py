"""What of a file's name changes from delivery to delivery: dates, times, counters. The rest tells which feed it is."""

from __future__ import annotations

import re
from pathlib import Path

from citylake.scaffold.guess import Guess, some

_YEAR = r"(?:19|20)\d\d"
_MONTH, _DAY = r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_MONTH_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_CLOCK = r"(?:[01]\d|2[0-3])[-_.:h]?[0-5]\d(?:[-_.:]?[0-5]\d(?:[.]?\d{3,6})?)?|[01]\d|2[0-3]"
_CHANGING = (
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    rf"{_YEAR}年(?:\d{{1,2}}月(?:\d{{1,2}}日)?)?",
    rf"{_YEAR}[-_.]?{_MONTH}[-_.]?{_DAY}(?:[T_-]?(?:{_CLOCK})Z?)?",
    rf"\d{{1,2}}[-_.]\d{{1,2}}[-_.]{_YEAR}",
    rf"{_YEAR}[-_]?(?:W\d\d|Q[1-4])",
    rf"{_YEAR}[-_.]?{_MONTH}",
    rf"(?:\d{{1,2}}[-_ ]?)?(?<![a-z]){_MONTH_NAME}[-_ ]?{_YEAR}",
    _YEAR,
    r"1\d{9}(?:\d{3})?",  # seconds or milliseconds since 1970
)
_STAMP = re.compile(rf"(?<!\d)(?:{'|'.join(_CHANGING)})(?!\d)", re.IGNORECASE)
# At the end: `_1`, ` (2)`, `-017`, `export0004`; not the 2 of ISO 3166-2, nor the 10 of PM10.
_COUNTER = re.compile(r"(?<=[^\W\d_])(?:(?P<mark>[-_. ])(?:0\d+|\d{1,2})| ?\(\d+\)|0\d+)$")


def files_pattern(name: str) -> Guess:
    """The pattern of a feed's file names by one of them, with what was taken for changing as evidence."""
    name = name.replace("[", "[[]")  # in a pattern it would begin a set of characters
    packed = name.removesuffix(".gz")
    stem = Path(packed).stem
    changing: list[str] = []

    def opened(match: re.Match) -> str:
        mark = match.groupdict().get("mark") or ""
        changing.append(match[0].removeprefix(mark))
        return f"{mark}*"

    pattern = _COUNTER.sub(opened, _STAMP.sub(opened, stem))
    pattern = re.sub(r"\*(?:[*_-]*\*)+", "*", pattern)
    if not changing:
        return Guess(
            name, "nothing in the name looks like a date, a time or a counter: it takes this name alone"
        )
    return Guess(
        f"{pattern}{name[len(stem) :]}", f"{some(changing)} is taken to change from delivery to delivery"
    )
