"""What the simulator's commands share: a progress bar, and errors printed as sentences."""

from __future__ import annotations

import sys
from collections.abc import Callable

from citylake.errors import CitylakeError


def bar():
    """A progress bar on standard error, silent where that is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))


def run(main: Callable[[], None]) -> None:
    """Run a command; an error meant for its reader is printed without a stack trace, with its exit code."""
    try:
        main()
    except CitylakeError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
