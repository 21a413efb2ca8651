"""What has to happen, in which order, for the servers to run; independent steps run together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Step:
    """One step: what is done, what a reader is told it waits for, and the steps it needs first."""

    name: str
    label: str
    waits_for: str
    run: Callable[[], None]
    needs: tuple[str, ...] = ()


class Progress(Protocol):
    """Who tells the user. Called from several threads."""

    def begin(self, step: Step) -> None:
        """A step has begun."""

    def finish(self, step: Step, seconds: float) -> None:
        """A step has ended well."""

    def fail(self, step: Step) -> None:
        """A step has failed; the error is raised by `run_all`."""


def run_all(steps: list[Step], progress: Progress) -> None:
    """Run every step as soon as those it needs are done.

    After a failure no further step begins, those under way end, and the first error is raised.
    """
    done: set[str] = set()
    begun: set[str] = set()
    under_way: dict[Future, Step] = {}
    failure: BaseException | None = None
    with ThreadPoolExecutor(max_workers=len(steps) or 1, thread_name_prefix="step") as pool:
        while True:
            if failure is None:
                for step in steps:
                    if step.name not in begun and done.issuperset(step.needs):
                        begun.add(step.name)
                        under_way[pool.submit(_timed, step, progress)] = step
            if not under_way:
                break
            finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
            for future in finished:
                step = under_way.pop(future)
                error = future.exception()
                if error is None:
                    done.add(step.name)
                else:
                    failure = failure or error
    if failure is not None:
        raise failure
    if len(done) < len(steps):
        raise ValueError(f"steps that need what never happens: {sorted(begun ^ {s.name for s in steps})}")


def _timed(step: Step, progress: Progress) -> None:
    started = time.monotonic()
    progress.begin(step)
    try:
        step.run()
    except BaseException:
        progress.fail(step)
        raise
    progress.finish(step, time.monotonic() - started)


class Silent:
    """Progress for callers that want none."""

    def begin(self, step: Step) -> None:
        """Say nothing."""

    def finish(self, step: Step, seconds: float) -> None:
        """Say nothing."""

    def fail(self, step: Step) -> None:
        """Say nothing."""


class Lines:
    """Progress on a terminal: a living line for each step under way, a plain one when it is done."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.status import Status

        self._console = Console(stderr=True)
        self._status = Status("", console=self._console)
        self._under_way: dict[str, Step] = {}
        self._lock = threading.Lock()

    def begin(self, step: Step) -> None:
        """Show what the step waits for."""
        with self._lock:
            self._under_way[step.name] = step
            if not self._console.is_terminal:
                self._console.print(f"… {step.label}: {step.waits_for}", highlight=False)
            self._show()

    def finish(self, step: Step, seconds: float) -> None:
        """Print the step as done."""
        self._end(step, f"[green]✓[/] {step.label} [dim]{seconds:.1f} s[/]")

    def fail(self, step: Step) -> None:
        """Print the step as failed."""
        self._end(step, f"[red]✗[/] {step.label}")

    def _end(self, step: Step, line: str) -> None:
        with self._lock:
            self._under_way.pop(step.name, None)
            self._console.print(line, highlight=False)
            self._show()

    def _show(self) -> None:
        if not self._console.is_terminal:
            return
        if not self._under_way:
            self._status.stop()
            return
        waiting = [f"{step.label}: [dim]{step.waits_for}[/]" for step in self._under_way.values()]
        self._status.update("\n  ".join(waiting))
        self._status.start()
