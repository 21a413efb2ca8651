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
from citylake.errors import CitylakeError, Problems, WrongUse

NAME = r"^[a-z][a-z0-9_]*$"


def _duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    return parse_duration(value if isinstance(value, str) else repr(value))


Duration = Annotated[timedelta, BeforeValidator(_duration)]


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
    """The mapping in a YAML file. Raises: Problems with every mistake that hides no other."""
    import yaml

    from citylake.plain_yaml import parsed

    problems: list[CitylakeError] = []
    content: Any = None
    try:
        content, mistakes = parsed(path.read_bytes().decode("utf-8-sig"))
        problems += [WrongUse(what, where=f"{shown(path)}: line {line}", next_step=next_step)
                     for line, what, next_step in mistakes]  # fmt: skip
    except UnicodeDecodeError as error:
        problems.append(WrongUse("this is not YAML", where=shown(path), found=str(error), expected="text in utf-8",
                                 next_step="Save the file as UTF-8."))  # fmt: skip
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{shown(path)}: line {mark.line + 1}" if mark else shown(path)
        found = getattr(error, "problem", None) or str(error).splitlines()[0]
        next_step = (
            "Indent with spaces, not tabs." if "\\t" in found else "Look at the line and the one above it."
        )
        problems.append(WrongUse("this is not YAML", where=place, found=found, next_step=next_step))
    if not problems and not isinstance(content, dict):
        kind = {"NoneType": "nothing", "str": "a text"}.get(type(content).__name__, type(content).__name__)
        problems.append(WrongUse("a feed file is a mapping of keys", where=shown(path), found=kind,
                                 next_step="`citylake feed new <file>` writes one from a sample."))  # fmt: skip
    if problems:
        raise Problems(problems)
    return content


def validated(model: type[BaseModel], content: dict[str, Any], path: Path) -> Any:
    """The model of a file's content. Raises: Problems with every mistake in it and where it is."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        from citylake.mistakes import every_mistake

        raise Problems(every_mistake(model, content, error, shown(path))) from error


def shown(path: Path) -> str:
    """A path as a reader knows it: within the project where it is there."""
    try:
        return str(path.relative_to(settings.PROJECT))
    except ValueError:
        return str(path)
