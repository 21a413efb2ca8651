"""Declarations: strict YAML files as frozen models, with every mistake of a file reported at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from citylake import settings
from citylake.clock import parse_duration
from citylake.errors import Problems, WrongUse

NAME = r"^[a-z][a-z0-9_]*$"


def duration(value: Any) -> Any:
    """An ISO 8601 text as a timedelta. Raises: ValueError."""
    if isinstance(value, timedelta):
        return value
    return parse_duration(value if isinstance(value, str) else repr(value))


Duration = Annotated[timedelta, BeforeValidator(duration)]


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Strict):
    """A text in the two languages of the lake."""

    en: str
    zh: str


def repeated(names: Iterable[str]) -> list[str]:
    """The names that occur more than once, sorted."""
    return sorted(name for name, times in Counter(names).items() if times > 1)


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file. Raises: Problems."""
    import yaml

    class Loader(yaml.SafeLoader):
        """Refuses a key given twice, which YAML forbids and PyYAML lets pass."""

    def mapping(loader, node):
        keys = [loader.construct_object(key) for key, _ in node.value]
        if twice := repeated(str(key) for key in keys):
            problem = f"the key '{twice[0]}' is given twice"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return loader.construct_mapping(node, deep=True)

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Problems([WrongUse("this is not YAML", where=shown(path), found=str(error))]) from error
    if not isinstance(content, dict):
        raise Problems(
            [WrongUse("a feed file is a mapping of keys", where=shown(path), found=type(content).__name__)]
        )
    return content


def validated(model: type[BaseModel], content: dict[str, Any], path: Path) -> Any:
    """The model of a file's content. Raises: Problems with every mistake in it and where it is."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise Problems([_problem(item, content, path) for item in error.errors()]) from error


def _problem(item: Any, content: dict[str, Any], path: Path) -> WrongUse:
    """A pydantic error as an error for the writer of a feed file."""
    place = list(item["loc"])
    if place[:1] == ["columns"] and len(place) > 1 and isinstance(place[1], int):
        column = content["columns"][place[1]]
        named = column.get("name", place[1] + 1) if isinstance(column, dict) else place[1] + 1
        place[:2] = [f"column '{named}'"]
    what = item["msg"].removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        what = f"the key '{place.pop()}' is not known"
    elif item["type"] == "missing":
        what = f"the key '{place.pop()}' is missing"
    where = ": ".join([shown(path), *[str(part) for part in place]])
    found = (
        None if item["type"] in ("missing", "value_error", "extra_forbidden") else repr(item["input"])[:80]
    )
    return WrongUse(what, where=where, found=found)


def shown(path: Path) -> str:
    """A path as a reader knows it: within the project where it is there."""
    try:
        return str(path.relative_to(settings.PROJECT))
    except ValueError:
        return str(path)
