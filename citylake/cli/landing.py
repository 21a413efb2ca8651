"""How deliveries come in, by hand: put into the inbox, taken from there, asked for at their source."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from citylake.cli import show
from citylake.cli.progress import doing
from citylake.errors import WrongUse

_WITH_OFFSET = "%Y-%m-%dT%H:%M:%S%z"
_SENT = (
    show.Field("object"),
    show.Field("size_bytes", "bytes"),
    show.Field("arrived_at", "arrives at"),
    show.Field("feeds", "taken by"),
)


def deliver(
    files: Annotated[list[Path], typer.Argument(help="Files to deliver, each under its own name.")],
    department: Annotated[str, typer.Option("--department", help="The department that sends them.")],
    sender: Annotated[
        str | None, typer.Option("--sender", help="Who in the department; itself by default.")
    ] = None,
    arrived_at: Annotated[
        datetime | None,
        typer.Option(
            "--arrived-at",
            formats=[_WITH_OFFSET],
            help="Time of arrival in a replayed city, whose clock moves on to it; now by default.",
        ),
    ] = None,
    as_json: show.AsJson = False,
) -> None:
    """Put files into the inbox as a department would; Airflow takes them from there.

    A name sent again is a correction of what was sent before. A file that no feed takes is kept too.

    The time of arrival is now, by the wall clock, also in a replayed (simulated) city; its own clock, by which
    deadlines pass and gaps are told, stays where the replay ended unless --arrived-at is given.
    """
    from citylake.land.sending import send

    sent = [dataclasses.asdict(send(path, department, sender, arrived_at)) for path in files]
    shown = [row | {"feeds": ", ".join(row["feeds"]) or "no feed"} for row in sent]
    show.rows(shown, _SENT, as_json)
    if not all(row["feeds"] for row in sent):
        show.note(
            "What no feed takes is kept as unknown: `citylake ledger unknown` says which feeds come close."
        )


def land(
    feed: Annotated[str | None, typer.Option("--feed", help="Ask the source of this feed.")] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day to ask for again.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day, included.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why these days are asked for again.")
    ] = None,
    as_json: show.AsJson = False,
) -> None:
    """Take every object that waits in the inbox to the landing bucket, as it came.

    With --feed, ask the feed's source for what is new; with --from, --to and --reason for days that came
    already. What comes and is the same as before is found repeated when it is admitted.
    """
    if feed is not None:
        _pull(feed, first, last, reason, as_json)
        return
    if first or last or reason:
        raise WrongUse(
            "days are asked for again of one feed", found="no --feed", next_step="Add --feed <feed>."
        )
    from citylake.land import land as verb

    with doing("Landing what waits in the inbox"):
        result = verb()
    fields = (show.Field("objects"), show.Field("deliveries"), show.Field("feeds"))
    show.rows([result | {"feeds": ", ".join(result["feeds"])}], fields, as_json)


def _pull(
    feed: str, first: datetime | None, last: datetime | None, reason: str | None, as_json: bool
) -> None:
    from citylake.land.pull import land_feed, recapture

    given = (first is not None, last is not None, reason is not None)
    if any(given) and not all(given):
        raise WrongUse(
            "days are asked for again with a reason", expected="--from, --to and --reason, all three or none"
        )
    with doing(f"Asking the source of {feed}"):
        result = (
            recapture(feed, first.date(), last.date(), reason or "") if first and last else land_feed(feed)
        )
    fields = (show.Field("feed"), show.Field("deliveries"), show.Field("bytes"))
    show.rows([result], fields, as_json)
    if not result["deliveries"] and not as_json:
        show.note("The source has nothing new.")
