"""Every mistake of a declaration at once, for the one who wrote it.

A model checks how its parts fit together only where each part is right. So that one mistake does not hide
another, what is wrong is put right in a copy, and the copy is looked at again.
"""

from __future__ import annotations

import copy
import difflib
import re
import reprlib
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from citylake.errors import CitylakeError, WrongUse

_ROUNDS = 30
# What stands for a required value that is wrong or missing, while the rest is looked at.
_STAND_IN: dict[str, Any] = {
    "title": {"en": "-", "zh": "-"}, "en": "-", "zh": "-", "grain": "-", "key": ["mended"], "delivers": "additions",
    "arrival": {"files": "-", "every": "P1D", "deadline": "P1D"}, "files": "-", "every": "P1D", "deadline": "P1D",
    "format": {"kind": "csv"}, "kind": "csv", "type": "string", "that": "true", "because": "mended", "class": "none",
}  # fmt: skip
_EXPECTED = {
    "tuple_type": "this should be a list", "list_type": "this should be a list", "dict_type": "this should be a mapping of keys",
    "model_type": "this should be a mapping of keys", "string_type": "this should be a text; put it in quotes",
    "bool_type": "this should be true or false", "bool_parsing": "this should be true or false",
    "int_type": "this should be a whole number", "int_parsing": "this should be a whole number",
    "float_type": "this should be a number", "float_parsing": "this should be a number",
}  # fmt: skip


def every_mistake(
    model: type[BaseModel], content: dict[str, Any], error: ValidationError, file: str
) -> list[CitylakeError]:
    """The mistakes that `error` names, and those it hides, each with its place and what to do."""
    found: list[CitylakeError] = [_problem(item, model, content, file) for item in _own(error)]
    told = {str(problem) for problem in found}
    mended, touched = copy.deepcopy(content), set[str]()
    for _ in range(_ROUNDS):
        items = _own(error)
        # From behind, so that places in lists stay what they are.
        for item in sorted(
            items, key=lambda item: [str(part).zfill(6) for part in item["loc"]], reverse=True
        ):
            _mend(mended, item, touched)
        try:
            model.model_validate(mended)
            break
        except ValidationError as again:
            error = again
        for item in _own(error):
            text = _untouched(item, touched)
            problem = text and _problem(item | {"msg": text}, model, content, file)
            if problem and str(problem) not in told:
                told.add(str(problem))
                found.append(problem)
    return found


def _own(error: ValidationError) -> list[Any]:
    """The errors without those that only repeat others: a list is empty since all in it is wrong, a text or a
    mapping is not the other type that would do as well."""
    return [
        item for item in error.errors()
        if not (item["type"] == "too_short" and item["input"])
        and not (item["type"] == "model_type" and isinstance(item["input"], str) and item["loc"][-1] == item["ctx"]["class_name"])
        and not (item["type"] == "literal_error" and isinstance(item["input"], dict) and _is_own_name(item["loc"][-1]))
    ]  # fmt: skip


def _is_own_name(part: Any) -> bool:
    """Whether a part of a place is pydantic's name of a choice of texts, which stands in no file."""
    return str(part).startswith("literal[")


def _untouched(item: Any, touched: set[str]) -> str:
    """What an error says, without what it only says because something was put right before."""
    if item["type"] != "value_error":
        return "" if set(map(str, item["loc"])) & touched else item["msg"]
    if "columns" in touched:
        return ""
    parts = item["msg"].removeprefix("Value error, ").split("; ")
    return "; ".join(part for part in parts if not any(f"'{name}'" in part for name in touched | {"mended"}))


