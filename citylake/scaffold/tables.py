"""Tables of text: delimiter, quote, titles, header, footer, places of fixed columns."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter

from citylake.scaffold.comments import MARK, Commented, names_in, top, uncommented
from citylake.scaffold.guess import Findings, some
from citylake.scaffold.headers import guess_footer, guess_header, is_header
from citylake.scaffold.naming import unique
from citylake.scaffold.short_rows import guess_short_rows

_SAMPLE_CHARACTERS = 4 << 20
_DELIMITERS = ",;\t|"


def guess_lines(text: str, found: Findings) -> None:
    """Delimited or fixed width; title rows, header, footer."""
    found.guess("kind", "csv", "lines of text")
    whole, text = text, top(text).text
    rows_of = {delimiter: _split(text, delimiter) for delimiter in _DELIMITERS}
    widths = {d: Counter(len(row) for row in rows).most_common(1)[0] for d, rows in rows_of.items() if rows}
    # The delimiter that gives the most rows the same number of fields, of at least two.
    scores = {d: count * (width > 1) * min(width, 8) for d, (width, count) in widths.items()}
    delimiter = max(scores, key=lambda d: scores[d], default=",")
    if not scores.get(delimiter):
        delimiter = " "
        rows_of[delimiter] = _split(text, delimiter)
        counts = Counter(len(row) for row in rows_of[delimiter])
        widths[delimiter] = counts.most_common(1)[0]
        is_padded = any(not cell for row in rows_of[delimiter] for cell in row)
        if len(counts) > 1 or widths[delimiter][0] < 2 or is_padded:
            _fixed_width(uncommented(whole, None, 0, found), found)
            return
    rows, (width, count) = rows_of[delimiter], widths[delimiter]
    if delimiter != ",":
        shown = {"\t": "a tab", " ": "a space"}.get(delimiter, f"'{delimiter}'")
        found.guess("delimiter", delimiter, f"{shown} gives {count} of {len(rows)} rows {width} fields")
    commented = uncommented(whole, delimiter, width, found)
    rows = _split(commented.text, delimiter)
    names = names_in(commented.above, delimiter, (width, max(map(len, rows), default=0)), found)
    if names and not is_header(rows):
        found.guess(
            "header",
            unique(names),
            f"the last comment above the records: {some([MARK + commented.above[-1]])}",
        )
    _table(commented.text, rows, width, found)


def _table(text: str, rows: list[list[str]], width: int, found: Findings) -> None:
    """Quote, titles, header and footer of delimited rows."""
    if all(re.fullmatch(r"'[^']*'", cell) for cell in rows[0]):
        found.guess("quote", "'", f"the header's fields stand between such marks: {rows[0][0]}")
        rows = [[cell.strip("'") for cell in row] for row in rows]
    skip = 0 if "header" in found.guesses else guess_header(rows, width, found)
    if skip:
        # Arrow counts lines, empty ones too; a title has no line end in it.
        filled = [n for n, line in enumerate(text.lstrip("\ufeff").splitlines()) if line.strip()]
        place = filled[skip] if skip < len(filled) else skip
        found.guess("skip_rows", place, found.guesses["skip_rows"].evidence)
    guess_footer(rows, found)
    records = [row for row in rows[skip + ("header" not in found.guesses) :] if not _is_footer(row, found)]
    columns = found.value("header") or rows[skip]
    guess_short_rows(records, len(columns), found.value("delimiter", ","), found)


def _is_footer(row: list[str], found: Findings) -> bool:
    pattern = found.value("footer")
    return bool(pattern and re.search(pattern, next((cell.strip() for cell in row if cell.strip()), "")))


def _split(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(_SAMPLE_CHARACTERS)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [row for row in itertools.islice(rows, 5000) if row][
            : -1 if len(text) >= _SAMPLE_CHARACTERS // 4 else None
        ]
    except csv.Error:
        return []


def _fixed_width(commented: Commented, found: Findings) -> None:
    text = commented.text
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    places = _places(lines)
    length = Counter(len(line.rstrip()) for line in lines).most_common(1)[0]
    if len(places) < 2:
        found.guess("delimiter", "\t", "no delimiter divides the lines: each is one column")
        found.ask("Neither delimiter nor fixed width was found; each line is one column. What stands in it?")
        _table(text, [[line] for line in lines], 1, found)
        return
    told = unique(names_in(commented.above, None, (len(places),), found))
    names = told or _header(lines, places)
    if names and not told:
        found.guess("skip_rows", 1, f"the first line names the columns: {lines[0].strip()[:60]}")
    widths = {
        name: [a + 1, b + 1]
        for name, (a, b) in zip(
            names or [f"column_{n}" for n in range(1, len(places) + 1)], places, strict=True
        )
    }
    found.guess(
        "kind",
        "fixed_width",
        f"{length[1]} of {len(lines)} lines have {length[0]} characters, and no delimiter",
    )
    named = ", their names from the last comment above the records" if told else ""
    found.guess("widths", widths, f"columns are taken to end where every line has a space{named}")
    found.ask(
        "The places of the columns are guessed from spaces: compare `widths` with the department's"
        " description, and give the columns names."
    )


def _places(lines: list[str]) -> list[tuple[int, int]]:
    """First and last place of each column, from 0; a text of several words is one."""
    longest = max(len(line) for line in lines)
    empty = [all(len(line) <= n or line[n] == " " for line in lines) for n in range(longest)]
    starts = [n for n in range(longest) if not empty[n] and (n == 0 or empty[n - 1])]
    ends = [n for n in range(longest) if not empty[n] and (n + 1 == longest or empty[n + 1])]
    merged: list[tuple[int, int]] = []
    for start, end in zip(starts, ends, strict=True):
        if merged and start - merged[-1][1] == 2 and _is_words(lines[1:] or lines, *merged[-1]):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _is_words(lines: list[str], first: int, last: int) -> bool:
    cells = [line[first : last + 1].strip() for line in lines]
    return all(re.fullmatch(r"[^\W\d_]+([ -][^\W\d_]+)*", cell) for cell in cells if cell)


def _header(lines: list[str], places: list[tuple[int, int]]) -> list[str]:
    """The names in the first line, where it has one for each column and no digits, and others have."""
    names = [lines[0][a : b + 1].strip() for a, b in places]
    if len(lines) < 3 or not all(names) or any(char.isdigit() for name in names for char in name):
        return []
    below = [sum(line[a : b + 1].strip()[:1].isdigit() for line in lines[1:]) for a, b in places]
    return unique(names) if any(count > len(lines) / 2 for count in below) else []
