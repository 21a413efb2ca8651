"""Faults of whole files that senders deliver by day: each is what its label says."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from simulator.city import City


def faults_of_files(city: City, feed: str, removable: bytes | None, empty: int | None = None) -> Counter:
    """How often each kind is planted in a feed's files. Fails where a file is not what its label says; `removable` is the
    header of the column that may be gone (None: it has no name in the file), `empty` how many lines a file without records
    has, where it is not one of the header."""
    sent, kinds = {(each.name, each.sequence): each for each in city.deliveries}, Counter()
    for label in city.labels:
        if label.feed != feed or label.source_row is not None:
            continue
        kinds[label.kind] += 1
        found, before = sent.get((label.delivery_name, label.sequence)), sent.get((label.delivery_name, 1))
        match label.kind:
            case "missing_file":
                assert before is None
            case "empty_file":
                has_header = not found.name.endswith(".jsonl")
                assert len(found.content.splitlines()) == (has_header if empty is None else empty)
                if empty is None:
                    assert (removable in found.content) == has_header
            case "removed_column":
                assert removable is None or removable not in found.content
            case "same_bytes":
                assert found.content == before.content
            case "corrected_file":
                assert found.content != before.content
                assert (found.arrived_at - before.arrived_at).days == 2
            case "late_file":
                (of_day,) = re.findall(r"_(\d{8})\.", found.name)
                assert (found.arrived_at.date() - date.fromisoformat(of_day)).days == 3
    return kinds
