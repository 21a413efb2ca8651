"""`reconcile`: the row equation of every delivery, proved against a counter that is not admission."""

from __future__ import annotations

from typing import Annotated

import typer

from citylake.cli import show
from citylake.cli.progress import bar

_FIELDS = (
    show.Field("delivery_id", "delivery", whole=True),
    show.Field("feed_id", "feed", only="wide"),
    show.Field("name", "file"),
    show.Field("status", whole=True),
    show.Field("parsed"),
    show.Field("admitted", only="wide"),
    show.Field("quarantined", only="wide"),
    show.Field("held", only="wide"),
    show.Field("erased", only="json"),
    show.Field("counted"),
    show.Field("rows_admitted", only="wide"),
    show.Field("rows_quarantined", only="wide"),
    show.Field("differences", style="red"),
)
_TOTALS = (
    show.Field("feed", dotted=True),
    show.Field("deliveries", only="wide"),
    show.Field("parsed"),
    show.Field("admitted"),
    show.Field("quarantined"),
    show.Field("held"),
    show.Field("erased", only="wide"),
    show.Field("counted"),
    show.Field("differ", style="red"),
)


def reconcile(
    feed: Annotated[str | None, typer.Option("--feed", help="Of this feed only.")] = None,
    as_json: show.AsJson = False,
) -> None:
    """Prove that no record was lost: parsed = admitted + quarantined + held + erased, for every delivery.

    Compared with an independent count of the kept bytes and with the rows in the tables. Prints the
    deliveries that differ; exit 1 where there is one. As JSON: every delivery.
    """
    from citylake.stewardship.reconcile import reconcile as verb

    with bar() as progress:
        task = progress.add_task("counting records again", total=None)
        found = verb(
            feed,
            begin=lambda total: progress.update(task, total=total),
            advance=lambda: progress.advance(task),
        )
    listed = [vars(line) | {"differences": "; ".join(line.differences)} for line in found]
    wrong = [row for row in listed if row["differences"]]
    if as_json:
        show.rows(listed, _FIELDS, as_json)
    else:
        show.rows(_totals(listed), _TOTALS, as_json, nothing="No delivery has an outcome yet.")
        _say_wrong(wrong)
    if wrong:
        raise typer.Exit(1)
    if listed and not as_json:
        show.say(f"The row equation holds for all {len(listed)} deliveries.", style="green")


def _say_wrong(wrong: list[dict]) -> None:
    if wrong and show.is_wide():
        show.rows(wrong, _FIELDS, False, title="These differ")
        return
    for row in wrong:
        show.say(f"{row['delivery_id']} {row['name']}: {row['differences']}", style="red")


def _totals(listed: list[dict]) -> list[dict]:
    found = []
    for feed in dict.fromkeys(row["feed_id"] for row in listed):
        of_feed = [row for row in listed if row["feed_id"] == feed]
        sums = {
            key: sum(row[key] or 0 for row in of_feed)
            for key in ("parsed", "admitted", "quarantined", "held", "erased", "counted")
        }
        differ = sum(1 for row in of_feed if row["differences"])
        found.append({"feed": feed, "deliveries": len(of_feed), **sums, "differ": differ})
    return found
