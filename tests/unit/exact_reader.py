"""What a reader who makes no mistake finds in a file: written for the tests, and shared with nobody."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

Record = tuple[int, dict | None]


def is_between(text: str, low: float, high: float) -> bool:
    """Whether a text is a number within these limits."""
    try:
        return low <= float(text) <= high
    except ValueError:
        return False


def csv_records(text: str) -> list[Record]:
    """Each record with its number, from 1; None where it has not as many fields as the header."""
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    return [
        (number, dict(zip(header, row, strict=True)) if len(row) == len(header) else None)
        for number, row in enumerate(rows, start=1)
    ]


def exact_reading(
    records: Iterable[Record], is_right: Callable[[dict], bool], key: tuple[str, ...], sentinels: Mapping[str, str]
) -> tuple[set[int], set[tuple[int, str]], list[dict]]:  # fmt: skip
    """Quarantined record numbers, places of sentinels in admitted ones, and these."""
    by_key, broken, good = defaultdict(list), set(), {}
    for number, fields in records:
        if fields is None or not is_right(fields):
            broken.add(number)
            continue
        by_key[tuple(fields[name] for name in key)].append(number)
        good[number] = fields
    for alike in by_key.values():
        is_same = all(good[number] == good[alike[0]] for number in alike)
        broken |= set(alike[1:] if is_same else alike)
    admitted = {number: fields for number, fields in good.items() if number not in broken}
    nulls = {
        (number, name)
        for number, fields in admitted.items()
        for name, text in sentinels.items()
        if fields[name] == text
    }
    return broken, nulls, list(admitted.values())
