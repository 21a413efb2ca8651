"""`feed rows`: what was admitted of a feed, row by row."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from citylake.cli import show

_CHARACTERS = 12  # of the terminal, that a column needs to be read
_RECORD = "_source_row"


def feed_rows(
    feed: Annotated[str, typer.Argument(help="The feed, <department>.<dataset>.")],
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], metavar="DAY", help="Of this day only.")
    ] = None,
    delivery: Annotated[str | None, typer.Option("--delivery", help="Of this delivery only.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 20,
    as_json: show.AsJson = False,
) -> None:
    """Show admitted rows of a feed, newest delivery first, each with its record number in the file.

    Rows that a later delivery corrected or replaced are among them. Values of personal columns stay sealed;
    times are in UTC.
    """
    from citylake.stewardship.admitted import EXTRA, PLACE, admitted

    found = admitted(feed, day=day and day.date(), delivery_id=delivery, limit=limit)
    if as_json:
        show.objects(found)
        return
    if not found:
        show.say(_nothing(feed, narrowed=bool(day or delivery)))
        return
    names = [name for name in found[0] if name not in (*PLACE, EXTRA)]
    extra = [EXTRA] if any(row.get(EXTRA) for row in found) else []
    fits = _CHARACTERS * (len(names) + len(extra) + 1) <= show.console().width
    fields = [show.Field(_RECORD, "record"), *map(show.Field, [*names, *extra] if fits else ["row"])]
    for delivery_id in dict.fromkeys(row["_delivery_id"] for row in found):
        rows = [_row(row, [*names, *extra]) for row in found if row["_delivery_id"] == delivery_id]
        show.rows(rows, fields, False, title=f"{feed} · {delivery_id}")
    if len(found) == limit:
        show.say(f"The first {limit}; --limit shows more.", style="dim")


def _row(row: dict, names: list[str]) -> dict:
    """Values as they are, without separators in numbers; all of them in one text as well."""
    texts = {
        name: value if isinstance(value, datetime | bool | None) else str(value)
        for name, value in row.items()
        if name in names
    }
    pairs = ", ".join(f"{name}={show.text(value)}" for name, value in texts.items())
    return texts | {_RECORD: row[_RECORD], "row": pairs}


def _nothing(feed: str, *, narrowed: bool) -> str:
    if narrowed:
        return f"No such row of {feed} is admitted; `citylake quality feed {feed}` says which days are."
    return (
        f"Nothing of {feed} is admitted yet. `citylake ledger deliveries --feed {feed}` says what came and what"
        " became of it; `citylake deliver` sends a file."
    )
