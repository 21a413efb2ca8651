"""Conditions of a feed file, in DuckDB SQL: over one row, or over rows and feeds together."""

from __future__ import annotations

from pydantic import Field

from citylake.declaration import Strict


class Rule(Strict):
    """A named condition over declared column names.

    Among `rules` it is about one row and reads nothing else: a row for which it is false is quarantined. Among
    `warnings` it may use window functions and read other feeds as `<department>.<dataset>`: a row for which it
    is false stays admitted and is counted whenever the feed's report is asked for.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    that: str
    because: str
