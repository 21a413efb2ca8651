"""JSON values as the text of columns."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

_PLAIN_DIGITS = 400


def flat(record: dict[str, Any], above: str = "") -> dict[str, str | None]:
    """Columns of a record: objects become dotted columns, lists stay JSON, null stays null."""
    found: dict[str, str | None] = {}
    for name, value in record.items():
        if isinstance(value, dict) and value:
            found |= flat(value, f"{above}{name}.")
        else:
            found[above + name] = text(value)
    return found


def text(value: Any) -> str | None:
    """One value as text; numbers as they were written (readers give them as Decimal, int or `Written`)."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float() | Decimal():
            return _number(value)
    return _json(value)


class Written(str):
    """A number as it stands in the document: 1.10 is not 1.1, and 2^63 is not a float."""

    __slots__ = ()


def _json(value: Any) -> str:
    """As json.dumps does, but no number is changed."""
    match value:
        case Written():
            return str(value)
        case Decimal():
            return _number(value)
        case dict():
            return (
                "{"
                + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_json(v)}" for k, v in value.items())
                + "}"
            )
        case list():
            return "[" + ", ".join(map(_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _number(value: float | Decimal) -> str:
    # 1e999999999 written out would be a gigabyte.
    is_plain = isinstance(value, Decimal) and abs(value.adjusted()) < _PLAIN_DIGITS
    return format(value, "f") if is_plain else str(value)
