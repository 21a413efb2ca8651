"""Names and literals in SQL, and the names under which a column's text and time travel through it."""

from __future__ import annotations

from citylake.column import Column


def quoted(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | float) -> str:
    """An SQL literal."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return repr(value)


def text_name(column: Column) -> str:
    """A column's text, trimmed, null where it is a sentinel."""
    return quoted(f"_text_{column.name}")


def time_name(column: Column) -> str:
    """What a column's text says without an offset: a date or a local time; an instant where its format is one."""
    return quoted(f"_time_{column.name}")


def instant_name(column: Column) -> str:
    """The instant in a column's text that has an offset."""
    return quoted(f"_instant_{column.name}")
