"""Columns of numbers: decimal marks, thousands, units in the text, sentinels, seconds since 1970."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from citylake.column import spelled_unit
from citylake.scaffold.guess import Findings, share, some
from citylake.scaffold.guessed import MOST, Guessed
from citylake.scaffold.units import doubtful, target

INTEGER = re.compile(r"^[+-]?\d+([.]0+)?$")
DOUBLE = re.compile(r"^[+-]?(\d+[.]?\d*|[.]\d+)([eE][+-]?\d+)?$")
MOSTLY_NUMBERS = "mostly numbers"
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})
_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_GROUPED = re.compile(r"^[+-]?\d{1,3}([,.' ]\d{3})+([.,]\d+)?$")
_IN_UNIT = re.compile(r"^([-+]?[\d.,' \u00a0]*\d)\s*([^\d\s][^\d]*)$")
_SENTINELS = re.compile(r"^-?9{3,6}([.]9|[.]0)?$|^-(1|99?)$|^-99[.]9$")
_MONEY = re.compile(r"^\(?[-+]?[$€£¥￥]\s?[\d.,' ]+\)?$|^[-+]?[\d.,' \u00a0]+\s?[€£$¥]$")


def as_number(column: Guessed, values: list[str], found: Findings) -> bool:
    """Whole numbers, others, or such with marks of their own."""
    numbers = [text for text in values if DOUBLE.match(text)]
    if len(numbers) >= MOST * len(values):
        whole = all(INTEGER.match(text) for text in numbers)
        column.keys["type"] = "integer" if whole else "double"
        others = [text for text in values if not DOUBLE.match(text)]
        kind = "whole numbers" if whole else "numbers"
        told = f", not {some(others)}: those rows would be quarantined" if others else ""
        column.evidence.append(f"{share(len(numbers), len(values))} are {kind}{told}")
        if others:
            found.ask(
                f"Of column '{column.source}' {len(others)} value(s) are no numbers, as {some(others)}. Do they mean"
                " missing? Then add them to `nulls`; otherwise their rows are quarantined."
            )
        return True
    plain = [text.translate(_SPACES) for text in values]
    marked = sum(1 for t in plain if _COMMA.match(t) or _GROUPED.match(t) or DOUBLE.match(t))
    if marked < MOST * len(values):
        return False
    _marks(column, plain, marked, found)
    return True


def as_number_with_unit(column: Guessed, values: list[str], found: Findings) -> bool:
    """Numbers with a unit behind them, all of one kind."""
    matches = [match for text in values if (match := _IN_UNIT.match(text))]
    units = Counter(match[2].strip() for match in matches)
    if len(matches) < 0.9 * len(values) or not all(spelled_unit(unit) for unit in units):
        return False
    suffix, _ = target(units.most_common(1)[0][0])
    if not suffix:
        return False
    plain = [match[1].translate(_SPACES).strip() for match in matches]
    if not all(DOUBLE.match(text) for text in plain):
        if not all(_COMMA.match(t) or _GROUPED.match(t) or DOUBLE.match(t) for t in plain):
            return False
        _marks(column, plain, len(plain), found)
    name = column.name if column.name.endswith(f"_{suffix}") else f"{column.name}_{suffix}"
    column.keys |= {"name": name, "type": "double", "unit_in_text": True}
    column.evidence.append(f"numbers with their unit in the text: {some(list(units))}")
    return True


def _marks(column: Guessed, values: Sequence[str], matching: int, found: Findings) -> None:
    """Decimal comma or thousands: the mark that comes last, or not in threes, is the decimal one."""
    decimal = {m[1] for t in values if (m := re.search(r"([.,])\d+$", t)) and not re.search(r"[.,]\d{3}$", t)}
    groups = {m[1] for t in values if (m := re.match(r"^[+-]?\d{1,3}([,.' ])\d{3}(\1\d{3})*([.,]|$)", t))}
    mark = "," if decimal == {","} else "."
    group = next(iter(groups - {mark}), None)
    if not decimal and groups == {","}:
        found.ask(
            f"In column '{column.source}', as {some(values, 1)}, is the comma a decimal or a thousands"
            " mark? Thousands are taken."
        )
    column.keys["type"] = "integer" if not decimal and group else "double"
    column.evidence.append(
        f"{share(matching, len(values))} are numbers with '{mark}' as decimal mark"
        + (f" and '{group}' between thousands" if group else "")
    )
    for key, value in (("decimal", mark if mark == "," else None), ("thousands", group)):
        before = found.value(key)
        if value and before not in (None, value):
            found.ask(
                f"Column '{column.source}' has '{value}' as {key} mark, others '{before}': one `format` has one."
            )
        elif value:
            found.guess(key, value, f"numbers as {some(values, 2)}")


def settle_marks(columns: Sequence[Guessed], found: Findings) -> None:
    """Columns written with a decimal point beside others with a comma are text until somebody decides."""
    if found.value("decimal") != ",":
        return
    for column in columns:
        pointed = [
            text for text in column.texts if text and re.fullmatch(r"[+-]?\d*[.]\d+([eE][+-]?\d+)?", text)
        ]
        if (
            column.type != "double"
            or not pointed
            or (found.value("thousands") == "." and _all_grouped(pointed))
        ):
            continue
        column.keys["type"] = "string"
        column.keys.pop("from_unit", None)
        found.ask(
            f"Column '{column.source}', as {some(pointed, 2)}, has a decimal point where others have a comma. One"
            " `format` reads one of them, so it is text. Can the department send one?"
        )


def _all_grouped(texts: Sequence[str]) -> bool:
    return all(re.fullmatch(r"[+-]?\d{1,3}([.]\d{3})+", text) for text in texts)


def look_at_numbers(column: Guessed, values: list[str], unit: str | None, found: Findings) -> None:
    """Sentinels among the numbers, and the unit that the header names."""
    counted = Counter(values)
    texts = {text: number for text in counted if (number := _number(text, found)) is not None}
    numbers = set(texts.values())
    if numbers:
        column.evidence.append(f"{min(numbers):g} to {max(numbers):g}")
    for text, number in texts.items():
        if not _SENTINELS.match(f"{number:g}"):
            continue
        if others := numbers - {number}:
            _sentinel(column, text, number, counted[text], (min(others), max(others)), found)
    if unit:
        _convert(column, unit)
    elif may_be := doubtful(str(column.source)):
        _doubt(column, may_be, found)


def _sentinel(
    column: Guessed, text: str, number: float, times: int, others: tuple[float, float], found: Findings
) -> None:
    low, high = others
    is_far = not low <= number <= high and abs(number) > 2 * max(abs(low), abs(high), 1)
    if is_far and times > 1:
        column.keys["nulls"] = sorted({*column.keys.get("nulls", []), text})
        column.evidence.append(f"{times} times {text}, others {low:g} to {high:g}: a sentinel")
    elif is_far or number < 0 <= low:
        found.ask(
            f"Column '{column.source}' has {times} times {text} and otherwise {low:g} to {high:g}: does it mean"
            " missing? Then add it to `nulls`."
        )


def _convert(column: Guessed, unit: str) -> None:
    suffix, from_unit = target(unit)
    base = column.name.removesuffix(f"_{unit.lower()}")
    column.keys |= {"name": f"{base}_{suffix}", "type": "double", "from_unit": from_unit}
    column.evidence.append(f"its name says {unit}")


def _doubt(column: Guessed, unit: str, found: Findings) -> None:
    """Ask what the last word of a name means. A suffix of ours says that it is that unit, whose numbers stay."""
    if column.name.endswith("_min"):
        column.keys["name"] = f"{column.name}imum"
    elif column.name.endswith(("_day", "_s", "_m", "_h", "_t")):
        column.keys |= {"type": "double", "from_unit": unit}
    found.ask(
        f"Does '{unit}' in the name of column '{column.source}' say its unit? The numbers are kept as they come."
        " The lake's units are the suffixes s min h day m km mm kg t kmh mps celsius hpa ugm3 mgm3 cny pct: give"
        " the column such a name with `from_unit`, or another name."
    )


def _number(text: str, found: Findings) -> float | None:
    """A number with the marks that were found; None where it is none."""
    plain = text.translate(_SPACES).replace(found.value("thousands") or " ", "")
    plain = plain.replace(found.value("decimal", "."), ".")
    return float(plain) if DOUBLE.match(plain) else None


def ask_of_text(column: Guessed, values: list[str], found: Findings) -> None:
    """A column that stays text: ask where it looks like numbers all the same."""
    numbers = sum(1 for text in values if DOUBLE.match(text))
    money = sum(1 for text in values if _MONEY.match(text))
    if money >= 0.7 * len(values):
        column.evidence.append(MOSTLY_NUMBERS)
        found.ask(
            f"Column '{column.source}', as {some(values, 2)}, holds amounts with a currency sign, which no cast reads:"
            " it is text. Can the department send the number alone?"
        )
    elif numbers >= 0.7 * len(values):
        column.evidence.append(MOSTLY_NUMBERS)
        found.ask(
            f"{share(numbers, len(values))} of column '{column.source}' are numbers, others are not, as"
            f" {some([t for t in values if not DOUBLE.match(t)])}. It is text until somebody says what"
            " those mean (`nulls`), or that they are broken (`type: double`)."
        )
