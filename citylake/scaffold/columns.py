"""What the columns of a sample hold: type, sentinels, formats, units, persons; each with its evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from citylake.column import UNITS, spelled_unit
from citylake.privacy import looks
from citylake.scaffold.guess import Findings, share, some
from citylake.scaffold.guessed import MOST, Guessed
from citylake.scaffold.naming import snake
from citylake.scaffold.times import guess_time

_WORDS = {"", "NA", "N/A", "NULL", "null", "None", "nan", "NaN", "-", "--", "---", "/", "\\N", "#N/A", "#VALUE!", "无", "缺测",
          "—", "——", "*", "?", "n/a", "missing", "未知", "暂无"}  # fmt: skip
_NUMBERS = re.compile(r"^-?9{3,6}([.]9|[.]0)?$|^-(1|99?)$|^-99[.]9$")
_INTEGER = re.compile(r"^[+-]?\d+([.]0+)?$")
_DOUBLE = re.compile(r"^[+-]?(\d+[.]?\d*|[.]\d+)([eE][+-]?\d+)?$")
_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_GROUPED = re.compile(r"^[+-]?\d{1,3}([,.' ]\d{3})+([.,]\d+)?$")
_IN_UNIT = re.compile(r"^[-+]?[\d.,]*\d\s*([^\d\s][^\d]*)$")
_ISO_DATE = re.compile(r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]0?0:00(:00([.]0+)?)?)?$")
_ISO_TIME = re.compile(
    r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}[ T]\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?$"
)
_OFFSET = re.compile(r":\d{2}([.]\d+)?(Z|[+-]\d{2}(:?\d{2})?)$")
_BOOLEANS = {"true", "t", "yes", "y", "是", "false", "f", "no", "n", "否"}
_TIME_WORDS = re.compile(r"time|date|时间|日期|stamp|_at$|^ts$", re.IGNORECASE)


def guess_column(source: str, texts: Sequence[str | None], found: Findings) -> Guessed:
    """One column of the sample."""
    stripped = [(text or "").strip() for text in texts]
    given = [text for text in stripped if text]
    column = Guessed(source, stripped)
    name, unit = _named(source)
    column.keys["name"] = name
    nulls = sorted({text for text in given if text in _WORDS})
    values = [text for text in given if text not in _WORDS]
    if not values:
        column.keys["type"] = "string"
        column.evidence.append("no value in the sample")
        return column
    _type(column, values, found)
    if nulls and (column.type != "string" or len(values) > 5 * (len(given) - len(values))):
        column.keys["nulls"] = nulls
        column.evidence.append(f"{len(given) - len(values)} times {some(nulls)} where values are")
    if column.type in ("integer", "double"):
        _numbers(column, values, unit, found)
    _person(column, values, found)
    return column


def _named(source: str) -> tuple[str, str | None]:
    """The name without the unit that stands in it, and that unit as departments write it."""
    match = re.match(r"^(.*?)\s*[(（\[【]\s*([^)）\]】]+)\s*[)）\]】]\s*$", source)
    if match and spelled_unit(match[2].strip()):
        return snake(match[1]), match[2].strip()
    head, _, tail = snake(source).rpartition("_")
    return (snake(source), tail) if head and tail in UNITS else (snake(source), None)


def _type(column: Guessed, values: list[str], found: Findings) -> None:
    """The first of these that nearly all values are; else text."""
    for attempt in (_as_time, guess_time, _as_code, _as_number, _as_number_with_unit, _as_boolean):
        if attempt(column, values, found):
            return
    column.keys["type"] = "string"
    column.evidence.append(f"text, as {some(values, 2)}")
    numbers = _matching(_DOUBLE, values)
    if numbers >= 0.7 * len(values):
        found.ask(
            f"{share(numbers, len(values))} of column '{column.source}' are numbers, others are not, as"
            f" {some([t for t in values if not _DOUBLE.match(t)])}. It is text until somebody says what"
            " those mean (`nulls`), or that they are broken (`type: double`)."
        )


def _matching(pattern: re.Pattern[str], values: Sequence[str]) -> int:
    return sum(1 for text in values if pattern.match(text))


def _take(column: Guessed, kind: str, values: Sequence[str], matching: int, what: str) -> bool:
    """Note a type where enough values are of it; the others are told."""
    if matching < MOST * len(values):
        return False
    column.keys["type"] = kind
    others = [text for text in values if not _is(kind, text)] if matching < len(values) else []
    column.evidence.append(
        f"{share(matching, len(values))} are {what}" + (f", not {some(others)}" if others else "")
    )
    return True


def _as_time(column: Guessed, values: list[str], _found: Findings) -> bool:
    if _take(column, "date", values, _matching(_ISO_DATE, values), "dates"):
        return True
    times = sum(1 for text in values if _is("timestamp", text))
    if not _matching(_ISO_TIME, values) or not _take(column, "timestamp", values, times, "times"):
        return False
    if _matching(_OFFSET, values):
        column.evidence.append("with their offset from UTC")
    return True


def _as_code(column: Guessed, values: list[str], _found: Findings) -> bool:
    """Digits that nobody adds: with zeros in front, called a code, or very long."""
    if _matching(_INTEGER, values) < MOST * len(values):
        return False
    zeros = [text for text in values if re.match(r"^0\d+$", text)]
    if zeros:
        told = f"digits, but {len(zeros)} begin with 0, as {some(zeros, 1)}: a code"
    elif {"id", "code", "zip"} & set(column.name.split("_")):
        told = f"digits, as {some(values, 1)}, and called a code: nobody adds them"
    elif sum(len(text.lstrip("+-")) for text in values) / len(values) >= 12:
        told = f"digits of {len(values[0])} places, as {some(values, 1)}: an identifier"
    else:
        return False
    column.keys["type"] = "string"
    column.evidence.append(told)
    return True


def _as_number(column: Guessed, values: list[str], found: Findings) -> bool:
    if _take(column, "integer", values, _matching(_INTEGER, values), "whole numbers"):
        if _TIME_WORDS.search(str(column.source)) and all(len(text) in (10, 13) for text in values):
            found.ask(
                f"Column '{column.source}' looks like seconds or milliseconds since 1970, which no cast reads:"
                " ask for a written time."
            )
        return True
    if _take(column, "double", values, _matching(_DOUBLE, values), "numbers"):
        return True
    marked = sum(1 for t in values if _COMMA.match(t) or _GROUPED.match(t) or _DOUBLE.match(t))
    if marked < MOST * len(values):
        return False
    _marks(column, values, marked, found)
    return True


def _as_number_with_unit(column: Guessed, values: list[str], _found: Findings) -> bool:
    units = Counter(match[1].strip() for text in values if (match := _IN_UNIT.match(text)))
    if sum(units.values()) < 0.9 * len(values) or not all(spelled_unit(unit) for unit in units):
        return False
    suffix, _ = _target(units.most_common(1)[0][0])
    if not suffix:
        return False
    column.keys |= {"name": f"{column.name}_{suffix}", "type": "double", "unit_in_text": True}
    column.evidence.append(f"numbers with their unit in the text: {some(list(units))}")
    return True


def _as_boolean(column: Guessed, values: list[str], _found: Findings) -> bool:
    different = {text.lower() for text in values}
    return different <= _BOOLEANS and _take(column, "boolean", values, len(values), some(sorted(set(values))))


def _is(kind: str, text: str) -> bool:
    patterns = {
        "integer": (_INTEGER,),
        "double": (_DOUBLE,),
        "date": (_ISO_DATE,),
        "timestamp": (_ISO_TIME, _ISO_DATE),
    }
    return any(pattern.match(text) for pattern in patterns.get(kind, ()))


def _marks(column: Guessed, values: list[str], matching: int, found: Findings) -> None:
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
    if mark == ",":
        found.guess("decimal", ",", f"numbers as {some(values, 2)}")
    if group:
        found.guess("thousands", group, f"numbers as {some(values, 2)}")


def _numbers(column: Guessed, values: list[str], unit: str | None, found: Findings) -> None:
    texts = {text: number for text in values if (number := _number(text, found)) is not None}
    numbers = list(texts.values())
    if numbers:
        column.evidence.append(f"{min(numbers):g} to {max(numbers):g}")
    counted = Counter(values)
    for text, number in texts.items():
        times, others = counted[text], [each for each in numbers if each != number]
        if times < 2 or not others or not _NUMBERS.match(f"{number:g}"):
            continue
        low, high = min(others), max(others)
        if not low <= number <= high and abs(number) > 2 * max(abs(low), abs(high), 1):
            column.keys["nulls"] = sorted({*column.keys.get("nulls", []), text})
            column.evidence.append(f"{times} times {text}, others {low:g} to {high:g}: a sentinel")
        elif number < 0 <= low:
            found.ask(
                f"Column '{column.source}' has {times} times {text} and otherwise no negative value: does"
                " it mean missing? Then add it to `nulls`."
            )
    if unit:
        suffix, target = _target(unit)
        base = column.name.removesuffix(f"_{unit}")
        column.keys["name"] = f"{base}_{suffix}" if suffix else column.name
        column.keys["type"] = "double"
        if suffix:
            column.keys["from_unit"] = unit
            column.evidence.append(f"its name says {unit}")
        else:
            found.ask(
                f"Column '{column.source}' is in {unit} ({target}), for which the lake has no suffix; it"
                " stays as it is."
            )


def _number(text: str, found: Findings) -> float | None:
    """A number with the marks that were found; None where it is none."""
    plain = text.replace(found.value("thousands") or " ", "").replace(found.value("decimal", "."), ".")
    return float(plain) if _DOUBLE.match(plain) else None


def _target(unit: str) -> tuple[str | None, str]:
    """The suffix of the lake's unit for what a department writes: its own where there is one, else one of its kind."""
    spelled = UNITS.get(unit) or spelled_unit(unit) or unit
    own = next((suffix for suffix, name in UNITS.items() if name == spelled), None)
    return (
        own or {"degF": "celsius", "gram": "kg", "centimeter": "m", "pascal": "hpa"}.get(spelled),
        spelled,
    )


def _person(column: Guessed, values: list[str], found: Findings) -> None:
    like = re.compile(looks.VALUES)
    telling = sum(1 for text in values if like.search(text))
    by_name = looks.is_personal_name(str(column.source))
    if not by_name and telling < 0.2 * len(values):
        return
    why = (
        "its name is one for persons"
        if by_name
        else f"{share(telling, len(values))} look like identity, telephone numbers or e-mail addresses"
    )
    column.keys["type"] = "string"
    for key in ("format", "from_unit", "nulls"):
        column.keys.pop(key, None)
    column.keys["privacy"] = {
        "class": "direct",
        "as": "drop",
        "because": "nobody has written why it is needed",
    }
    column.evidence = [f"tells of a person: {why}"]  # no example of its values
    found.ask(
        f"Column '{column.source}' tells of a person and is dropped. Is it needed, and why? Then say `as:"
        " pseudonym(<domain>)` with the reason."
    )
