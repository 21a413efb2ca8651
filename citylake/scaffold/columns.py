"""What the columns of a sample hold: type, sentinels, formats, units, persons; each with its evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from citylake.scaffold.guess import Findings, share, some
from citylake.scaffold.guessed import MOST, Guessed
from citylake.scaffold.numbers import INTEGER, as_number, as_number_with_unit, ask_of_text, look_at_numbers
from citylake.scaffold.persons import guess_person
from citylake.scaffold.times import (
    TIME_WORDS,
    as_iso_time,
    as_written_time,
    as_zoned_time,
    ask_of_clock,
    epoch,
)
from citylake.scaffold.units import named

_WORDS = {"", "NA", "N/A", "NULL", "null", "None", "nan", "NaN", "-", "--", "---", "/", "\\N", "#N/A", "#VALUE!", "无", "缺测",
          "—", "——", "*", "?", "n/a", "missing", "未知", "暂无"}  # fmt: skip
_BOOLEANS = {"true", "t", "yes", "y", "是", "false", "f", "no", "n", "否"}


def guess_column(source: str, texts: Sequence[str | None], found: Findings) -> Guessed:
    """One column of the sample."""
    stripped = [(text or "").strip() for text in texts]
    given = [text for text in stripped if text]
    column = Guessed(source, stripped)
    name, unit = named(source)
    column.keys["name"] = name
    nulls = sorted({text for text in given if text in _WORDS})
    values = [text for text in given if text not in _WORDS]
    if not values:
        column.keys["type"] = "string"
        column.evidence.append("no value in the sample")
        return column
    _type(column, values, found)
    is_sure = column.type != "string" or len(values) > 5 * (len(given) - len(values))
    if nulls and is_sure and not any(_could_be_value(word, values) for word in nulls):
        column.keys["nulls"] = nulls
        column.evidence.append(f"{len(given) - len(values)} times {some(nulls)} where values are")
    elif nulls:
        found.ask(
            f"Column '{source}' has {len(given) - len(values)} times {some(nulls)} among its texts. Does it mean missing?"
            f" Then `nulls: [{', '.join(nulls)}]`."
        )
    if column.type in ("integer", "double") and "unit_in_text" not in column.keys:
        look_at_numbers(column, values, unit, found)
    guess_person(column, values, found)
    if len(stripped) > 1 and len(set(stripped)) == 1:
        column.evidence.append("one value in the whole sample")
    return column


def _type(column: Guessed, values: list[str], found: Findings) -> None:
    """The first of these that nearly all values are; else text."""
    attempts = (
        as_iso_time,
        as_zoned_time,
        as_written_time,
        epoch,
        _as_code,
        as_number,
        as_number_with_unit,
        _as_boolean,
    )
    if any(attempt(column, values, found) for attempt in attempts):
        return
    column.keys["type"] = "string"
    column.evidence.append(f"text, as {some(values, 2)}")
    if all(text[:1] in "[{" and text[-1:] in "]}" for text in values):
        column.evidence.append("nested, kept as JSON")
    elif TIME_WORDS.search(str(column.source)) and sum(
        any(c.isdigit() for c in t) for t in values
    ) >= MOST * len(values):
        ask_of_clock(column, values, found)
    else:
        ask_of_text(column, values, found)


def _could_be_value(word: str, values: list[str]) -> bool:
    """Whether a word for missing has the shape of a tenth of the values: `NA` among country codes is Namibia."""
    if not (word.isascii() and word.isalpha()):
        return False
    alike = sum(
        len(value) == len(word) and value.isascii() and value.isalpha() and value.isupper() == word.isupper()
        for value in values
    )
    return 10 * alike >= len(values)


def _as_code(column: Guessed, values: list[str], _found: Findings) -> bool:
    """Digits that nobody adds: with zeros in front, called a code, or very long."""
    if sum(1 for text in values if INTEGER.match(text)) < MOST * len(values):
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


def _as_boolean(column: Guessed, values: list[str], _found: Findings) -> bool:
    if not {text.lower() for text in values} <= _BOOLEANS:
        return False
    column.keys["type"] = "boolean"
    column.evidence.append(f"{share(len(values), len(values))} are {some(sorted(set(values)))}")
    return True
