"""How a table of texts becomes the lines of a file: separated by commas, or an object of JSON each."""

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


class Commas:
    """Fields separated by commas, under a line of their names; no field has a comma in it."""

    def head(self, header: tuple[str, ...]) -> list[str]:
        """The names."""
        return [",".join(header)]

    def lines(self, table: pd.DataFrame) -> list[str]:
        """The fields of each record, joined."""
        return list(map(",".join, zip(*(table[name].tolist() for name in table.columns), strict=True)))

    def broken(self, line: str, row: int) -> str:
        """A field too many, or one too few."""
        return f"{line},1" if row % 2 else line.rsplit(",", 1)[0]

    def without(self, line: str, header: tuple[str, ...], column: str) -> str:
        """Without the field in the place of the column."""
        fields, gone = line.split(","), header.index(column)
        return ",".join(fields[:gone] + fields[gone + 1 :])


class JsonLines:
    """An object a line, its values texts or null (of an empty text); no line above. No text has a quotation mark in it."""

    def head(self, header: tuple[str, ...]) -> list[str]:  # noqa: ARG002 (others need it)
        """None."""
        return []

    def lines(self, table: pd.DataFrame) -> list[str]:
        """An object a record."""
        records = zip(*(table[name].tolist() for name in table.columns), strict=True)
        return [
            json.dumps({name: text or None for name, text in zip(table.columns, texts, strict=True)}, ensure_ascii=False)
            for texts in records
        ]  # fmt: skip

    def broken(self, line: str, row: int) -> str:
        """A bracket too many, or a line that was cut."""
        return f"{line}}}" if row % 2 else line[: len(line) // 2]

    def without(self, line: str, header: tuple[str, ...], column: str) -> str:  # noqa: ARG002
        """Without the column's name and value; as a text, for a broken line is no object."""
        return re.sub(f'"{re.escape(column)}": ("[^"]*"|null)(, )?', "", line)


COMMAS, JSON_LINES = Commas(), JsonLines()
