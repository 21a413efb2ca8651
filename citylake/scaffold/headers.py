"""What stands above and below the records of a table: titles, one header row or two or none, totals, remarks."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

from citylake.scaffold.guess import Findings, some
from citylake.scaffold.naming import unique
from citylake.scaffold.wide import time_of

# What stands in front of a total or a remark below a table.
_FOOTER = (
    r"^(合计|总计|小计|共计|注[:：]|备注|说明|制表|填报|数据来源|资料来源)|^注"
    r"|^(Total|Sum|Source|Note|Remarks?|Summe|Gesamt|Quelle)\b|^\(\d+ rows?\)$|^#"
)
_NUMERIC = re.compile(r"[-+]?[\d.,:/ -]*\d[\d.,:/ -]*([eE][-+]?\d+)?")


def guess_header(rows: list[list[str]], width: int, found: Findings) -> int:
    """How many rows to leave out above the header, or above the records where `header` gives the names."""
    above = list(itertools.takewhile(lambda row: _is_title(row, width), rows))
    if len(above) == len(rows):
        above = []
    if above:
        told = some(["".join(row) for row in above], 2)
        found.guess("skip_rows", len(above), f"{len(above)} row(s) above the header have few fields: {told}")
    body = rows[len(above) :]
    if _are_values(body[0], body[1:200]):
        names = [f"column_{n}" for n in range(1, max(len(body[0]), width) + 1)]
        found.guess("header", names, f"the first row holds values: {some(body[0])}")
        found.ask(
            "The file has no header: what are its columns called? They are named column_1, column_2, …"
            " until then."
        )
        return len(above)
    return len(above) + _odd_header(body, len(above), found)


def is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row has no digit in a column where nearly all others have some."""
    first, *rest = rows
    for n, cell in enumerate(first):
        below = [any(c.isdigit() for c in row[n]) for row in rest if n < len(row)]
        if below and sum(below) >= 0.9 * len(below) and not any(c.isdigit() for c in cell):
            return True
    return False


def _is_title(row: Sequence[str], width: int) -> bool:
    filled = sum(bool(cell.strip()) for cell in row)
    is_remark = row[0].startswith("#") and len(row) != width
    has_label = any(re.search(r"[:：]", cell) and not time_of(cell) for cell in row)  # 单位：吨
    return is_remark or width > 1 and (filled < max(2, width // 2) or has_label and 2 * filled <= width)


def _are_values(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is a record: numbers that are no times, or texts that come again below."""
    numeric = [cell.strip() for cell in first if _NUMERIC.fullmatch(cell.strip())]
    if numeric and len(numeric) >= len(first) / 3:
        are_times = (
            all(time_of(cell) for cell in numeric)
            and len(set(numeric)) == len(numeric)
            and len(numeric) < len(first)
        )
        below = (
            [row[first.index(numeric[0])].strip() for row in rest[:20] if len(row) == len(first)]
            if are_times
            else []
        )
        return not are_times or any(time_of(cell) and ":" in cell for cell in below)
    again = sum(
        1
        for n, cell in enumerate(first)
        if cell.strip() and any(n < len(row) and row[n] == cell for row in rest)
    )
    return again >= max(1, len(first) / 3) and len(rest) > 2


def _odd_header(body: list[list[str]], above: int, found: Findings) -> int:
    """A header of two rows, or with names twice or missing, is replaced by `header`; how many rows it takes."""
    first = [cell.strip() for cell in body[0]]
    blanks, twice = first.count(""), [n for n, count in Counter(first).items() if count > 1 and n]
    if not twice and blanks < 2:
        return 0
    second = [cell.strip() for cell in body[1]] if len(body) > 2 else []
    if (
        second
        and len(second) == len(first)
        and all(second)
        and not any(_NUMERIC.fullmatch(cell) for cell in second)
    ):
        filled = _filled_from_left(first)
        names = unique([f"{a} {b}".strip() for a, b in zip(filled, second, strict=True)])
        _replace_header(names, above, 2, "two rows together are the header", found)
        found.ask(
            f"Two rows together are taken for the header: {some(names, 6)}. Are they? Then the names are `header`."
        )
        return 2
    names = unique([cell or f"column_{n}" for n, cell in enumerate(first, start=1)])
    _replace_header(names, above, 1, f"the file names {some(twice) or 'some'} more than once, or not", found)
    missing = f" names {some(twice)} more than once" if twice else f" leaves {blanks} columns without a name"
    found.ask(
        f"The header{missing}; the columns are named {some(names, 8)} by their place (`header`). Which is which?"
    )
    return 1


def _filled_from_left(cells: Sequence[str]) -> list[str]:
    """A merged cell stands in its first column alone: its text belongs to those behind it as well."""
    filled: list[str] = []
    for cell in cells:
        filled.append(cell or (filled[-1] if filled else ""))
    return filled


def _replace_header(names: list[str], above: int, rows: int, why: str, found: Findings) -> None:
    found.guess("header", names, why)
    before = f"{above} title row(s) and " if above else ""
    found.guess("skip_rows", above + rows, f"{before}the file's own header")


def guess_footer(rows: list[list[str]], found: Findings) -> None:
    """What the last rows begin with, where it is a word for a total or a remark."""
    below = [row for row in rows if any(cell.strip() for cell in row)][-3:]
    said = [next(cell.strip() for cell in row if cell.strip()) for row in below]
    ends = [cell for cell in said if re.search(_FOOTER, cell, re.IGNORECASE)]
    if ends:
        words = [re.match(r"\w+|#|\(\d+ rows?\)", end) for end in ends]
        heads = [re.sub(r"\d+", "[0-9]+", re.escape(re.sub(r"[:：].*", "", w[0])[:12])) for w in words if w]
        pattern = f"^({'|'.join(dict.fromkeys(heads))})"
        if not _has_records_below(rows, pattern):
            found.guess("footer", pattern, f"the last lines begin with {some(ends)}")


def _has_records_below(rows: list[list[str]], pattern: str) -> bool:
    """Whether a row that is half filled or more follows one that the pattern takes for a footer, below the first record."""
    least = max(2, -(-max(map(len, rows)) // 2))
    kinds = []
    for row in rows:
        given = [cell.strip() for cell in row if cell.strip()]
        if given and re.search(pattern, given[0]):
            kinds.append("footer")
        elif len(given) >= least:
            kinds.append("record")
    # Titles above may begin with the same mark.
    table = kinds[kinds.index("record") :] if "record" in kinds else []
    return "record" in table[table.index("footer") :] if "footer" in table else False
