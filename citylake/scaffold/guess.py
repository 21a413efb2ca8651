"""A guess with its evidence, and a question where evidence does not decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

_SHOWN = 60  # characters of a value, so that a comment stays one line


@dataclass(frozen=True)
class Guess:
    """A value for a key of the feed file, and what in the sample speaks for it."""

    value: Any
    evidence: str


@dataclass
class Findings:
    """What was found so far: guesses by key, and questions in plain words to be answered by a person."""

    guesses: dict[str, Guess] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)

    def guess(self, key: str, value: Any, evidence: str) -> None:
        """Note a guess; a later one for the same key replaces it."""
        self.guesses[key] = Guess(value, evidence)

    def ask(self, question: str) -> None:
        """Note a question, once."""
        if question not in self.questions:
            self.questions.append(question)

    def value(self, key: str, default: Any = None) -> Any:
        """The guessed value of a key."""
        return self.guesses[key].value if key in self.guesses else default


def some(texts: Sequence[str], most: int = 3) -> str:
    """A few different texts for a person to see: `'a', 'b', …`."""
    different = list(dict.fromkeys(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…" for text in texts))
    return ", ".join(f"'{text}'" for text in different[:most]) + (", …" if len(different) > most else "")


def share(part: int, whole: int) -> str:
    """`98 %`, and never 100 % where something is missing."""
    percent = 100 * part / whole if whole else 0.0
    return f"{min(percent, 99.9) if part < whole else 100:.3g} %"
