"""Units in the names of columns: which are the lake's, which become one of its own, which it has no suffix for."""

from __future__ import annotations

import re
import unicodedata

from citylake.column import UNITS, spelled_unit
from citylake.scaffold.naming import snake

# Unit as written -> the lake's suffix, and the unit as pint reads it, where `citylake.column` knows no spelling.
_FOREIGN = {
    "mph": ("kmh", "mph"), "in": ("mm", "inch"), "inch": ("mm", "inch"), "ft": ("m", "foot"), "mi": ("km", "mile"),
    "miles": ("km", "mile"), "lb": ("kg", "pound"), "lbs": ("kg", "pound"), "mbar": ("hpa", "millibar"),
    "kPa": ("hpa", "kilopascal"), "F": ("celsius", "degF"), "degF": ("celsius", "degF"), "degC": ("celsius", "degC"),
    "kn": ("kmh", "knot"), "knots": ("kmh", "knot"),
}  # fmt: skip
_KINDS = {"degF": "celsius", "gram": "kg", "centimeter": "m", "pascal": "hpa"}
# Last words of a name that mean a unit and nothing else; `min`, `s`, `m`, `h`, `t` and `day` may mean much else.
_CLEAR = {
    "km",
    "mm",
    "kg",
    "kmh",
    "mps",
    "celsius",
    "hpa",
    "ugm3",
    "mgm3",
    "cny",
    "pct",
    "mph",
    "lbs",
    "kpa",
    "degf",
    "cm",
}
_BRACKETS = re.compile(r"^(.*?)\s*[(（\[【]\s*([^()（）\[\]【】]+?)\s*[)）\]】]\s*$")


def named(source: str) -> tuple[str, str | None]:
    """The column's name without the unit that stands in it, and that unit as departments write it, if any."""
    match = _BRACKETS.match(source)
    if match:
        unit = unicodedata.normalize("NFKC", match[2]) if not spelled_unit(match[2]) else match[2]
        if target(unit)[0]:
            return snake(match[1]), unit
        return snake(source), None
    head, _, tail = snake(source).rpartition("_")
    return (snake(source), tail) if head and tail in _CLEAR and target(tail)[0] else (snake(source), None)


def doubtful(source: str) -> str | None:
    """What may be a unit in a name, and either is none of the lake's or may mean something else."""
    match = _BRACKETS.match(source)
    if match:
        return None if named(source)[1] or len(match[2]) > 12 else match[2]
    head, _, tail = snake(source).rpartition("_")
    return (
        tail
        if head
        and (tail in UNITS or tail in ("g", "c", "f", "ft", "in", "mi", "kwh", "db"))
        and tail not in _CLEAR
        else None
    )


def target(unit: str) -> tuple[str | None, str]:
    """The lake's suffix for a unit as written (None: it has none), and how `from_unit` says that unit."""
    if unit in _FOREIGN or unit.lower() in _FOREIGN:
        return _FOREIGN.get(unit) or _FOREIGN[unit.lower()]
    spelled = UNITS.get(unit) or spelled_unit(unit)
    if spelled is None:
        return None, unit
    own = next((suffix for suffix, name in UNITS.items() if name == spelled), None)
    return own or _KINDS.get(spelled), unit
