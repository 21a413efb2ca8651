"""Whether records with fewer fields than the header leave out their last ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from citylake.scaffold.guess import Findings, share, some

_NOTICEABLE = 0.02  # of the records: fewer may be broken
_USUAL = 0.05  # of the texts of a column have a look that is usual there


def guess_short_rows(records: Sequence[Sequence[str]], width: int, delimiter: str, found: Findings) -> None:
    """Note `short_rows: fill` where the fields that short records have look like the first ones of the others, and
    would not if any others were left out."""
    full = [row for row in records if len(row) == width]
    short = [row for row in records if len(row) < width]
    if len(short) < max(3, _NOTICEABLE * len(records)) or not full:
        return
    usual = [_usual_looks([row[n] for row in full]) for n in range(width)]
    longest = max(map(len, short))
    fitting = [sum(_fits(row, gap, usual) for row in short) for gap in range(longest + 1)]
    if fitting[-1] >= 0.8 * len(short) and 2 * max(fitting[:-1]) <= fitting[-1]:
        found.guess(
            "short_rows",
            "fill",
            f"{len(short)} of {len(records)} records leave the last of {width} fields out, as"
            f" {some([delimiter.join(short[0])], 1)}; {share(fitting[-1], len(short))} of them look like the others"
            " up to there",
        )


def _fits(row: Sequence[str], gap: int, usual: list[set[frozenset[str]]]) -> bool:
    """Whether each text looks as usual in its column, where what is missing stood before the field `gap`."""
    missing = len(usual) - len(row)
    places = [n + missing * (n >= gap) for n in range(len(row))]
    return all(not text or _look(text) in usual[n] for text, n in zip(row, places, strict=True))


def _usual_looks(texts: Sequence[str]) -> set[frozenset[str]]:
    looks = Counter(_look(text) for text in texts if text)
    return {look for look, count in looks.items() if count >= _USUAL * looks.total()}


def _look(text: str) -> frozenset[str]:
    """The kinds of characters in a text: digits, letters, and each sign."""
    return frozenset("9" if c.isdigit() else "a" if c.isalpha() else c for c in text)
