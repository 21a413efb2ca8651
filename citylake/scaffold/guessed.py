"""One column of a sample, as far as it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

MOST = 0.98  # of the texts must be of a type: the rest are what the quarantine is for


@dataclass
class Guessed:
    """One column: its declaration so far, the evidence for each part, and its texts."""

    source: str | list[str]
    texts: Sequence[str]
    keys: dict = field(default_factory=dict)
    evidence: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The column's name in the lake."""
        return self.keys["name"]

    @property
    def type(self) -> str:
        """The guessed type."""
        return self.keys["type"]
