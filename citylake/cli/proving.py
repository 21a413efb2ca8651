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
    show.Field("next_step", only="json"),
)
_TOTALS = (
    show.Field("feed", dotted=True),
    show.Field("deliveries", only="wide"),
    show.Field("waiting", only="wide"),
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
    deliveries that differ and what to do; exit 1 where there is one. Deliveries that wait to be admitted are no
    difference. As JSON: every delivery.
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
        show.rows(_totals(listed), _TOTALS, as_json, nothing="There is no delivery yet.")
        _say_unfinished(listed)
        _say_wrong(wrong)
    if wrong:
        raise typer.Exit(1)
    proved = sum(1 for row in listed if row["status"] != "waiting")
    if proved and not as_json:
        show.say(f"The row equation holds for all {proved} deliveries that have an outcome.", style="green")


def _say_unfinished(listed: list[dict]) -> None:
    """Deliveries that are not admitted, though nothing of them is lost."""
    waiting, held = ([row for row in listed if row["status"] == status] for status in ("waiting", "held"))
    if waiting:
        show.say(
            f"{_deliveries(waiting)} waiting: landed, not admitted yet. Airflow admits what waits by itself;"
            " `citylake ledger deliveries --status waiting` lists it.",
            style="yellow",
        )
    if held:
        records = show.text(sum(row["held"] for row in held))
        show.say(
            f"{_deliveries(held)} held (records: {records}): `citylake quarantine held` says why.",
            style="yellow",
        )


def _deliveries(rows: list[dict]) -> str:
    return "1 delivery is" if len(rows) == 1 else f"{len(rows):,} deliveries are"


def _say_wrong(wrong: list[dict]) -> None:
    if wrong and show.is_wide():
        show.rows(wrong, _FIELDS, False, title="These differ")
    for row in wrong:
        if not show.is_wide():
            show.say(f"{row['delivery_id']} {row['name']}: {row['differences']}", style="red")
        show.say(f"  → {row['delivery_id']}: {row['next_step']}")


def _totals(listed: list[dict]) -> list[dict]:
    found = []
    for feed in dict.fromkeys(row["feed_id"] for row in listed):
        of_feed = [row for row in listed if row["feed_id"] == feed]
        sums = {
            key: sum(row[key] or 0 for row in of_feed)
            for key in ("parsed", "admitted", "quarantined", "held", "erased", "counted")
        }
        waiting = sum(1 for row in of_feed if row["status"] == "waiting")
        differ = sum(1 for row in of_feed if row["differences"])
        found.append({"feed": feed, "deliveries": len(of_feed), "waiting": waiting, **sums, "differ": differ})
    return found