def _mend(content: dict[str, Any], item: Any, touched: set[str]) -> None:
    """Put right what an error is about: take it away; where it must not be missing, put something right there."""
    where = list(item["loc"])
    if item["type"] == "missing":
        parent = _at(content, where[:-1])
        if isinstance(parent, dict) and where[-1] in _STAND_IN:
            parent[where[-1]] = copy.deepcopy(_STAND_IN[where[-1]])
            touched.add(str(where[-1]))
            return
        where.pop()
    if where[:1] == ["columns"] and len(where) > 1 and isinstance(content["columns"], list):
        _mend_column(content["columns"], where, item["type"], touched)
        return
    while where and not _holds(_at(content, where[:-1]), where[-1]):
        where.pop()  # a name of pydantic's own, such as that of one of several types
    if not where:
        return
    parent, last = _at(content, where[:-1]), where[-1]
    touched.add(str(last))
    del parent[last]


def _mend_column(columns: list, where: list, kind: str, touched: set[str]) -> None:
    place = where[1]
    if place >= len(columns):
        return
    column = columns[place]
    if isinstance(column, dict) and kind == "extra_forbidden" and len(where) == 3:
        column.pop(where[2], None)
        return
    name = column.get("name") if isinstance(column, dict) else None
    touched.add(str(name))
    is_name = isinstance(name, str) and re.fullmatch("[a-z][a-z0-9_]*", name)
    columns[place] = {"name": name if is_name else f"mended_{place}", "type": "string"}


def _at(content: Any, where: list) -> Any:
    for part in where:
        if not _holds(content, part):
            return None
        content = content[part]
    return content


def _holds(content: Any, part: Any) -> bool:
    if isinstance(content, dict):
        return part in content
    return isinstance(content, list) and isinstance(part, int) and part < len(content)


def _problem(item: Any, model: type[BaseModel], content: dict[str, Any], file: str) -> WrongUse:
    """An error of pydantic as an error for the writer of a feed file."""
    place, expected, next_step = [part for part in item["loc"] if not _is_own_name(part)], None, None
    what = _EXPECTED.get(item["type"], item["msg"].removeprefix("Value error, "))
    if item["type"] == "extra_forbidden":
        name, known = str(place.pop()), _keys(model, item["loc"][:-1])
        what = f"the key '{name}' is not known"
        next_step = _meant(name, known) or ("Its keys: " + ", ".join(known) + "." if known else None)
    elif item["type"] == "missing":
        what = f"the key '{place.pop()}' is missing"
        next_step = "Add it; docs/how_to/add_a_feed.md shows a whole file."
    elif item["type"] == "literal_error":
        choices = item["ctx"]["expected"]
        what, expected = "this value is not known", f"one of {choices}" if " or " in choices else choices
        next_step = _meant(str(item["input"]), re.findall("'([^']+)'", choices))
    if item["loc"][:1] == ("columns",) and len(item["loc"]) > 1 and isinstance(content.get("columns"), list):
        number = item["loc"][1]
        column = content["columns"][number] if isinstance(number, int) else None
        named = column.get("name", number + 1) if isinstance(column, dict) else number + 1
        place[:2] = [f"column '{named}'"]
    is_told = item["type"] in ("missing", "value_error", "extra_forbidden")
    found = None if is_told else _SHORT.repr(item["input"])[:80]
    return WrongUse(
        what, where=": ".join([file, *map(str, place)]), found=found, expected=expected, next_step=next_step
    )


_SHORT = reprlib.Repr()  # whatever stands there, a page of it helps nobody
_SHORT.maxstring = _SHORT.maxother = 80


def _meant(name: str, known: list[str]) -> str | None:
    close = difflib.get_close_matches(name, known, n=2, cutoff=0.6)
    return "Did you mean " + " or ".join(f"'{each}'" for each in close) + "?" if close else None


def _keys(model: type[BaseModel], where: tuple) -> list[str]:
    """The keys of the model at a place within another, empty where there is none."""
    at: type[BaseModel] | None = model
    for part in where:
        fields = at.model_fields.items() if at else ()
        field = next((each for name, each in fields if part in (name, each.alias)), None)
        at = _model_in(field.annotation) if field else at if isinstance(part, int) else None
    return [field.alias or name for name, field in at.model_fields.items()] if at else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)
