"""`feed diff|readmit`: what a change of a feed file means, and making it true of what is there."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from citylake.cli import show
from citylake.cli.progress import bar
from citylake.errors import DataFailed, WrongUse

_DIFF = (
    show.Field("feed_id", "feed", only="json"),
    show.Field("key", "what"),
    show.Field("before"),
    show.Field("after"),
    show.Field("meaning", style="bold"),
    show.Field("consequence"),
    show.Field("mixes", only="json"),
)
_PLAN = (
    show.Field("feed_id", "feed", whole=True),
    show.Field("deliveries", "to admit again"),
    show.Field("records"),
    show.Field("under_way", "asked for already"),
    show.Field("forgets", "forgets what was"),
    show.Field("asked", "asked now"),
)
_STALL_S = 120.0  # Airflow tries a failed admission again for less than this


def diff_feeds(
    feed: Annotated[str | None, typer.Argument(help="The feed; every one if none.")] = None,
    as_json: show.AsJson = False,
) -> None:
    """Compare the feed files with the declarations in force, and say what each change means.

    evolve: nothing to do. re-admit from landing: rows that are there would come out differently. new version: what is
    there cannot follow, so give the feed a new name.
    """
    from citylake import ledger
    from citylake.feed import load_feeds
    from citylake.ledger.listings import declarations
    from citylake.stewardship.readmission import differences

    files = load_feeds()
    found = []
    with ledger.connect("steward") as connection:
        in_force = {name: row["declaration"] for name, row in declarations(connection).items()}
        known = sorted({**files, **in_force})
        if feed is not None and feed not in known:
            raise WrongUse(f"there is no feed '{feed}'", expected="one of " + ", ".join(known))
        for name in [feed] if feed else known:
            of_feed = [
                vars(each) for each in differences(connection, name, in_force.get(name), files.get(name))
            ]
            found += of_feed
            if of_feed and not as_json:
                show.rows(of_feed, _DIFF, as_json, title=name)
                _say_next(name, {each["meaning"] for each in of_feed})
    if as_json or not found:
        show.rows(found, _DIFF, as_json, nothing="The files say what is in force.")


def _say_next(feed_id: str, meanings: set[str]) -> None:
    if "new version" in meanings:
        show.note("Next: take the change back, and declare it in a feed file of another name.")
    elif "re-admit from landing" in meanings:
        show.note(f"Next: citylake feed readmit {feed_id}")


def readmit(
    feed: Annotated[str, typer.Argument(help="The feed, <department>.<dataset>.")],
    reason: Annotated[
        str | None,
        typer.Option(
            "--reason", help="Why; it is kept with what comes of it. Without it nothing is asked for."
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every delivery, not only those that the file would change.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until Airflow has admitted and remade everything.")
    ] = False,
    as_json: show.AsJson = False,
) -> None:
    """Admit a feed's deliveries again from landing, as its changed file says; Airflow does it.

    Without --reason it shows what would be asked for, and why. Nothing is made of the feed's rows until its last
    delivery is admitted again; then the days that changed are made again. Safe to repeat.
    """
    from citylake import ledger
    from citylake.clock import wall_now
    from citylake.feed import find_feed
    from citylake.stewardship import readmission

    found, since = find_feed(feed), wall_now()
    with ledger.connect("steward") as connection:
        plan = readmission.plan(connection, found, everything=everything)
    if plan.changes and not as_json:
        show.rows([vars(each) for each in plan.changes], _DIFF, as_json, title=feed)
    if reason is not None:
        plan = readmission.readmit(found, reason, everything=everything)
    shown = {
        "feed_id": feed, "deliveries": len(plan.deliveries), "records": plan.records, "under_way": plan.under_way,
        "forgets": plan.forgets, "asked": reason is not None and bool(plan.deliveries),
    }  # fmt: skip
    if plan.deliveries or plan.under_way or as_json:
        show.rows([shown], _PLAN, as_json)
    else:
        show.say("Every delivery stands as the feed file says.")
    _say_what_follows(plan, reason, wait)
    if wait and (reason is not None or plan.under_way):
        _wait(feed, since, plan.under_way + len(plan.deliveries))


def _say_what_follows(plan, reason: str | None, wait: bool) -> None:
    if reason is None and plan.deliveries:
        show.note(f"Nothing is asked for. To ask: citylake feed readmit {plan.feed_id} --reason 'why'")
    elif (plan.deliveries or plan.under_way) and not wait:
        show.note(
            "Airflow's sweep takes it within two minutes; `citylake feed readmit` again shows what is left."
        )


def _wait(feed_id: str, since, number: int) -> None:
    """Until everything is admitted again and what is made of it is made. Raises: DataFailed where it does not get there."""
    from citylake import ledger
    from citylake.ledger.readmissions import progress

    before, moved_at = None, time.monotonic()
    with bar() as shown:
        task = shown.add_task(f"admitting {feed_id} again", total=number)
        while True:
            with ledger.connect("steward") as connection:
                now = progress(connection, feed_id, since)
            if now != before:
                before, moved_at = now, time.monotonic()
            shown.update(task, completed=number - now.pending, description=_doing(feed_id, now))
            if now.is_done:
                break
            if now.blocked or (now.failed and time.monotonic() - moved_at > _STALL_S):
                raise DataFailed(
                    "it could not be admitted and remade", where=feed_id, found="; ".join(now.blocked or now.failed),
                    next_step=f"{now.pending} deliveries are left; what was published stands."
                    " After a change it goes on by itself.",
                )  # fmt: skip
            time.sleep(1)
    if now.held:
        show.note(f"{now.held} held: `citylake quarantine held --feed {feed_id}` says why.")
    show.say(f"{feed_id} is admitted again, and what is made of it is remade.", style="green")


def _doing(feed_id: str, now) -> str:
    if now.pending or now.forgettings:
        return f"admitting {feed_id} again"
    return f"remaking {now.stale} partitions"
