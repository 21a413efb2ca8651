"""Drift: how the columns of a delivery differ from the declared ones."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from citylake.admit.drift.findings import Finding, alike
from citylake.admit.drift.profile import ColumnProfile, Profile
from citylake.feed import Feed

_MOST_NAMES = 40
_RENAMED = "Change `from:`; where it is another column, declare it or list it in `ignores`"


def drift(feed: Feed, header: list[str]) -> dict[str, list]:
    """Columns added, removed, absent (optional ones), and renamed (removed or absent, and added with a likely name);
    empty where none."""
    known = set(feed.source_columns) | set(feed.ignores)
    added = [name for name in header if name not in known]
    missing = [name for name in feed.source_columns if name not in header]
    absent = [name for name in missing if name in feed.may_be_absent]
    removed = [name for name in missing if name not in absent]
    renamed = []
    for name in missing:
        close = difflib.get_close_matches(name, added, n=1, cutoff=0.6)
        if close:
            renamed.append({"from": name, "to": close[0]})
    found: dict[str, list] = {"added": added, "removed": removed, "absent": absent, "renamed": renamed}
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
            if item["from"] in found["removed"]:
                text += (
                    f" '{item['to']}' is close to '{item['from']}': change `from:`, or ask the department."
                )
        reasons.append({"kind": "removed_column", "text": text})
    if likely := renamed_optional(found):
        text = ". ".join(f"'{item['to']}' is close to '{item['from']}', which is absent" for item in likely)
        reasons.append({"kind": "renamed", "text": f"optional column(s) likely renamed: {text}. {_RENAMED}"})
    if "added" in found and feed.drift.added == "hold":
        reasons.append({"kind": "added_column", "text": "undeclared column(s): " + _listed(found["added"])})
    return reasons


def renamed_optional(found: dict[str, list]) -> list[dict[str, str]]:
    """Of what `drift` found, the optional columns that stand under another name by all appearance."""
    return [item for item in found.get("renamed", []) if item["from"] in found.get("absent", [])]


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
        # One name is no sign of a delimiter: the others may be optional.
        if len(names) > 1 and len(set(names) & set(feed.source_columns)) >= len(feed.source_columns) / 2:
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
        best, told = _holder(name, found.get("added", []), now, history[-1])
        if best is None:
            continue
        found.setdefault("renamed", []).append({"from": name, "to": best})
        for reason in reasons:
            if reason["kind"] == "removed_column":
                reason["text"] += f" {told}: change `from:`, or ask the department."


def moved(found: dict[str, list], now: Profile, before: Sequence[Profile]) -> list[Finding]:
    """Optional columns of the delivery before that are absent, where an undeclared column is new that holds what they held."""
    if not before:
        return []
    known = {item["from"] for item in found.get("renamed", [])}
    new = [name for name in found.get("added", []) if name not in before[-1].columns]
    moves = []
    for name in found.get("absent", []):
        if name in before[-1].columns and name not in known:
            best, told = _holder(name, new, now, before[-1].columns[name])
            if best:
                moves.append(Finding("renamed", name, f"{told}. {_RENAMED}"))
    return moves


def _holder(name: str, others: list[str], now: Profile, held: ColumnProfile) -> tuple[str | None, str]:
    """Of other columns the one that holds what a missing one held, and that in words; None where none does."""
    scores = {other: alike(now.columns[other], held) for other in others if other in now.columns}
    best = max(scores, key=lambda other: scores[other], default=None)
    if best is None or scores[best] < 0.7:
        return None, ""
    return best, f"'{best}' holds what '{name}' held ({scores[best]:.0%} alike)"
