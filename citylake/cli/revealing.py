"""`reveal`: sealed values, opened for a reason that the ledger keeps."""

from __future__ import annotations

from typing import Annotated

import typer

from citylake.cli import show
from citylake.errors import WrongUse

_OPENED = (
    show.Field("source_row", "record"),
    show.Field("kept_in", "kept in"),
    show.Field("column", whole=True),
    show.Field("value", whole=True),
)
_NOTED = (
    show.Field("reveal_id", only="wide"),
    show.Field("revealed_at", "opened"),
    show.Field("revealed_by", "by", whole=True),
    show.Field("feed_id", "feed", dotted=True),
    show.Field("name", "file", only="wide"),
    show.Field("delivery_id", "delivery", only="wide"),
    show.Field("source_rows", "records"),
    show.Field("source_columns", "columns"),
    show.Field("value_count", "values"),
    show.Field("because"),
)


def reveal(
    delivery: Annotated[str | None, typer.Argument(help="The delivery's id.")] = None,
    because: Annotated[
        str, typer.Option("--because", help="Why, in a sentence; the ledger keeps it with your name.")
    ] = "",
    record: Annotated[
        list[int] | None, typer.Option("--record", help="Of this record of the file only; may be repeated.")
    ] = None,
    column: Annotated[str | None, typer.Option("--column", help="Of this column of the file only.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many values.")] = 100,
    log: Annotated[bool, typer.Option("--log", help="List who opened what so far, and why.")] = False,
    as_json: show.AsJson = False,
) -> None:
    """Open sealed values of a delivery: of refused rows those of personal columns, of admitted rows what nobody declared.

    Who opens what, and why, is noted in the ledger before anything is shown; no value is. Nobody can take a note back.
    """
    if bool(delivery) == log:
        raise WrongUse("a delivery, or --log", found=f"delivery {delivery or 'none'}, log {log}", expected="one of them",
                       next_step="citylake reveal <delivery> --because '…', or citylake reveal --log.")  # fmt: skip
    if log:
        from citylake import ledger
        from citylake.ledger.reveals import reveals

        with ledger.connect("steward") as connection:
            noted = reveals(connection)
        listed = [
            row | {name: ", ".join(map(str, row[name])) for name in ("source_rows", "source_columns")}
            for row in noted
        ]
        show.rows(listed, _NOTED, as_json, nothing="Nothing was opened yet.")
        return
    from citylake.stewardship.revealing import reveal as opened

    found = opened(delivery or "", because, records=tuple(record or ()), column=column, limit=limit)
    show.rows([vars(each) for each in found], _OPENED, as_json)
    if len(found) == limit and not as_json:
        show.say(f"The first {limit}; --limit opens more.", style="dim")
