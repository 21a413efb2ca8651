"""`stale` and `backfill`: what would be made, and asking for it with a reason."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from citylake.cli import show
from citylake.cli.difference import show_difference
from citylake.cli.progress import doing
from citylake.errors import WrongUse

_STALE = (
    show.Field("table_id", "table", whole=True),
    show.Field("partition", whole=True),
    show.Field("reason"),
    show.Field("fingerprint", only="json"),
)


def stale(
    table: Annotated[
        str | None, typer.Option("--table", help="Of this table only, or marts.<domain>.")
    ] = None,
    as_json: show.AsJson = False,
) -> None:
    """List the partitions that would be made now, and why."""
    from citylake import ledger
    from citylake.ledger import partitions

    with ledger.connect("steward") as connection:
        table_id = _table_id(connection, table) if table else None
        found = [vars(item) for item in partitions.stale(connection, table_id)]
    show.rows(found, _STALE, as_json, nothing="Nothing is stale.")


def _table_id(connection, name: str) -> str:
    """The id of an output table given with or without its layer. Raises: WrongUse that says what exists."""
    found = connection.execute("select table_id from ledger.tables order by table_id").fetchall()
    known = [row["table_id"] for row in found]
    for candidate in (name, f"conformed.{name}", f"marts.{name}"):
        if candidate in known:
            return candidate
    raise WrongUse(f"there is no table '{name}'", expected="one of " + (", ".join(known) or "none yet"))


def backfill(
    table: Annotated[str, typer.Argument(help="The conformed table, or marts.<domain>.")],
    first: Annotated[
        str | None, typer.Option("--from", help="The first partition, such as 2026-03-01.")
    ] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last partition, included.")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", help="Why; it is kept with what comes of it.")
    ] = None,
    stage: Annotated[
        bool, typer.Option("--stage", help="Make it aside and show what would change first.")
    ] = False,
    diff: Annotated[
        str | None, typer.Option("--diff", metavar="REQUEST", help="Show what a request would change.")
    ] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", metavar="REQUEST", help="Let a staged request take effect.")
    ] = None,
    cancel: Annotated[
        str | None, typer.Option("--cancel", metavar="REQUEST", help="Withdraw a staged request.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until Airflow has made it.")] = False,
    as_json: show.AsJson = False,
) -> None:
    """Ask for partitions to be made again, for a reason; Airflow makes them.

    With --stage nothing is published: the request waits, and what it would change is computed aside and shown.
    --accept lets it take effect, --cancel withdraws it.
    """
    chosen = [word for word in (diff, accept, cancel) if word]
    if len(chosen) > 1 or (chosen and (first or last or reason or stage)):
        raise WrongUse(
            "one thing at a time", expected="--from, --to and --reason, or --diff, or --accept, or --cancel"
        )
    if diff:
        show_difference(_found(table, diff), as_json)
    elif accept:
        _accept(table, accept, wait)
    elif cancel:
        _cancel(table, cancel)
    else:
        _ask(table, first, last, reason, stage, wait, as_json)


def _ask(
    table: str,
    first: str | None,
    last: str | None,
    reason: str | None,
    stage: bool,
    wait: bool,
    as_json: bool,
) -> None:
    from citylake import ledger
    from citylake.ledger.requests import request_backfill

    with ledger.connect("steward") as connection:
        table_id = _table_id(connection, table)
        begin, end = _bounds(connection, table_id, first, last)
        if not reason or not reason.strip():
            raise WrongUse("a backfill needs a reason", where=table_id, next_step="Add --reason 'why'.")
        request_id = request_backfill(connection, table_id, begin, end, reason.strip(), staged=stage)
    if stage:
        _compute_difference(table_id, request_id)
        show_difference(_found(table_id, request_id), as_json)
        show.note(
            f"Nothing is published. To let it take effect: citylake backfill {table} --accept {request_id}"
        )
    else:
        _say_taken(table_id, request_id, wait)


def _bounds(connection, table_id: str, first: str | None, last: str | None) -> tuple[str, str]:
    from datetime import date

    from citylake.feed import ALL

    partitioned = connection.execute(
        "select partitioned from ledger.tables where table_id = %s", (table_id,)
    ).fetchone()["partitioned"]
    if not partitioned:
        if first or last:
            raise WrongUse("this table has no days: it is made as a whole", where=table_id,
                           next_step="Leave --from and --to out.")  # fmt: skip
        return ALL, ALL
    if not (first and last):
        raise WrongUse("--from and --to are needed", where=table_id, expected="days, such as 2026-03-01")
    for text in (first, last):
        try:
            date.fromisoformat(text)
        except ValueError:
            raise WrongUse("this is not a day", found=text, expected="a day such as 2026-03-01") from None
    if first > last:
        raise WrongUse("--from is after --to", found=f"{first} and {last}")
    return first, last


def _found(table: str, request_id: str) -> dict:
    """The request. Raises: WrongUse where there is none, or it is about another table."""
    from citylake import ledger
    from citylake.ledger.requests import find_request

    with ledger.connect("steward") as connection:
        table_id = _table_id(connection, table)
        request = find_request(connection, request_id)
    if request is None or request["table_id"] != table_id:
        raise WrongUse(f"there is no request '{request_id}' about {table_id}",
                       found=f"one about {request['table_id']}" if request else "none")  # fmt: skip
    return request


def _compute_difference(table_id: str, request_id: str) -> None:
    """Make the partitions aside, then the marts of every domain that reads them."""
    from citylake.publish import publish_domain

    if table_id.startswith("conformed."):
        from citylake.conform import conform

        with doing(f"Making {table_id} aside"):
            conform(table_id, request_id)
    for domain in _readers(table_id):
        with doing(f"Comparing the marts of {domain}"):
            publish_domain(domain, request_id)


def _readers(table_id: str) -> list[str]:
    """The domains whose marts read a conformed table; of marts the domain itself."""
    from citylake.build import project

    layer, _, name = table_id.partition(".")
    if layer == "marts":
        return [name]
    return [
        domain
        for domain in project.domains()
        if table_id in {item.table_id for item in project.inputs(domain)}
    ]


def _accept(table: str, request_id: str, wait: bool) -> None:
    from citylake import ledger
    from citylake.ledger.requests import accept

    request = _staged(table, request_id)
    with ledger.connect("steward") as connection:
        accept(connection, request_id)
    _discard(request)
    _say_taken(request["table_id"], request_id, wait)


def _cancel(table: str, request_id: str) -> None:
    from citylake import ledger
    from citylake.ledger.requests import cancel

    request = _staged(table, request_id)
    with ledger.connect("steward") as connection:
        cancel(connection, request_id)
    _discard(request)
    show.say(f"Request {request_id} is withdrawn; nothing changed.")


def _staged(table: str, request_id: str) -> dict:
    request = _found(table, request_id)
    if request["status"] != "staged":
        raise WrongUse(f"the request is {request['status']} already", where=f"request {request_id}",
                       expected="a staged one")  # fmt: skip
    return request


def _discard(request: dict) -> None:
    """What was made aside is not needed any more: accepted requests are made anew from the inputs of then."""
    if request["table_id"].startswith("conformed."):
        from citylake.conform import discard

        discard(request["table_id"], request["request_id"])


def _say_taken(table_id: str, request_id: str, wait: bool) -> None:
    show.note(f"Request {request_id} is accepted: Airflow's sweep takes it within two minutes.")
    if not wait:
        show.note(f"`citylake stale --table {table_id}` is empty when it is done.")
        return
    _wait(table_id, request_id)
    show.say(
        f"{table_id} is made again. `citylake restatements` shows what changed in the marts.", style="green"
    )


def _wait(table_id: str, request_id: str) -> None:
    """Until the request's partitions are made, in the table and in the marts that read it. Raises: DataFailed."""
    from citylake import ledger
    from citylake.errors import DataFailed
    from citylake.ledger.activity import left_of_request

    tables = [table_id, *(f"marts.{domain}" for domain in _readers(table_id))]
    with doing(f"Waiting for {', '.join(tables)}"):
        while True:
            with ledger.connect("steward") as connection:
                stale_now, blocked = left_of_request(connection, request_id, tables)
            if blocked:
                raise DataFailed(
                    "it could not be made again", where=f"request {request_id}", found="; ".join(blocked),
                    next_step="The state from before stands. `citylake quality show` may say more.",
                )  # fmt: skip
            if not stale_now:
                return
            time.sleep(1)
