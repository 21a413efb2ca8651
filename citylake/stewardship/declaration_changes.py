"""What a change of a feed file means for the rows that are there already."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from citylake.arrival import Arrival, Drift
from citylake.column import Column
from citylake.feed import Feed
from citylake.format import Format, Unpivot
from citylake.partition import Partition

Meaning = Literal["evolve", "re-admit from landing", "new version"]

_EVOLVE: Meaning = "evolve"
_READMIT: Meaning = "re-admit from landing"
_NEW: Meaning = "new version"

_MIXES = ", and nothing is admitted before"

# What a change of each key means, its consequence in plain words, and whether rows made before and after it would mean
# different things side by side, so that nothing is admitted until those made before are asked for again.
_Weight = tuple[Meaning, str, bool]
_OF_KEY: dict[str, _Weight] = {
    "title": (_EVOLVE, "only words", False),
    "grain": (_EVOLVE, "only words", False),
    "arrival": (_EVOLVE, "from the next delivery on", False),
    "drift": (_EVOLVE, "from the next delivery on", False),
    "ignores": (_EVOLVE, "from the next delivery on", False),
    "format": (
        _READMIT,
        "the same bytes are read differently; if only later files differ, give the feed a new name",
        False,
    ),
    "unpivot": (_READMIT, "the same bytes are read differently", False),
    "covers": (_READMIT, "other partitions may be touched", False),
    "rules": (_READMIT, "other rows may be quarantined", False),
    "warnings": (_EVOLVE, "counted in the next report", False),
    "key": (_READMIT, "duplicates are judged anew" + _MIXES, True),
    "partition": (
        _NEW,
        "tables that read it by day would find no day, or those that read it whole no whole",
        True,
    ),
    "partition: since": (_READMIT, "other rows may be quarantined", False),
    "partition: ahead": (_READMIT, "other rows may be quarantined", False),
    "partition: zone": (_READMIT, "rows move to other days" + _MIXES, True),
    "partition: by": (_READMIT, "rows move to other days" + _MIXES, True),
    "delivers": (_READMIT, "other rows count as current" + _MIXES, True),
}
_OF_COLUMN: dict[str, _Weight] = {
    "title": (_EVOLVE, "only words", False),
    "optional": (_EVOLVE, "from the next delivery on one without it is admitted, null in every row", False),
    "references": (_EVOLVE, "checked from the next publication on", False),
    "type": (_READMIT, "rows made before leave the table until they are admitted again" + _MIXES, True),
    "privacy": (_READMIT, "kept in another form, and what was kept before is forgotten" + _MIXES, True),
    "from_unit": (_READMIT, "the same numbers mean another amount; if only later files differ, give the feed a new name",
                  False),
}  # fmt: skip
_COLUMN_OTHERWISE: _Weight = (_READMIT, "other values, or other rows quarantined", False)
_ADDED: _Weight = (_READMIT, "empty in earlier rows until then", False)
_ADDED_REQUIRED: _Weight = (_READMIT, "earlier rows without it are quarantined then", False)
_REMOVED: _Weight = (
    _READMIT,
    "goes from the table with the next admission; what reads it must change too",
    False,
)
_NOT_OPTIONAL: _Weight = (
    _EVOLVE,
    "from the next delivery on one without it is held, and so is an earlier one when it is admitted again",
    False,
)
_GONE: _Weight = (_NEW, "no feed takes its deliveries any more; rows stay", False)
_MEANINGS: list[Meaning] = [_EVOLVE, _READMIT, _NEW]


@dataclass(frozen=True)
class Change:
    """One difference between the declaration in force and the file. `before` and `after` are as in YAML;
    None where the key is not there. `mixes`: rows made before and after mean different things, so that nothing is
    admitted until those made before are asked for again."""

    feed_id: str
    key: str
    before: str | None
    after: str | None
    meaning: Meaning
    consequence: str
    mixes: bool


def changes(feed_id: str, in_force: dict[str, Any] | None, feed: Feed | None) -> list[Change]:
    """The changes from the declaration in force (as in ledger.feeds) to the file's, weightiest first."""
    if in_force is None:
        new: _Weight = (_EVOLVE, "a new feed: its deliveries are taken from now on", False)
        return [Change(feed_id, "", None, "the file", *new)]
    if feed is None:
        return [Change(feed_id, "", "the file", None, *_GONE)]
    in_force, now = _today(in_force), feed.model_dump(mode="json", by_alias=True)
    found: list[Change] = []
    for key in {**now, **in_force}:
        if key not in ("columns", "rules", "warnings"):
            for part, before, after in _parts(key, in_force.get(key), now.get(key)):
                weight = _OF_KEY.get(part) or _OF_KEY.get(key) or _COLUMN_OTHERWISE
                found.append(Change(feed_id, part, _text(before), _text(after), *weight))
    for kind in ("rules", "warnings"):
        found += _conditions(feed_id, kind, _named(in_force[kind]), _named(now[kind]))
    found += _columns(feed_id, _named(in_force["columns"]), _named(now["columns"]))
    return by_weight(found)


