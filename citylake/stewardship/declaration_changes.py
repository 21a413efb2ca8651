"""What a change of a feed file means for the rows that are there already."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from citylake.feed import Feed

Meaning = Literal["evolve", "re-admit from landing", "new version"]

_EVOLVE: Meaning = "evolve"
_READMIT: Meaning = "re-admit from landing"
_NEW: Meaning = "new version"

# What a change of each key means, and its consequence in plain words.
_OF_KEY: dict[str, tuple[Meaning, str]] = {
    "title": (_EVOLVE, "only words"),
    "grain": (_EVOLVE, "only words"),
    "arrival": (_EVOLVE, "from the next delivery on"),
    "drift": (_EVOLVE, "from the next delivery on"),
    "ignores": (_EVOLVE, "from the next delivery on"),
    "format": (_READMIT, "the same bytes are read differently"),
    "covers": (_READMIT, "other partitions may be touched"),
    "rules": (_READMIT, "other rows may be quarantined"),
    "key": (_NEW, "rows mean another thing; readers that join by the key would be wrong"),
    "partition": (_NEW, "every partition would move"),
    "delivers": (_NEW, "other rows count as current"),
}
_OF_COLUMN: dict[str, tuple[Meaning, str]] = {
    "title": (_EVOLVE, "only words"),
    "references": (_EVOLVE, "checked from the next publication on"),
    "type": (_NEW, "readers of the column would break"),
}
_COLUMN_OTHERWISE: tuple[Meaning, str] = (_READMIT, "other values, or other rows quarantined")
_MEANINGS: list[Meaning] = [_EVOLVE, _READMIT, _NEW]


@dataclass(frozen=True)
class Change:
    """One difference between the declaration in force and the file. `before` and `after` are as in YAML;
    None where the key is not there."""

    feed_id: str
    key: str
    before: str | None
    after: str | None
    meaning: Meaning
    consequence: str


def changes(feed_id: str, in_force: dict[str, Any] | None, feed: Feed | None) -> list[Change]:
    """The changes from the declaration in force (as in ledger.feeds) to the file's, weightiest first."""
    if in_force is None:
        return [
            Change(feed_id, "", None, "the file", _EVOLVE, "a new feed: its deliveries are taken from now on")
        ]
    if feed is None:
        return [
            Change(feed_id, "", "the file", None, _NEW, "no feed takes its deliveries any more; rows stay")
        ]
    now = feed.model_dump(mode="json", by_alias=True)
    found: list[Change] = []
    for key in {**now, **in_force}:
        if key not in ("columns", "rules"):
            meaning = _OF_KEY.get(key, (_NEW, ""))
            for part, before, after in _parts(key, in_force.get(key), now.get(key)):
                found.append(Change(feed_id, part, _text(before), _text(after), *meaning))
    found += _rules(feed_id, _named(in_force["rules"]), _named(now["rules"]))
    found += _columns(feed_id, _named(in_force["columns"]), _named(now["columns"]))
    return sorted(found, key=lambda change: (-_MEANINGS.index(change.meaning), change.key))


def _parts(key: str, before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    """What differs: the value itself, or of a mapping the keys within it."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        names = {**after, **before}
        return [
            (f"{key}: {name}", before.get(name), after.get(name))
            for name in names
            if before.get(name) != after.get(name)
        ]
    return [(key, before, after)]


def _named(items: list[dict]) -> dict[str, dict]:
    return {item["name"]: item for item in items}


def _rules(feed_id: str, before: dict[str, dict], after: dict[str, dict]) -> list[Change]:
    found = []
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        meaning, consequence = _OF_KEY["rules"]
        if old and new and old["that"] == new["that"]:
            meaning, consequence = _EVOLVE, "only words"
        key = f"rules: {name}"
        was, becomes = (item["that"] if item else None for item in (old, new))
        found.append(Change(feed_id, key, was, becomes, meaning, consequence))
    return found


def _columns(feed_id: str, before: dict[str, dict], after: dict[str, dict]) -> list[Change]:
    found = []
    for name in {**before, **after}:
        old, new, key = before.get(name), after.get(name), f"column {name}"
        if old is None and new is not None:
            found.append(Change(feed_id, key, None, _brief(new), *_added(new)))
        elif new is None and old is not None:
            found.append(Change(feed_id, key, _brief(old), None, _NEW, "readers of the column would break"))
        elif old is not None and new is not None:
            found += [
                Change(feed_id, f"{key}: {part}", _text(old.get(part)), _text(new.get(part)),
                       *_OF_COLUMN.get(part, _COLUMN_OTHERWISE))
                for part in {**new, **old}
                if old.get(part) != new.get(part)
            ]  # fmt: skip
    return found


def _added(column: dict) -> tuple[Meaning, str]:
    if column.get("required"):
        return _READMIT, "rows without it are quarantined"
    return _EVOLVE, "empty in earlier rows until they are re-admitted from landing"


def _brief(column: dict) -> str:
    return _text({key: value for key, value in column.items() if value not in (None, [], False, {})}) or ""


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
