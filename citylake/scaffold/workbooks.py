"""Workbooks: which sheets have a table, its titles and totals."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from citylake.errors import WrongUse
from citylake.scaffold.guess import Findings
from citylake.scaffold.headers import guess_footer, guess_header

_ROWS = 5000


def _book(path: Path):
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise WrongUse("this workbook needs a password", where=str(path),
                       next_step="Ask the department for it without one.") from error  # fmt: skip
    except (CalamineError, OSError) as error:
        raise WrongUse("this workbook cannot be read", where=str(path), found=str(error)[:200]) from error


def _rows(book, name: str) -> list[list[str]]:
    from citylake.admit.formats.workbook import text

    cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=_ROWS)
    return [[text(cell) for cell in row] for row in cells]


def filled_sheets(path: Path) -> dict[str, int]:
    """Sheets with a table (more than one row, of more than one cell), each with how many rows; else any with text."""
    book = _book(path)
    tables = {name: [row for row in _rows(book, name) if any(row)] for name in book.sheet_names}
    filled = {
        name: len(rows)
        for name, rows in tables.items()
        if len(rows) > 1 and sum(sum(map(bool, row)) > 1 for row in rows) > 1
    }
    return filled or {name: len(rows) for name, rows in tables.items() if rows}


def guess_workbook(path: Path, sheet: str | None, found: Findings) -> None:
    """Titles, header and totals of a sheet; of the only one with a table where none is named."""
    book = _book(path)
    chosen = sheet or next(iter(filled_sheets(path)), book.sheet_names[0])
    if sheet is None and chosen != book.sheet_names[0]:
        found.guess("sheet", chosen, "the only sheet with a table")
    cells = _rows(book, chosen)
    places = [number for number, row in enumerate(cells) if any(row)]
    rows = [cells[number] for number in places]
    if not rows:
        raise WrongUse("there is nothing in this workbook", where=str(path))
    width = Counter(sum(bool(cell) for cell in row) for row in rows).most_common(1)[0][0]
    skip = guess_header(rows, width, found)
    if skip and skip < len(places):
        found.guess("skip_rows", places[skip], found.guesses["skip_rows"].evidence)
    guess_footer(rows, found)
