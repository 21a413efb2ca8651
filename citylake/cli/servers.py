"""`up`, `down`, `status`: the servers of this lake."""

from __future__ import annotations

import typer

from citylake.cli import show
from citylake.cli.progress import doing

_FIELDS = (
    show.Field("server", whole=True),
    show.Field("state", whole=True),
    show.Field("healthy", "answers"),
    show.Field("address", whole=True),
    show.Field("pid", only="wide"),
    show.Field("log_file", "log", only="wide"),
)


def up(as_json: show.AsJson = False) -> None:
    """Start what does not run of this lake's servers, and make what they need.

    Safe to repeat; the second start takes seconds. State is in the folder CITYLAKE_HOME.
    """
    from citylake import stack

    _print(stack.up(), as_json)


def status(as_json: show.AsJson = False) -> None:
    """Show how each server is: state, address, log file. Exit 3 where one does not answer."""
    from citylake import stack

    found = stack.status()
    _print(found, as_json)
    if not all(server.healthy for server in found):
        raise typer.Exit(3)


def down() -> None:
    """Stop this lake's servers and leave no process. The data stay."""
    from citylake import stack

    with doing("Stopping the servers"):
        left = stack.down()
    show.say("Stopped." if not left else f"Stopped, with {left} process(es) that a crash had left behind.")


def _print(found: list, as_json: bool) -> None:
    from citylake import settings

    home = settings.current().home
    listed = [server.model_dump() for server in found]
    if not as_json:
        for server in listed:
            server["log_file"] = server["log_file"].removeprefix(f"{home}/")
            server["pid"] = str(server["pid"] or "")
    show.rows(listed, _FIELDS, as_json, title=f"The lake in {home}")
    if not as_json and not show.is_wide():
        show.say(f"Logs: {home}/logs/<server>.log", style="dim")
