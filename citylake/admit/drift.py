"""Drift: how the columns of a delivery differ from the declared ones."""

from __future__ import annotations

import difflib

from citylake.feed import Feed


def drift(feed: Feed, header: list[str]) -> dict[str, list]:
    """Columns added, removed, and renamed (removed and added with a likely name), empty where none."""
    known = set(feed.source_columns) | set(feed.ignores)
    added = [name for name in header if name not in known]
    removed = [name for name in feed.source_columns if name not in header]
    renamed = []
    for name in removed:
        close = difflib.get_close_matches(name, added, n=1, cutoff=0.6)
        if close:
            renamed.append({"from": name, "to": close[0]})
    found: dict[str, list] = {"added": added, "removed": removed, "renamed": renamed}
    return {kind: names for kind, names in found.items() if names}


def reasons_to_hold(feed: Feed, found: dict[str, list], header: list[str]) -> list[dict]:
    """Why the delivery cannot be admitted as it is, as (kind, text) a steward can act on."""
    reasons = []
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        reasons.append({"kind": "duplicate_header", "text": "columns named twice: " + ", ".join(twice)})
    if "removed" in found:
        text = f"{len(found['removed'])} declared column(s) missing: " + ", ".join(
            f"'{n}'" for n in found["removed"]
        )
        text += f". Its columns: {', '.join(header)}."
        for item in found.get("renamed", []):
            text += f" '{item['to']}' is close to '{item['from']}': change `from:`, or ask the department."
        reasons.append({"kind": "removed_column", "text": text})
    if "added" in found and feed.drift.added == "hold":
        reasons.append({"kind": "added_column", "text": "undeclared column(s): " + ", ".join(found["added"])})
    return reasons
