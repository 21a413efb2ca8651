"""The stages of the flow by hand: each is what one task of Airflow runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated

import typer

from citylake.cli import show
from citylake.cli.progress import bar, doing
from citylake.errors import DataFailed, WrongUse

_OUTCOME = (
    show.Field("delivery_id", "delivery", whole=True),
    show.Field("feed_id", "feed", only="json"),
    show.Field("name", "file"),
    show.Field("status", whole=True),
    show.Field("records_parsed", "parsed"),
    show.Field("records_admitted", "admitted", only="wide"),
    show.Field("records_quarantined", "quarantined"),
    show.Field("records_held", "held", only="wide"),
    show.Field("rules", "rules broken", only="wide"),
    show.Field("reasons", only="json"),
)
_BUILT = (
    show.Field("domain"),
    show.Field("partitions"),
    show.Field("rows", "rows by mart"),
    show.Field("file", "scratch file"),
)
_CHECKED = (
    show.Field("domain"),
    show.Field("partitions"),
    show.Field("checks"),
    show.Field("warning", "warnings", style="yellow"),
    show.Field("info"),
)
_PUBLISHED = (
    show.Field("domain"),
    show.Field("partitions"),
    show.Field("rows", "rows by mart"),
    show.Field("hidden"),
    show.Field("numbers_shown_pct", "numbers of persons shown, %", only="wide"),
    show.Field("persons_shown_pct", "persons in them, %", only="wide"),
    show.Field("checks"),
    show.Field("warnings"),
    show.Field("publication_id", "publication", only="wide", whole=True),
    show.Field("seconds", only="wide"),
)


def admit(
    delivery: Annotated[str | None, typer.Argument(help="The delivery to admit, again if need be.")] = None,
    feed: Annotated[str | None, typer.Option("--feed", help="Admit what waits of this feed.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Admit what waits of every feed.")] = False,
    as_json: show.AsJson = False,
) -> None:
    """Turn deliveries into admitted and quarantined rows; repeating replaces.

    Asked for one delivery, exit 1 where it is held. A held delivery is kept: after the feed file or the file is
    put right, admit it again.
    """
    if sum([delivery is not None, feed is not None, waiting]) != 1:
        raise WrongUse(
            "one thing to admit is needed", found=_found(delivery, feed, waiting),
            expected="a delivery, --feed or --waiting", next_step="`citylake ledger deliveries` lists the deliveries.",
        )  # fmt: skip
    from citylake.admit import admit as verb

    admitted = [verb(delivery).delivery_id] if delivery is not None else _admit_waiting(feed)
    listed = _outcomes(admitted)
    show.rows(listed, _OUTCOME, as_json, nothing="No delivery waits.")
    held = [row for row in listed if row["status"] == "held"]
    if held and delivery is not None:
        raise _held(held[0])
    if held:
        show.note(f"{len(held)} held: `citylake ledger deliveries --status held` says why.")


def _found(delivery: str | None, feed: str | None, waiting: bool) -> str:
    given = [word for word in (delivery, feed and f"--feed {feed}", "--waiting" if waiting else None) if word]
    return " and ".join(given) or "none"


def _admit_waiting(feed_id: str | None) -> list[str]:
    """Admit what waits of a feed or of all, with a bar; the deliveries in order."""
    from citylake import ledger
    from citylake.admit import admit_waiting
    from citylake.feed import find_feed, load_feeds
    from citylake.ledger import deliveries

    feeds = [find_feed(feed_id).feed_id] if feed_id else list(load_feeds())
    with ledger.connect("steward") as connection:
        found = {each: len(deliveries.waiting(connection, each)) for each in feeds}
    admitted: list[str] = []
    with bar() as progress:
        task = progress.add_task("admitting", total=sum(found.values()))

        def note(outcome) -> None:
            admitted.append(outcome.delivery_id)
            progress.advance(task)

        for each, number in found.items():
            if number:
                admit_waiting(each, note)
    return admitted


def _outcomes(admitted: list[str]) -> list[dict]:
    """What the ledger says of each delivery now."""
    from citylake import ledger
    from citylake.ledger.listings import list_deliveries

    with ledger.connect("steward") as connection:
        listed = [row for each in admitted for row in list_deliveries(connection, delivery_id=each)]
    for row in listed:
        row["rules"] = show.counts(row["rule_counts"])
        row["reasons"] = "; ".join(reason["text"].rstrip(".") for reason in row["reasons"])
    return listed


def _held(row: dict) -> DataFailed:
    return DataFailed(
        f"held, {row['reasons']}", where=f"{row['feed_id']}, delivery {row['delivery_id']}",
        next_step=f"File: {row['landing_uri']}\n"
        f"  The delivery is kept; after a change: citylake admit {row['delivery_id']}",
    )  # fmt: skip


def conform(
    table: Annotated[str | None, typer.Argument(help="The conformed table.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every conformed table, inputs first.")] = False,
    as_json: show.AsJson = False,
) -> None:
    """Make the stale partitions of a conformed table again, by Spark."""
    _one_or_all(table, everything, "a table")
    from citylake.conform import conform as verb
    from citylake.table import find_table, inputs_first

    tables = [find_table(table).table_id] if table else inputs_first()
    fields = (
        show.Field("table_id", "table"),
        show.Field("partitions"),
        show.Field("rows"),
        show.Field("unchanged"),
    )
    show.rows(_each(verb, tables, "Conforming"), fields, as_json)


def build(domain: Annotated[str, typer.Argument(help="The domain.")], as_json: show.AsJson = False) -> None:
    """Build the marts of a domain by dbt into a scratch file, and say what came. Publishes nothing."""
    from citylake.build import build as verb

    show.rows(_each(verb, [domain], "Building"), _BUILT, as_json)


def check(domain: Annotated[str, typer.Argument(help="The domain.")], as_json: show.AsJson = False) -> None:
    """Build a domain into a scratch file and run its checks. Publishes nothing; exit 1 where a critical one fails."""
    from citylake.check import check as verb

    show.rows(_each(verb, [domain], "Checking"), _CHECKED, as_json)


def publish(
    domain: Annotated[str | None, typer.Argument(help="The domain.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every domain.")] = False,
    as_json: show.AsJson = False,
) -> None:
    """Build, check, protect and publish what is stale of a domain, in one transaction.

    Exit 1 where a critical check fails; then the last good publication stays.
    """
    _one_or_all(domain, everything, "a domain")
    from citylake.build import project
    from citylake.publish import publish_domain

    chosen = [domain] if domain else project.domains()
    listed = _each(publish_domain, chosen, "Publishing")
    show.rows(listed, _PUBLISHED, as_json)


def _one_or_all(one: str | None, everything: bool, what: str) -> None:
    if (one is None) == (not everything):
        raise WrongUse(f"{what} or --all is needed", found=f"{one} and --all" if one else "neither")


def _each(verb: Callable[[str], dict], names: Iterable[str], what: str) -> list[dict]:
    listed = []
    for name in names:
        with doing(f"{what} {name}"):
            listed.append(_flat(verb(name)))
    return listed


def _flat(result: dict) -> dict:
    """A summary without nested values."""
    return {key: show.counts(value) if isinstance(value, dict) else value for key, value in result.items()}
