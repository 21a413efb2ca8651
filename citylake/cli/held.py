"""`quarantine held|release|reject`: deliveries that wait for a steward."""

from __future__ import annotations

from typing import Annotated

import typer

from citylake.cli import show

_HELD = (
    show.Field("delivery_id", "delivery", whole=True),
    show.Field("feed_id", "feed", whole=True),
    show.Field("name", "file"),
    show.Field("arrived_at", "arrived"),
    show.Field("records_held", "records"),
    show.Field("reason"),
    show.Field("decision"),
    show.Field("because", only="wide"),
    show.Field("decided_by", only="json"),
    show.Field("decided_at", only="json"),
)
Because = Annotated[str, typer.Option("--because", help="Why, in a sentence; it is kept in the ledger.")]
Delivery = Annotated[str, typer.Argument(help="The delivery's id.")]


def held(
    feed: Annotated[str | None, typer.Option("--feed", help="Of this feed only.")] = None,
    as_json: show.AsJson = False,
) -> None:
    """List deliveries that are held whole, with the reason and what a steward decided."""
    from citylake.stewardship.held import held as find

    listed = [
        row | {"reason": "; ".join(f"{r['kind']}: {r['text']}" for r in row["reasons"])} for row in find(feed)
    ]
    show.rows(listed, _HELD, as_json, nothing="No delivery is held.")


def release(delivery: Delivery, because: Because) -> None:
    """Admit a held delivery as it is. What it differs in is accepted, now and whenever it is admitted again."""
    from citylake.stewardship.held import release as decide

    found = decide(delivery, because)
    show.say(
        f"{found['name']} is released; it is admitted with the next run of feed {found['feed_id']}.",
        style="green",
    )


def reject(delivery: Delivery, because: Because) -> None:
    """Never admit a held delivery. Its bytes stay in landing."""
    from citylake.stewardship.held import reject as decide

    found = decide(delivery, because)
    show.say(f"{found['name']} is rejected; its bytes stay in landing.", style="green")
