"""How a table of texts becomes the lines of a file: separated by commas or tabs, at fixed places, or an object of JSON or
an element of XML each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Protocol

import pandas as pd


class Layout(Protocol):
    """A way to write records, a line each."""

    def head(self, header: tuple[str, ...]) -> list[str]:
        """The lines above the records."""

    def foot(self) -> list[str]:
        """The lines below them."""

    def lines(self, table: pd.DataFrame) -> list[str]:
        """A line a record."""

    def broken(self, line: str, row: int) -> str:
        """A line that no reader can split into its fields; in one of two ways, by its row."""

    def without(self, line: str, header: tuple[str, ...], column: str) -> str:
        """A line without one of its columns."""


class _WithoutFoot:
    def foot(self) -> list[str]:
        """None."""
        return []


class Separated(_WithoutFoot):
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


class JsonLines(_WithoutFoot):
    """An object a line, its values texts, or numbers in the columns of `numbers`, true or false in those of `truths`, or
    null (of an empty text); no line above. No text has a quotation mark in it."""

    def __init__(self, numbers: tuple[str, ...] = (), truths: tuple[str, ...] = ()):
        self.numbers, self.truths = frozenset(numbers), frozenset(truths)

    def head(self, header: tuple[str, ...]) -> list[str]:  # noqa: ARG002 (others need it)
        """None."""
        return []

    def lines(self, table: pd.DataFrame) -> list[str]:
        """An object a record."""
        # Names and encoder once: of a city's files there are millions of records.
        names, encode = list(table.columns), json.JSONEncoder(ensure_ascii=False).encode
        columns = ([self._value(name, text) for text in table[name].tolist()] for name in names)
        return [encode(dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)]

    def _value(self, name: str, text: str) -> str | float | bool | None:
        if not text:
            return None
        if name in self.truths:
            return text == "true"
        if name in self.numbers:
            return float(text) if "." in text else int(text)
        return text

    def broken(self, line: str, row: int) -> str:
        """A bracket too many, or a line that was cut."""
        return f"{line}}}" if row % 2 else line[: len(line) // 2]

    def without(self, line: str, header: tuple[str, ...], column: str) -> str:  # noqa: ARG002
        """Without the column's name and value; as a text, for a broken line is no object."""
        return re.sub(rf'"{re.escape(column)}":? ?("[^"]*"?|\w*)(, )?', "", line)


class FixedWidth(_WithoutFoot):
    """Fields at fixed places with a blank between them, their widths in bytes of an encoding, those of `right` at the right
    of theirs; no line above."""

    def __init__(self, widths: Mapping[str, int], right: tuple[str, ...], encoding: str):
        self.widths, self.right, self.encoding = dict(widths), frozenset(right), encoding

    def head(self, header: tuple[str, ...]) -> list[str]:  # noqa: ARG002 (others need it)
        """None."""
        return []

    def lines(self, table: pd.DataFrame) -> list[str]:
        """A line a record, all of one length in bytes.  Raises: ValueError where a text is wider than its place."""
        columns = ([self._padded(name, text) for text in table[name].tolist()] for name in self.widths)
        return list(map(" ".join, zip(*columns, strict=True)))

    def _padded(self, name: str, text: str) -> str:
        blanks = self.widths[name] - (len(text) if text.isascii() else len(text.encode(self.encoding)))
        if blanks < 0:
            raise ValueError(f"{name} has {self.widths[name]} bytes, which is too few for {text}")
        return " " * blanks + text if name in self.right else text + " " * blanks

    def broken(self, line: str, row: int) -> str:
        """Something behind the last place, at once or further off."""
        return f"{line}*" if row % 2 else f"{line}   1"

    def without(self, line: str, header: tuple[str, ...], column: str) -> str:  # noqa: ARG002
        """Without the bytes of the column and its blank: what follows stands further left."""
        names = list(self.widths)
        begin = sum(self.widths[name] + 1 for name in names[: names.index(column)])
        whole = line.encode(self.encoding)
        return (whole[:begin] + whole[begin + self.widths[column] + 1 :]).decode(self.encoding)


class XmlRecords:
    """An element a record with a child for each field, attributes for those whose names begin with @; no text needs an
    escape. `above` are the attributes of the root."""

    def __init__(self, root: str, record: str, above: str):
        self.root, self.record, self.above = root, record, above

    def head(self, header: tuple[str, ...]) -> list[str]:  # noqa: ARG002 (others need it)
        """The declaration, and the root's beginning."""
        return ['<?xml version="1.0" encoding="UTF-8"?>', f"<{self.root} {self.above}>"]

    def foot(self) -> list[str]:
        """The root's end."""
        return [f"</{self.root}>"]

    def lines(self, table: pd.DataFrame) -> list[str]:
        """An element a record."""
        attributes = "".join(f' {name[1:]}="{{}}"' for name in table.columns if name.startswith("@"))
        children = "".join(f"<{name}>{{}}</{name}>" for name in table.columns if not name.startswith("@"))
        form = f"  <{self.record}{attributes}>{children}</{self.record}>"
        return [
            form.format(*texts)
            for texts in zip(*(table[name].tolist() for name in table.columns), strict=True)
        ]

    def broken(self, line: str, row: int) -> str:  # noqa: ARG002
        """There is none: it would break the document."""
        raise ValueError("an element that is broken breaks its document")

    def without(self, line: str, header: tuple[str, ...], column: str) -> str:  # noqa: ARG002
        """Without the child."""
        return re.sub(f"<{column}>[^<]*</{column}>", "", line)


COMMAS, TABS, JSON_LINES = Separated(","), Separated("\t"), JsonLines()
