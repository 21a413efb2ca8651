"""Warnings about admitted rows, as a report of the lake and a trial of a file show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from citylake.cli import show

if TYPE_CHECKING:
    from citylake.stewardship.warned import Warned


def say_warned(found: list[Warned]) -> None:
    """Warnings with their meaning, examples and what to do."""
    for each in found:
        rows = (
            "not known"
            if each.rows is None
            else f"{each.rows:,} {'row' if each.rows == 1 else 'rows'}, admitted"
        )
        show.say(
            f"\nWarning {each.name}: {rows}. {each.meaning[:1].upper()}{each.meaning[1:]}.",
            style="yellow",
        )
        for example in each.examples:
            show.say("  " + ", ".join(f"{name} '{value}'" for name, value in example.items()))
        show.say(f"  → {each.next_step}")


def warned_findings(found: list[Warned]) -> list[dict]:
    """A flat line for each warning."""
    return [
        {"about": "warning", "what": each.name, "count": each.rows, "meaning": each.meaning, "next_step": each.next_step,
         "example": "; ".join(f"{name} '{value}'" for name, value in (each.examples[0] if each.examples else {}).items())}
        for each in found
    ]  # fmt: skip
