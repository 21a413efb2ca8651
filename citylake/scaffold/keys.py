"""What makes a row of a sample one of its kind, and by which day rows belong together."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from citylake.scaffold.guess import Findings, share
from citylake.scaffold.guessed import Guessed

_MOST_TRIED = 12
_NEARLY = 0.98  # repeated deliveries of a row are a defect that the key is to find


def guess_key(columns: Sequence[Guessed], found: Findings) -> tuple[list[str], str]:
    """The fewest columns that tell (nearly) all rows apart, and the evidence. Measured values are no key."""
    rows = len(columns[0].texts) if columns else 0
    full = [column for column in columns if _may_be_key(column) and _is_filled(column)]
    # Levels in one table (country, province, city) leave columns of the key empty.
    levels = [
        column for column in columns if _may_be_key(column) and column.type in ("string", "date", "timestamp")
    ]
    best: tuple[int, list[Guessed]] = (0, [])
    for able, most in ((full, 3), (levels, 4)):
        for chosen, different in _tried(able, most):
            if different == rows and rows > 1:
                return _told(chosen, columns, f"tell all {rows:,} rows of the sample apart")
            if different > best[0] + 0.01 * rows:
                best = (different, chosen)
        if best[0] >= _NEARLY * rows > 0:
            told = share(best[0], rows)
            names = ", ".join(column.name for column in best[1])
            found.ask(
                f"{names} tell {told} of the rows apart; the others repeat one and would be quarantined as"
                " duplicates. Are they?"
            )
            return _told(best[1], columns, f"tell {told} of {rows:,} rows apart")
    told = share(best[0], rows)
    found.ask(
        f"What makes a row one of its kind? The best key found tells only {told} of the rows apart: the"
        " others would be quarantined."
    )
    return _told(best[1] or list(columns[:1]), columns, f"tells only {told} of {rows:,} rows apart")


def _tried(able: Sequence[Guessed], most: int) -> Iterator[tuple[list[Guessed], int]]:
    """Combinations, few columns first, each with how many rows it tells apart."""
    ids = [column for column in able if _is_called_key(column)]
    times = [column for column in able if column.type in ("timestamp", "date")]
    for size in range(1, most + 1):
        # A time alone is a poor key, and beside a code the best second part of one.
        others = sorted(
            (c for c in able if c not in ids and c not in times), key=lambda c: c.type != "string"
        )
        ordered = [*ids, *others, *times] if size == 1 else [*ids, *times, *others]
        for chosen in itertools.combinations(ordered[:_MOST_TRIED], size):
            yield list(chosen), len(set(zip(*(column.texts for column in chosen), strict=True)))


def _told(chosen: Sequence[Guessed], columns: Sequence[Guessed], evidence: str) -> tuple[list[str], str]:
    ordered = [column for column in columns if column in chosen]
    for column in ordered:
        if _is_filled(column):
            column.keys["required"] = True
    return [column.name for column in ordered], evidence


def _may_be_key(column: Guessed) -> bool:
    if column.type == "double" or "privacy" in column.keys or "from_unit" in column.keys:
        return False
    if column.type == "integer" and _counts_rows(column.texts):
        return False
    return any(column.texts)


def _is_filled(column: Guessed) -> bool:
    empty = sum(1 for text in column.texts if not text or text in column.keys.get("nulls", ()))
    return empty <= (1 - _NEARLY) * len(column.texts)


def _counts_rows(texts: Sequence[str]) -> bool:
    """Whether the numbers only say which row of the file it is: one more each time, anew in each file."""
    first = texts[0] if texts else ""
    return (
        len(texts) > 1
        and first in ("0", "1")
        and all(text == str(number) for number, text in enumerate(texts, start=int(first)))
    )


def _is_called_key(column: Guessed) -> bool:
    return bool({"id", "code", "key", "uuid"} & set(column.name.split("_")))


def guess_partition(columns: Sequence[Guessed], key: Sequence[str], found: Findings) -> str | None:
    """The date or time by whose local day rows are kept; one of the key before others."""
    times = [c for c in columns if c.type in ("date", "timestamp") and "privacy" not in c.keys]
    full = [c for c in times if all(c.texts) and not c.keys.get("nulls")] or times
    if not full:
        return None
    chosen = next((c for c in full if c.name in key), full[0])
    if len(times) > 1:
        others = ", ".join(c.name for c in times if c is not chosen)
        found.ask(
            f"Rows are kept by the day of {chosen.name}; {others} are times too. Which day does a row"
            " belong to?"
        )
    chosen.keys["required"] = True
    return chosen.name
