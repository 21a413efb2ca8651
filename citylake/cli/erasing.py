"""`privacy erase` and `privacy erasures`: one person's records leave the lake, and what is left to do of it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from citylake.cli import show
from citylake.cli.progress import bar
from citylake.errors import WrongUse

_ERASURES = (
    show.Field("erasure_id", "erasure", only="wide", whole=True),
    show.Field("asked_at", "asked"),
    show.Field("domain"),
    show.Field("feeds"),
    show.Field("deliveries"),
    show.Field("records"),
    show.Field("finished_at", "finished"),
    show.Field("left", "left to do", style="yellow"),
    show.Field("because", only="wide"),
    show.Field("asked_by", "by", only="wide"),
)


def erase(
    domain: Annotated[str | None, typer.Option("--domain", help="The linkage domain of the value.")] = None,
    because: Annotated[str | None, typer.Option("--because", help="Why, without the value itself.")] = None,
    go_on: Annotated[
        bool, typer.Option("--continue", help="Do what is left of all erasures; asks for no value.")
    ] = False,
    as_json: show.AsJson = False,
) -> None:
    """Take one person out of the lake: out of landing, tables, quarantine and their history, and out of all that comes later.

    The value that identifies the person is asked for without echo, or read from standard input: it never stands in a command.
    What is made of the rows is made again by the ordinary stages; then --continue forgets its history too.
    """
    from citylake import erase as verb

    if go_on == bool(domain or because) or (not go_on and not (domain and because)):
        raise WrongUse(
            "what is to be erased is not said",
            expected="--domain and --because, or --continue alone",
        )
    value = "" if go_on else _value(domain or "")
    with bar() as progress:
        task = progress.add_task("looking through deliveries", total=None)
        done = (
            verb.go_on(lambda: progress.advance(task))
            if go_on
            else verb.erase(domain or "", value, because or "", lambda: progress.advance(task))
        )
    if as_json:
        show.objects([vars(done) | {"left": "; ".join(done.left)}])
        return
    show.say(f"{done.records:,} records taken out of {done.deliveries:,} deliveries.", style="green")
    if done.sealed_rows:
        show.say(f"{done.sealed_rows:,} rows deleted of days that are sealed; their figures stay.")
    if done.unread:
        show.say(f"{done.unread:,} records that cannot be split into columns hold no such value and stay.")
    if done.shut:
        show.say(f"{done.shut:,} deliveries cannot be read at all and stay.", style="yellow")
    if done.unknown:
        show.say(f"{done.unknown:,} objects that no feed takes were not looked into.", style="yellow")
    for each in done.left:
        show.say(f"Left to do: {each}.", style="yellow")
    if done.left:
        show.say("`citylake privacy erase --continue` goes on, once the lake made again what was made of it.")


def erasures(as_json: show.AsJson = False) -> None:
    """The persons that were erased: when, of which domain, out of what; never who. And what is left to do."""
    from citylake import erase as verb
    from citylake import ledger
    from citylake.ledger import erasures as kept

    with ledger.connect("steward") as connection:
        found = kept.listed(connection)
    rows = [each | {"feeds": ", ".join(each["feeds"]), "left": "; ".join(verb.left(each))} for each in found]
    show.rows(rows, _ERASURES, as_json, nothing="Nobody was erased yet.")


def _value(domain: str) -> str:
    """Typed without echo, or the first line of standard input."""
    if sys.stdin.isatty():
        import getpass

        return getpass.getpass(f"The value within '{domain}' (not shown): ").strip()
    return sys.stdin.readline().strip()
