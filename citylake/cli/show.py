"""What the commands print: tables for people, JSON for programs."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print a JSON list of flat objects instead of a table.")]

_WIDE = 120  # characters from which a table also shows its less important columns


@dataclass(frozen=True)
class Field:
    """One column of a table and key of its JSON objects.

    `only` is "wide" where narrow terminals leave it out, "narrow" the other way round, "json" where no table
    shows it; `is_layout` is a column that says what another does, and no key of JSON. `whole` is never broken
    over lines, a `dotted` id only behind its last dot and on narrow terminals.
    """

    key: str
    title: str | None = None
    only: str | None = None
    whole: bool = False
    dotted: bool = False
    is_layout: bool = False
    style: str | None = None

    @property
    def heading(self) -> str:
        """What stands over the column."""
        return self.title or self.key.replace("_", " ")


@functools.cache
def console():
    """The terminal; 80 characters wide where standard output is none."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def rows(
    found: Iterable[dict[str, Any]], fields: Sequence[Field], as_json: bool, *,
    title: str | None = None, nothing: str = "Nothing to show.",
) -> None:  # fmt: skip
    """Print rows as a table, or as a JSON list whose objects all have exactly the fields' keys."""
    listed = list(found)
    if as_json:
        objects(
            [{field.key: row.get(field.key) for field in fields if not field.is_layout} for row in listed]
        )
    elif not listed:
        say(nothing)
    else:
        if title:
            say(title, style="bold")
        console().print(table(listed, fields))
        console().print()


def objects(listed: list[dict[str, Any]]) -> None:
    """Print a JSON list of flat objects."""
    sys.stdout.write(json.dumps(listed, ensure_ascii=False, indent=2, default=_plain) + "\n")


def is_wide() -> bool:
    """Whether the terminal has room for the less important columns."""
    return console().width >= _WIDE


def table(listed: Sequence[dict[str, Any]], fields: Sequence[Field]):
    """A Rich table of the rows, with as many columns as the terminal has room for."""
    from rich import box
    from rich.table import Table

    shown = [field for field in fields if field.only in (None, "wide" if is_wide() else "narrow")]
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for field in shown:
        values = [row.get(field.key) for row in listed]
        numbers = all(isinstance(value, int | float | Decimal | None) for value in values)
        short = numbers or all(isinstance(value, datetime | date | None) for value in values)
        made.add_column(
            field.heading, justify="right" if numbers else "left", style=field.style, overflow="fold",
            no_wrap=field.whole or field.dotted or short,
        )  # fmt: skip
    for row in listed:
        made.add_row(*[_cell(row.get(field.key), field) for field in shown])
    return made


def _cell(value: Any, field: Field):
    from rich.text import Text

    if field.dotted and value and not is_wide():
        head, dot, tail = str(value).rpartition(".")
        return Text(f"{head}{dot}\n  {tail}" if dot else tail)
    return value if isinstance(value, Text) else Text(text(value))


def text(value: Any) -> str:
    """A value as a reader wants it: times in UTC to the second, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float | Decimal):
        number = float(value)
        return f"{number:,.6g}" if abs(number) < 1e6 else f"{number:,.0f}"
    if isinstance(value, datetime):
        from datetime import UTC

        return (value.astimezone(UTC) if value.tzinfo else value).strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def _plain(value: Any) -> Any:
    """What JSON has no form for."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def say(sentence: str, *, style: str | None = None) -> None:
    """Print a sentence; square brackets in it are text."""
    console().print(sentence, style=style, markup=False, soft_wrap=True)


def note(sentence: str) -> None:
    """Print a sentence for people beside a result, on standard error."""
    print(sentence, file=sys.stderr)


def counts(pairs: dict[str, int], most: int | None = None) -> str:
    """`{rule: n}` in a line, the greatest first: `cast 3, range 1, …`."""
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = ", ".join(f"{name} {text(number)}" for name, number in ordered[:most])
    return shown + (", …" if most is not None and len(ordered) > most else "")
