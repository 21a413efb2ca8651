"""JSON values as the text of columns."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any


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
    """One value as text; numbers as they were written."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case int() | float():
            return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)
