"""Workbooks (xlsx, xls, xlsb, ods) by calamine: the values of one sheet as text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from citylake.admit.formats.footer import Footer
from citylake.admit.reading import Reading, Unreadable, spooled, text_batches
from citylake.feed import Feed


def read(stream, feed: Feed) -> Reading:
    """Open a workbook. Rows without any value are no records. Raises: Unreadable."""
    from python_calamine import CalamineError, CalamineWorkbook

    form = feed.format
    file = stream if hasattr(stream, "seek") and stream.seekable() else spooled(stream)
    try:
        book = CalamineWorkbook.from_filelike(file)
        name = form.sheet or book.sheet_names[0]
        if name not in book.sheet_names:
            raise Unreadable(
                "no_sheet", f"there is no sheet '{name}'; its sheets: {', '.join(book.sheet_names)}"
            )
        # Calamine leaves out empty rows above the first value unless told to keep them.
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as error:
        raise Unreadable("unreadable", f"this is no workbook: {str(error)[:200]}") from error
    texts = _texts(_with_errors(rows, file, name)[form.skip_rows :])
    header = list(form.header) or [cell or "" for cell in next(texts, [])]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise Unreadable("empty", f"the sheet '{name}' has no header and no records")
    reading = Reading(header, iter(()))
    footer = Footer(form)
    reading.batches = text_batches(reading, _records(texts, len(header), footer), header, footer)
    return reading


def _with_errors(rows: list[list], file, sheet: str) -> list[list]:
    """The rows with the texts of cells in error, which calamine gives as empty. Raises: Unreadable for formulas
    that were never calculated."""
    from citylake.admit.formats.odd_cells import odd_cells

    odd = odd_cells(file, sheet)
    if odd.not_calculated:
        count = len(odd.not_calculated)
        cells = (
            f"{count:,} cells hold formulas without values"
            if count > 1
            else "1 cell holds a formula without its value"
        )
        raise Unreadable(
            "not_calculated",
            f"{cells}, the first is {odd.not_calculated[0]}: open it in a spreadsheet program and save it, or send values",
        )
    for (row, column), text_ in odd.errors.items():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text_
    return rows


def _texts(rows: list[list]) -> Iterator[list[str]]:
    for row in rows:
        cells = [text(cell) for cell in row]
        if any(cells):
            yield cells


def _records(rows: Iterator[list[str]], width: int, footer: Footer) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(rows, start=1):
        footer.look_at(cells, number)
        yield number, (cells + [""] * width)[:width]


def text(cell) -> str:
    """A cell as a department would type it: whole numbers without a point, times as ISO 8601."""
    match cell:
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float() | int():
            return repr(cell)
        case datetime():
            return cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    return str(cell)
