"""What a reader who makes no mistake finds in a file: written for the tests, and shared with nobody."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from simulator.deliveries import Delivery, Observation

Record = tuple[int, dict | None]
Read = tuple[set[int], set[tuple[int, str]], list[dict]]  # as `exact_reading` gives it


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


def json_records(text: str) -> list[Record]:
    """Each line with its number, from 1; None where it is no object."""
    found: list[Record] = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            found.append((number, json.loads(line)))
        except ValueError:
            found.append((number, None))
    return found


def exact_reading(
    records: Iterable[Record], is_right: Callable[[dict], bool], key: tuple[str, ...], sentinels: Mapping[str, str]
) -> Read:  # fmt: skip
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


def kinds_of_labels(
    each: Observation, exact: Callable[[Delivery], Read], rows: int | None = None
) -> list[str]:
    """The kinds of faults in the rows of a file, whose labels are exactly what `exact` finds in it; `rows` are how many are
    known from it."""
    broken, nulls, good = exact(each.sent)
    assert broken == {label.source_row for label in each.labels if label.result == "quarantined"}
    assert nulls == {(label.source_row, label.column) for label in each.labels if label.result == "null"}
    (reading,) = each.readings
    assert (reading.quarantined, reading.admitted) == (len(broken), len(good))
    assert rows is None or len(good) == rows
    # What is wrong with the order of two columns is wrong with neither alone.
    assert {label.column for label in each.labels if label.kind == "wrong_order"} <= {None}
    return [label.kind for label in each.labels if label.source_row]
