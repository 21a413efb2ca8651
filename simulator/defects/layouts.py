"""How a table of texts becomes the lines of a file: separated by commas or tabs, or an object of JSON each."""

from __future__ import annotations

import json
import re
from typing import Protocol

import pandas as pd


class Layout(Protocol):
    """A way to write records, a line each."""

    def head(self, header: tuple[str, ...]) -> list[str]:
        """The lines above the records."""

    def lines(self, table: pd.DataFrame) -> list[str]:
        """A line a record."""

    def broken(self, line: str, row: int) -> str:
        """A line that no reader can split into its fields; in one of two ways, by its row."""

    def without(self, line: str, header: tuple[str, ...], column: str) -> str:
        """A line without one of its columns."""


class Separated:
    """Fields separated by a character that no field has in it, under a line of their names."""

    def __init__(self, by: str):
        self.by = by

    def head(self, header: tuple[str, ...]) -> list[str]:
        """The names."""
        return [self.by.join(header)]

    def lines(self, table: pd.DataFrame) -> list[str]:
        """The fields of each record, joined."""
        return list(map(self.by.join, zip(*(table[name].tolist() for name in table.columns), strict=True)))

    def broken(self, line: str, row: int) -> str:
        """A field too many, or one too few."""
        return f"{line}{self.by}1" if row % 2 else line.rsplit(self.by, 1)[0]

    def without(self, line: str, header: tuple[str, ...], column: str) -> str:
        """Without the field in the place of the column."""
        fields, gone = line.split(self.by), header.index(column)
        return self.by.join(fields[:gone] + fields[gone + 1 :])


class JsonLines:
    """An object a line, its values texts, or whole numbers in the columns of `numbers`, or null (of an empty text); no line
    above. No text has a quotation mark in it."""

    def __init__(self, numbers: tuple[str, ...] = ()):
        self.numbers = frozenset(numbers)

    def head(self, header: tuple[str, ...]) -> list[str]:  # noqa: ARG002 (others need it)
        """None."""
        return []

    def lines(self, table: pd.DataFrame) -> list[str]:
        """An object a record."""
        records = zip(*(table[name].tolist() for name in table.columns), strict=True)
        return [
            json.dumps(
                {name: self._value(name, text) for name, text in zip(table.columns, texts, strict=True)},
                ensure_ascii=False,
            )
            for texts in records
        ]

    def _value(self, name: str, text: str) -> str | int | None:
        return (int(text) if name in self.numbers else text) if text else None

    def broken(self, line: str, row: int) -> str:
        """A bracket too many, or a line that was cut."""
        return f"{line}}}" if row % 2 else line[: len(line) // 2]

    def without(self, line: str, header: tuple[str, ...], column: str) -> str:  # noqa: ARG002
        """Without the column's name and value; as a text, for a broken line is no object."""
        return re.sub(rf'"{re.escape(column)}":? ?("[^"]*"?|\w*)(, )?', "", line)


COMMAS, TABS, JSON_LINES = Separated(","), Separated("\t"), JsonLines()
