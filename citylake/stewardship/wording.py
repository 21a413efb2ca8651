"""Broken rules and changed columns in plain words: what each means, and what to do about it."""

from __future__ import annotations

from citylake.column import Column
from citylake.feed import Feed

_OF_ROWS = {
    "duplicate": (
        "an exact repeat of a row of the same delivery; the first one is admitted",
        "Nothing, if the department repeats rows; otherwise see whether `key` names too few columns.",
    ),
    "key_conflict": (
        "another row of the same delivery has the same key and other values; none of them is admitted",
        "See whether `key` names too few columns; otherwise ask the department which one is right.",
    ),
    "unparseable": (
        "the record has more or fewer fields than the header",
        "Look for the delimiter within a text, for a title, total or remark (`skip_rows`, `footer`, `comment`), and for last"
        " fields left out (`short_rows: fill`); otherwise ask the department.",
    ),
    "outside_period": (
        "the row is of a day that the file's name does not cover",
        "See whether `covers.from_name` reads the name right; otherwise ask the department.",
    ),
}  # fmt: skip
DRIFT = {
    "added": "columns that nobody declared; they are kept in `_extra`, sealed where they look personal or the feed says so",
    "removed": "declared columns that are missing",
    "absent": "optional columns that are absent, so null in every row",
    "unread": "files in the archive that no feed reads; they stay in landing",
    "renamed": "columns that look renamed: change `from:`",
}


def meaning(rule: str, feed: Feed) -> tuple[str, str]:
    """What it means that a row broke the rule, and what to do next."""
    if rule in _OF_ROWS:
        return _OF_ROWS[rule]
    own = next((each for each in feed.rules if each.name == rule), None)
    if own:
        return own.because, "The department's rule: ask it about these rows, or change the rule."
    name, _, kind = rule.rpartition(".")
    column = next((each for each in feed.columns if each.name == name), None)
    if column is None:
        return (
            "a rule that the feed file no longer has",
            "Admit the delivery again: `citylake admit <delivery>`.",
        )
    return _of_column(column, kind)


def _of_column(column: Column, kind: str) -> tuple[str, str]:
    source = " and ".join(f"'{each}'" for each in column.sources)
    form = f" written {column.format}" if column.format else ""
    allowed = ", ".join(column.one_of or ())
    low, high = column.range or (0, 0)
    meanings = {
        "cast": (
            f"{source} does not read as {column.type}{form}",
            "If such values mean missing, add them to `nulls`; if all are written so, change `format` or `type`.",
        ),
        "required": (
            f"{source} is empty, and `required`",
            "If rows without it are right, delete `required: true`; otherwise ask the department.",
        ),
        "range": (
            f"{source} lies outside {low:g} to {high:g}",
            "If such values are real, widen `range`; if they mean missing, add them to `nulls`.",
        ),
        "one_of": (
            f"{source} is none of {allowed}",
            "If the value is new and right, add it to `one_of`; otherwise ask the department.",
        ),
        "pattern": (
            f"{source} is not like {column.pattern}",
            "If such values are right, change `pattern`; otherwise ask the department.",
        ),
    }  # fmt: skip
    return meanings.get(kind, (f"{source} broke {kind}", "See the feed file."))


def drifted(kind: str, what: list) -> str:
    """One kind of drift as a sentence."""
    named = [f"{each['from']} → {each['to']}" if isinstance(each, dict) else str(each) for each in what]
    return f"{DRIFT.get(kind, kind.replace('_', ' '))}: {', '.join(named)}"