def by_weight(found: list[Change]) -> list[Change]:
    """Changes with the weightiest first."""
    return sorted(found, key=lambda change: (-_MEANINGS.index(change.meaning), change.key))


def _today(declaration: dict[str, Any]) -> dict[str, Any]:
    """A declaration that an earlier release wrote down, with the keys it did not know at their defaults."""
    parts: dict[str, type[BaseModel]] = {
        "format": Format, "drift": Drift, "arrival": Arrival, "partition": Partition, "unpivot": Unpivot,
    }  # fmt: skip
    filled = _filled(Feed, declaration)
    filled |= {key: _filled(model, filled[key]) for key, model in parts.items() if filled[key] is not None}
    return filled | {"columns": [_filled(Column, column) for column in filled["columns"]]}


def _filled(model: type[BaseModel], given: dict[str, Any]) -> dict[str, Any]:
    return {
        field.alias or name: to_jsonable_python(field.get_default(call_default_factory=True), by_alias=True)
        for name, field in model.model_fields.items()
        if not field.is_required()
    } | given


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


def _conditions(feed_id: str, kind: str, before: dict[str, dict], after: dict[str, dict]) -> list[Change]:
    found = []
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        weight = _OF_KEY[kind]
        if old and new and old["that"] == new["that"]:
            weight = _OF_KEY["title"]
        key = f"{kind}: {name}"
        was, becomes = (item["that"] if item else None for item in (old, new))
        found.append(Change(feed_id, key, was, becomes, *weight))
    return found


def _columns(feed_id: str, before: dict[str, dict], after: dict[str, dict]) -> list[Change]:
    found = []
    for name in {**before, **after}:
        old, new, key = before.get(name), after.get(name), f"column {name}"
        if old is None and new is not None:
            weight = _ADDED_REQUIRED if new.get("required") else _ADDED
            found.append(Change(feed_id, key, None, _brief(new), *weight))
        elif new is None and old is not None:
            found.append(Change(feed_id, key, _brief(old), None, *_REMOVED))
        elif old is not None and new is not None:
            found += [
                Change(feed_id, f"{key}: {part}", _text(old.get(part)), _text(new.get(part)),
                       *_part_of_column(part, old.get(part), new.get(part)))
                for part in {**new, **old}
                if old.get(part) != new.get(part)
            ]  # fmt: skip
    return found


def _part_of_column(part: str, before: Any, after: Any) -> _Weight:
    """What a change of a column's key means; of its privacy only what becomes of the value, or whether it is personal."""
    if part == "privacy":
        form = [
            ((each or {}).get("as", "keep"), (each or {}).get("class", "none")) for each in (before, after)
        ]
        if form[0] == form[1]:
            return _OF_KEY["title"]
    if part == "optional" and not after:
        return _NOT_OPTIONAL
    return _OF_COLUMN.get(part, _COLUMN_OTHERWISE)


def _brief(column: dict) -> str:
    return _text({key: value for key, value in column.items() if value not in (None, [], False, {})}) or ""


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
