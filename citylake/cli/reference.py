"""The reference page of the command line, made from the commands themselves: `python -m citylake.cli.reference`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from typer.models import ArgumentInfo, OptionInfo

from citylake import settings
from citylake.cli.app import COMMANDS, Entry

_HEAD = """# Command line

Made from the commands by `python -m citylake.cli.reference`; do not edit.

`citylake <verb>` runs a stage of the flow, `citylake <noun> <verb>` everything else. Every command says this page's
words with `--help`. With `--json` a command prints a list of flat objects whose keys do not change.

Exit codes: 0 done, 1 data failed, 2 wrong use or declaration, 3 a server did not answer. An error says what, where,
found against expected, and what to do next; of an unexpected one the trace is in a file that is named.

Which lake: the folder `CITYLAKE_HOME`, by default `.citylake/<city>` in the project.
"""


@dataclass(frozen=True)
class Word:
    """An argument or option of a command, as its function declares it."""

    name: str
    info: ArgumentInfo | OptionInfo
    kind: Any
    default: Any

    @property
    def is_option(self) -> bool:
        """Whether it begins with dashes."""
        return isinstance(self.info, OptionInfo)

    @property
    def usage(self) -> str:
        """An argument in the line of usage."""
        name = self.name.upper() + ("..." if get_origin(self.kind) is list else "")
        return name if self.default is inspect.Parameter.empty else f"[{name}]"

    @property
    def spelled(self) -> str:
        """How it is written."""
        if not isinstance(self.info, OptionInfo):
            return f"`{self.name.upper()}`"
        # Within Annotated, Typer takes the flag for the default until it reads the function.
        given = [
            text for text in (self.info.default, *(self.info.param_decls or ())) if isinstance(text, str)
        ]
        flag = given[0] if given else f"--{self.name.replace('_', '-')}"
        value = "" if self.kind is bool else f" {self.info.metavar or self.name.upper()}"
        return f"`{flag}{value}`"

    @property
    def meaning(self) -> str:
        """What it is for."""
        text = self.info.help or ""
        if isinstance(self.kind, type) and issubclass(self.kind, StrEnum):
            text += " One of " + ", ".join(self.kind) + "."
        if self.is_option and self.default not in (None, False, inspect.Parameter.empty):
            text += f" Default: {self.default}."
        return text.replace("|", "\\|")


def words(function: Callable) -> list[Word]:
    """The arguments and options of a command's function, in order."""
    kinds = get_type_hints(function, include_extras=True)
    found = []
    for name, parameter in inspect.signature(function).parameters.items():
        kind, info = get_args(kinds[name])[:2]
        plain = (
            [each for each in get_args(kind) if each is not NoneType]
            if get_origin(kind) is UnionType
            else [kind]
        )
        found.append(Word(name, info, plain[0], parameter.default))
    return found


def page() -> str:
    """The page as Markdown."""
    parts, panel = [_HEAD], ""
    for entry in COMMANDS:
        if entry.panel != panel:
            panel = entry.panel
            parts.append(f"## {panel}\n")
        parts.append(_section(entry))
    return "\n".join(parts)


def _section(entry: Entry) -> str:
    declared = words(entry.function)
    arguments = [word for word in declared if not word.is_option]
    options = [word for word in declared if word.is_option]
    usage = [
        "citylake",
        entry.words,
        *(["[OPTIONS]"] if options else []),
        *(word.usage for word in arguments),
    ]
    lines = [f"### {entry.words}", "", "```text", " ".join(usage), "```", ""]
    lines += [inspect.cleandoc(entry.function.__doc__ or ""), ""]
    if declared:
        lines += ["| | |", "|---|---|"]
        lines += [f"| {word.spelled} | {word.meaning} |" for word in [*arguments, *options]]
        lines.append("")
    return "\n".join([*lines, "```bash", *entry.examples, "```", ""])


def path() -> Path:
    """Where the page is kept."""
    return settings.PROJECT / "docs" / "reference" / "command_line.md"


if __name__ == "__main__":
    path().parent.mkdir(parents=True, exist_ok=True)
    path().write_text(page(), encoding="utf-8")
    print(path())
