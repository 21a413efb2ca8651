"""`run`: the servers, a city's deliveries, and everything made from them by Airflow."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from citylake.cli import show


def run(
    seed: Annotated[int, typer.Option(help="Of the simulated city; the same seed gives the same bytes.")] = 1,
    days: Annotated[int, typer.Option(min=1, help="Business days to simulate.")] = 3,
    scale: Annotated[float, typer.Option(min=0, help="Size of the simulated city; 1 is all of it.")] = 0.1,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="The last business day.")
    ] = None,
    realdata: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder of the real sets, for the city 'realdata'.")
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Go on after a task of Airflow failed; tell at the end.")
    ] = False,
    patience: Annotated[
        float, typer.Option(min=10, metavar="SECONDS", help="How long nothing may move before it is a stall.")
    ] = 300,
) -> None:
    """Start the servers, deliver a city, let Airflow make everything from it, and print what came.

    Safe to repeat: what was delivered before is not delivered again, and a second run admits nothing. After
    Ctrl-C or a failure the same command goes on where this one stopped. The servers stay up; `citylake down`
    stops them.
    """
    from citylake import settings, stack
    from citylake.cli import departments, summary
    from citylake.cli.waiting import failure

    phases = Phases()
    city = departments.fitting(
        departments.City(seed=seed, days=days, scale=scale, until=until and until.date(), realdata=realdata)
    )
    _only_replayed()
    with phases.timed("servers"):
        stack.up()
    with phases.timed("departments make their files"):
        folder = departments.make(city)
    with phases.timed("departments send them"):
        departments.send(folder)
        _move_clock(departments.end_of_replay(folder))
    with phases.timed("the lake, by Airflow"):
        failed = _wait(settings.current(), patience, keep_going)
    summary.print_summary()
    phases.print()
    if failed:
        raise failure(failed)
    _all_made()


class Phases:
    """How long each part of a run took."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Time a block, with a heading above what it prints."""
        show.note(f"— {name}")
        began = time.monotonic()
        yield
        self._seconds[name] = time.monotonic() - began

    def print(self) -> None:
        """Print the times in one line."""
        parts = [f"{name} {seconds:.0f} s" for name, seconds in self._seconds.items()]
        show.say(f"Took {sum(self._seconds.values()):.0f} s: {', '.join(parts)}.", style="dim")


def _only_replayed() -> None:
    """Raises: WrongUse on a live city, whose clock is the wall's and whose numbers are not to be mixed."""
    from citylake import settings
    from citylake.errors import WrongUse

    place = settings.current()
    if place.clock != "replay":
        raise WrongUse(
            "this is the lake of a live city", where=str(place.home), found="clock wall", expected="clock replay",
            next_step="Simulated and real sets go to a lake of their own: CITYLAKE_HOME=<folder> citylake run",
        )  # fmt: skip


def _move_clock(at: datetime) -> None:
    from citylake import ledger
    from citylake.ledger.activity import set_replay_clock

    with ledger.connect("land") as connection:
        set_replay_clock(connection, at)


def _wait(place, patience: float, keep_going: bool) -> list:
    """Wait until Airflow has made everything; the tasks that failed meanwhile."""
    from citylake.cli.airflow_runs import AirflowRuns
    from citylake.cli.live import Live
    from citylake.cli.waiting import Patience, Waiting

    waiting = Waiting(AirflowRuns(place), _outputs(), Patience(stall_s=patience), keep_going)
    with Live() as live:
        waiting.until_quiet(live.tell)
    return waiting.failed


def _all_made() -> None:
    """Raises: DataFailed where partitions are blocked: their last good version stands, or there is none."""
    from citylake import ledger
    from citylake.errors import DataFailed
    from citylake.ledger.listings import blocked

    with ledger.connect("steward") as connection:
        found = blocked(connection)
    if found:
        tables = ", ".join(dict.fromkeys(row["table_id"] for row in found))
        raise DataFailed(
            f"{len(found)} partition(s) could not be made from what was delivered", where=tables,
            found=found[0]["reason"].rstrip("."),
            next_step="They are tried again when their inputs change, or after `citylake backfill`.",
        )  # fmt: skip


def _outputs() -> dict[str, set[str]]:
    """Every declared output with the inputs that make it be made."""
    from citylake.build import project
    from citylake.table import load_tables

    found = {
        name: {item.table for item in table.inputs.values() if item.drives}
        for name, table in load_tables().items()
    }
    for domain in project.domains():
        inputs = project.inputs(domain)
        driving = {table.table_id for table in inputs if table.drives} or {table.table_id for table in inputs}
        found[project.marts_id(domain)] = driving
    return found
