"""What a run shows while Airflow works: bars on a terminal, lines elsewhere."""

from __future__ import annotations

import time

from citylake.cli.waiting import Seen

_LINE_EVERY_S = 5.0


class Live:
    """A context that is told what was seen, about once a second."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._console = Console(stderr=True)
        columns = (
            TextColumn("{task.description:<13}"),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[says]}"),
        )
        self._progress = Progress(*columns, TimeElapsedColumn(), console=self._console,
                                  disable=not self._console.is_terminal)  # fmt: skip
        self._tasks = {
            name: self._progress.add_task(name, total=None, says="")
            for name in ("in the inbox", "deliveries", "partitions", "publications")
        }
        self._printed, self._printed_at = "", float("-inf")
        self._most_in_inbox = 0

    def __enter__(self) -> Live:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def tell(self, seen: Seen) -> None:
        """Show it."""
        if self._console.is_terminal:
            self._bars(seen)
        else:
            self._line(seen)

    def _bars(self, seen: Seen) -> None:
        found = seen.ledger
        self._most_in_inbox = max(self._most_in_inbox, seen.inbox)
        gone = self._most_in_inbox - seen.inbox
        self._show("in the inbox", gone, self._most_in_inbox, f"{seen.inbox} wait to land")
        held = f", {found.held} of them held" if found.held else ""
        says = f"{found.outcomes} taken in{held}, {found.waiting} wait"
        self._show("deliveries", found.outcomes, found.outcomes + found.waiting, says)
        blocked = f", {found.blocked} blocked" if found.blocked else ""
        says = f"{found.made} made, {found.stale} stale{blocked}"
        self._show("partitions", found.made, found.made + found.stale + len(found.undeclared), says)
        self._show("publications", int(seen.is_quiet), 1, f"{found.publications} published")

    def _show(self, name: str, done: int, total: int, says: str) -> None:
        self._progress.update(self._tasks[name], completed=done, total=max(total, 1), says=says)

    def _line(self, seen: Seen) -> None:
        found = seen.ledger
        line = (
            f"inbox {seen.inbox}, deliveries {found.outcomes} taken in and {found.waiting} waiting,"
            f" partitions {found.made} made and {found.stale} stale, publications {found.publications}"
        )
        now = time.monotonic()
        if line != self._printed and (now - self._printed_at > _LINE_EVERY_S or seen.is_quiet):
            self._console.print(line, soft_wrap=True)
            self._printed, self._printed_at = line, now
