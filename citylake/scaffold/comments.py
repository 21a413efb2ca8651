"""Lines of a sample that begin with `#`: comments, one of which may name the columns."""

from __future__ import annotations

import io
import itertools
from dataclasses import dataclass

from citylake.scaffold.guess import Findings, some

MARK = "#"


@dataclass(frozen=True)
class Commented:
    """The text without its comments, and the comments directly above its first record, without their mark."""

    text: str
    above: list[str]


def top(text: str) -> Commented:
    """The comments that a sample begins with taken away: the first of its records tells how it is divided."""
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="").readlines()
    above = list(itertools.takewhile(lambda line: line.startswith(MARK) or not line.strip(), lines))
    marked = [line[len(MARK) :].rstrip("\r\n") for line in above if line.strip()]
    return Commented("".join(lines[len(above) :]), marked)


def uncommented(text: str, delimiter: str | None, width: int, found: Findings) -> Commented:
    """Note `comment` where lines begin with the mark, and take them away; nothing is where they may be records.

    `delimiter` is None and `width` 0 for lines that are not delimited.
    """
    from citylake.admit.formats.comments import marked
    from citylake.format import Format

    begun = top(text)
    form = Format(kind="csv", delimiter=delimiter or "\t", comment=MARK)
    lines = list(marked(io.StringIO(begun.text, newline=""), form))
    below = [line.rstrip("\r\n") for line, is_comment in lines if is_comment]
    if not begun.above and not below:
        return Commented(text, [])
    like_records = [line for line in below if delimiter and width > 1 and _fields(line, delimiter) == width]
    if like_records:
        found.ask(
            f"{len(like_records)} lines begin with '{MARK}' and have {width} fields as records have, as"
            f" {some(like_records, 1)}: are they comments (`comment: '{MARK}'`) or records?"
        )
        return Commented(text, [])
    if not below and len(begun.above) == 1 and delimiter and _fields(begun.above[0], delimiter) == width:
        return Commented(text, [])  # the header itself, which is read and compared as any
    where = [f"{len(begun.above)} line(s) above the records"] * bool(begun.above)
    where += [f"{len(below)} between or below them"] * bool(below)
    shown = [text for text in (line.strip() for line in [*begun.above, *below]) if text.strip(f"{MARK} ")]
    found.guess("comment", MARK, f"{' and '.join(where)} begin with it: {some(shown, 2)}")
    return Commented("".join(line for line, is_comment in lines if not is_comment), begun.above)


def names_in(above: list[str], delimiter: str | None, widths: tuple[int, ...], found: Findings) -> list[str]:
    """The column names in the last comment above the records, where it has as many fields as they; else none."""
    split = [[cell.strip() for cell in line.split(delimiter)] for line in above]
    if not split or len(split[-1]) not in widths or not all(split[-1]):
        return []
    names = split[-1]
    if len(split) > 1 and len(split[-2]) == len(names) > 1:
        found.ask(
            f"Two comments have {len(names)} fields: {some([above[-2].strip(), above[-1].strip()])}. Which names the"
            " columns? The last is taken."
        )
    return names


def _fields(line: str, delimiter: str) -> int:
    return line.count(delimiter) + 1
