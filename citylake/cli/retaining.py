"""`privacy retention`: how long what is kept, what is past that, and the certificates of what was deleted."""

from __future__ import annotations

from typing import Annotated

import typer

from citylake.cli import show
from citylake.cli.progress import bar
from citylake.errors import WrongUse

_KEPT = (
    show.Field("table_id", "table", dotted=True, whole=True),
    show.Field("kept_for", "kept for, days"),
    show.Field("kept_from", "kept from"),
    show.Field("rows_past", "rows past", style="yellow"),
    show.Field("deliveries_past", "deliveries past", style="yellow"),
)
_CERTIFICATES = (
    show.Field("certificate_id", "certificate", only="wide", whole=True),
    show.Field("issued_at", "issued"),
    show.Field("table_id", "table", dotted=True, whole=True),
    show.Field("kept_from", "kept from"),
    show.Field("deliveries"),
    show.Field("rows_deleted", "rows deleted"),
    show.Field("objects_deleted", "objects deleted"),
    show.Field("objects_left", "objects left", only="wide"),
    show.Field("listing_sha256", "listing", only="wide"),
)


def retention(
    enforce: Annotated[bool, typer.Option("--enforce", help="Delete what is past retention.")] = False,
    certificates: Annotated[bool, typer.Option("--certificates", help="What was deleted so far.")] = False,
    as_json: show.AsJson = False,
) -> None:
    """How long each table is kept, and what of it is past that; with --enforce it is deleted.

    Rows of days that are past go from admitted rows, quarantine and conformed tables with all that held them, and the bytes
    of deliveries about no later day from landing. What was made of them is sealed first: it stays as it is and is never made
    again. Airflow does it every day.
    """
    if enforce and certificates:
        raise WrongUse(
            "one thing at a time", found="--enforce --certificates", expected="one of them or none"
        )
    from citylake import ledger
    from citylake import retain as verb
    from citylake.ledger import retention as kept

    if enforce:
        with bar() as progress:
            task = progress.add_task("deleting what is past retention", total=None)
            done = verb.enforce(
                begin=lambda total: progress.update(task, total=total), advance=lambda: progress.advance(task)
            )
        if not as_json:
            show.say(
                f"{done['rows']:,} rows and {done['objects']:,} objects deleted, {done['certificates']} certificates;"
                f" {done['sealed']:,} partitions sealed.",
                style="green",
            )  # fmt: skip
            return
        show.rows([done], tuple(show.Field(name) for name in done), as_json)
    elif certificates:
        with ledger.connect("steward") as connection:
            found = kept.certificates(connection)
        show.rows(found, _CERTIFICATES, as_json, nothing="Nothing was past retention yet.")
    else:
        rows = [
            vars(each) | {"kept_for": each.kept_for.days, "deliveries_past": len(each.deliveries_past)}
            for each in verb.look()
        ]
        show.rows(rows, _KEPT, as_json)
