"""Drift: how the columns of a delivery differ from the declared ones."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from citylake.admit.drift.findings import alike
from citylake.admit.drift.profile import Profile
from citylake.feed import Feed

_MOST_NAMES = 40


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
    if told := _delimiter(feed, header):
        return [{"kind": "delimiter", "text": told}]
    reasons = []
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        reasons.append({"kind": "duplicate_header", "text": "columns named twice: " + _listed(twice)})
    if "removed" in found:
        text = f"{len(found['removed'])} declared column(s) missing: " + _listed(
            [f"'{n}'" for n in found["removed"]]
        )
        text += f". Its columns: {_listed(header)}."
        for item in found.get("renamed", []):
            text += f" '{item['to']}' is close to '{item['from']}': change `from:`, or ask the department."
        reasons.append({"kind": "removed_column", "text": text})
    if "added" in found and feed.drift.added == "hold":
        reasons.append({"kind": "added_column", "text": "undeclared column(s): " + _listed(found["added"])})
    return reasons


def _listed(names: list[str]) -> str:
    """Names for a person to read: what is no table may have thousands of them, or endless ones."""
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(name if len(name) <= 80 else name[:80] + "…" for name in names[:_MOST_NAMES]) + more


def _delimiter(feed: Feed, header: list[str]) -> str | None:
    """What to say where the header is one column in which another delimiter stands between the declared ones."""
    if feed.format.kind != "csv" or len(header) != 1 or len(feed.source_columns) < 2:
        return None
    for delimiter in ",;\t|":
        names = [name.strip(feed.format.quote) for name in header[0].split(delimiter)]
        if len(set(names) & set(feed.source_columns)) >= len(feed.source_columns) / 2:
            return (
                f"its fields are divided by {delimiter!r}, where the feed file says {feed.format.delimiter!r}."
                " Change `format.delimiter`, or ask the department"
            )
    return None


def seen_at_landing(kind: str, encoding: str) -> str:
    """What to add to the reason `wrong_encoding` where the first bytes were known as another encoding."""
    if kind != "wrong_encoding" or encoding in ("unknown", "binary"):
        return ""
    return f"; they look like {encoding}. Change `format.encoding`, or ask the department"


def note_likely_names(
    found: dict[str, list], reasons: list[dict], now: Profile, before: Sequence[Profile]
) -> None:
    """Add to `renamed`, and to what the steward reads, undeclared columns that hold what a missing one held."""
    known = {item["from"] for item in found.get("renamed", [])}
    for name in found.get("removed", []):
        if name in known:
            continue
        history = [each.columns[name] for each in before if name in each.columns]
        if not history:
            continue
        scores = {
            other: alike(now.columns[other], history[-1])
            for other in found.get("added", [])
            if other in now.columns
        }
        best = max(scores, key=lambda other: scores[other], default=None)
        if best is None or scores[best] < 0.7:
            continue
        found.setdefault("renamed", []).append({"from": name, "to": best})
        for reason in reasons:
            if reason["kind"] == "removed_column":
                reason["text"] += (
                    f" '{best}' holds what '{name}' held ({scores[best]:.0%} alike): change `from:`, or ask the department."
                )
