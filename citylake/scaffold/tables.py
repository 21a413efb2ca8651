"""Tables of text and workbooks: delimiter, titles, header, footer, places of fixed columns."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from pathlib import Path

from citylake.errors import WrongUse
from citylake.scaffold.guess import Findings, some

_SAMPLE_CHARACTERS = 4 << 20
_DELIMITERS = ",;\t|"
# What stands in front of a total or a remark below a table.
_FOOTER = r"^(合计|总计|小计|注[:：]|备注|说明|制表|数据来源|资料来源|Total|Sum|Source|Note|Remarks?)\b|^(合计|总计|注|制表)"


def guess_lines(text: str, found: Findings) -> None:
    """Delimited or fixed width; title rows, header, footer."""
    found.guess("kind", "csv", "lines of text")
    rows_of = {delimiter: _split(text, delimiter) for delimiter in _DELIMITERS}
    widths = {d: Counter(len(row) for row in rows).most_common(1)[0] for d, rows in rows_of.items() if rows}
    # The delimiter that gives the most rows the same number of fields, of at least two.
    scores = {d: count * (width > 1) * min(width, 8) for d, (width, count) in widths.items()}
    delimiter = max(scores, key=lambda d: scores[d], default=",")
    if not scores.get(delimiter):
        _fixed_width(text, found)
        return
    rows, (width, count) = rows_of[delimiter], widths[delimiter]
    if delimiter != ",":
        shown = {"\t": "a tab"}.get(delimiter, f"'{delimiter}'")
        found.guess("delimiter", delimiter, f"{shown} gives {count} of {len(rows)} rows {width} fields")
    above = _titles(rows, width, found)
    if above:
        # Arrow counts lines, empty ones too; a title has no line end in it.
        filled = [n for n, line in enumerate(text.lstrip("\ufeff").splitlines()) if line.strip()]
        found.guess(
            "skip_rows",
            filled[above] if above < len(filled) else above,
            found.guesses["skip_rows"].evidence,
        )
    _footer(rows, found)


def _footer(rows: list[list[str]], found: Findings) -> None:
    """What the last rows begin with, where it is a word for a total or a remark."""
    below = [row for row in rows if any(cell.strip() for cell in row)][-3:]
    said = [next(cell.strip() for cell in row if cell.strip()) for row in below]
    ends = [cell for cell in said if re.search(_FOOTER, cell)]
    if ends:
        words = list(dict.fromkeys(re.match(r"\w+", end)[0] for end in ends if re.match(r"\w+", end)))  # type: ignore[index]
        words = [re.sub(r"[:：].*", "", word)[:12] for word in words]
        found.guess(
            "footer", f"^({'|'.join(map(re.escape, words))})", f"the last lines begin with {some(ends)}"
        )


def _split(text: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(_SAMPLE_CHARACTERS)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [row for row in itertools.islice(rows, 5000) if row][
            : -1 if len(text) >= _SAMPLE_CHARACTERS // 4 else None
        ]
    except csv.Error:
        return []


def _titles(rows: list[list[str]], width: int, found: Findings) -> int:
    """How many rows stand above the header; and whether there is a header."""
    above = list(
        itertools.takewhile(lambda row: sum(bool(cell.strip()) for cell in row) < max(2, width // 2), rows)
    )
    if above and len(above) < len(rows):
        told = some(["".join(row) for row in above], 2)
        found.guess("skip_rows", len(above), f"{len(above)} row(s) above the header have few fields: {told}")
    body = rows[len(above) :]
    first, rest = body[0], body[1:200]
    numeric = sum(1 for cell in first if re.fullmatch(r"[-+]?[\d.,:/ -]*\d[\d.,:/ -]*", cell.strip()))
    repeated = len(set(first)) < len(first)
    if numeric and numeric >= len(first) / 3 and not _are_years(first):
        names = [f"column_{n}" for n in range(1, len(first) + 1)]
        found.guess("header", names, f"the first row holds values: {some(first)}")
        found.ask(
            "The file has no header: what are its columns called? They are named column_1, column_2, …"
            " until then."
        )
    elif repeated and rest:
        twice = [name for name, count in Counter(first).items() if count > 1]
        found.ask(
            f"The header names {some(twice)} more than once; a delivery with such a header is held. Which"
            " is which? Give the names by `header:` and skip the first row."
        )
    return len(above) if len(above) < len(rows) else 0


def guess_workbook(path: Path, found: Findings) -> None:
    """The sheet with the most rows, its titles and totals."""
    from python_calamine import CalamineError, CalamineWorkbook

    from citylake.admit.formats.workbook import text

    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = {
            n: book.get_sheet_by_name(n).to_python(skip_empty_area=False, nrows=5000)
            for n in book.sheet_names
        }
    except (CalamineError, OSError) as error:
        raise WrongUse("this workbook cannot be read", where=str(path), found=str(error)[:200]) from error
    tables = {name: [[text(cell) for cell in row] for row in rows] for name, rows in sheets.items()}
    filled = {name: sum(1 for row in rows if any(row)) for name, rows in tables.items()}
    name = max(filled, key=lambda each: filled[each])
    if sum(1 for count in filled.values() if count > 1) > 1:
        found.guess("sheet", name, f"the sheet with the most rows ({filled[name]})")
        found.ask(
            f"The workbook has several sheets with rows: {some([n for n in filled if filled[n] > 1], 6)}."
            f" This feed reads '{name}'; which others are wanted?"
        )
    places = [number for number, row in enumerate(tables[name]) if any(row)]
    rows = [tables[name][number] for number in places]
    if not rows:
        raise WrongUse("there is nothing in this workbook", where=str(path))
    width = Counter(sum(bool(cell) for cell in row) for row in rows).most_common(1)[0][0]
    if above := _titles(rows, width, found):
        found.guess("skip_rows", places[above], found.guesses["skip_rows"].evidence)
    _footer(rows, found)


def _are_years(cells: list[str]) -> bool:
    """Whether a row of numbers is a header all the same: years beside a name or two."""
    numbers = [cell.strip() for cell in cells if cell.strip().isdigit()]
    return (
        bool(numbers)
        and all(re.fullmatch(r"(19|20)\d\d", cell) for cell in numbers)
        and len(numbers) < len(cells)
    )


def _fixed_width(text: str, found: Findings) -> None:
    lines = [line for line in text.splitlines() if line.strip()]
    length = Counter(len(line.rstrip()) for line in lines).most_common(1)[0]
    if max(len(line) for line in lines) < 4 or length[1] < len(lines) / 2:
        found.ask("Neither delimiter nor fixed width was found; each line is one column.")
        found.guess("delimiter", "\t", "no delimiter gives the rows the same number of fields")
        return
    longest = max(len(line) for line in lines)
    empty = [all(len(line) <= n or line[n] == " " for line in lines) for n in range(longest)]
    starts = [n for n in range(longest) if not empty[n] and (n == 0 or empty[n - 1])]
    ends = [n for n in range(longest) if not empty[n] and (n + 1 == longest or empty[n + 1])]
    widths = {f"column_{i}": [a + 1, b + 1] for i, (a, b) in enumerate(zip(starts, ends, strict=True), 1)}
    found.guess(
        "kind",
        "fixed_width",
        f"{length[1]} of {len(lines)} lines have {length[0]} characters, and no delimiter",
    )
    found.guess("widths", widths, "columns are taken to end where every line has a space")
    found.ask(
        "The places of the columns are guessed from spaces: compare `widths` with the department's"
        " description, and give the columns names."
    )
