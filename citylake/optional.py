"""Optional columns: what a delivery may lack without being held, and which columns cannot be so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from citylake.column import Column
from citylake.format import Format, Unpivot


def may_be_absent(columns: Iterable[Column]) -> frozenset[str]:
    """The source columns that a delivery may lack: those that no other than optional columns read."""
    columns = tuple(columns)
    needed = {source for column in columns if not column.optional for source in column.sources}
    return frozenset(source for column in columns if column.optional for source in column.sources) - needed


def wrong_optional(
    columns: Sequence[Column], needed: dict[str, str], form: Format, unpivot: Unpivot | None
) -> list[str]:
    """Every optional column that cannot be one. `needed` is a column that every row must have -> what it is, in words."""
    absent, problems = may_be_absent(columns), []
    for column in columns:
        if not column.optional:
            continue
        told = f"column '{column.name}' is `optional: true`"
        if column.required:
            problems.append(f"{told} and `required: true`: without it every row would be quarantined")
        if what := needed.get(column.name):
            problems.append(f"{told} and {what}, which every row must have")
        others = [source for source in column.sources if source not in absent]
        if len(others) == len(column.sources):
            read = ", ".join(f"'{source}'" for source in others)
            problems.append(
                f"{told}, and what it reads ({read}) is read by a column that is not optional too"
            )
        if named := _named_by(column, form, unpivot):
            problems.append(f"{told}, and {named} says which columns there are, whatever a delivery has")
    return problems


def _named_by(column: Column, form: Format, unpivot: Unpivot | None) -> str | None:
    """The key of the feed file that names what the column reads, so that it is there, or not, in every delivery."""
    if form.header or form.widths:
        return "format.header" if form.header else "format.widths"
    if set(column.sources) & set(form.carry):
        return "format.carry"
    made = {unpivot.name_to, unpivot.value_to} if unpivot else set()
    return "unpivot" if set(column.sources) & made else None
