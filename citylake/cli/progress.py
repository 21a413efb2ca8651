"""Progress on standard error, so that standard output holds results only."""

from __future__ import annotations


def bar():
    """A progress bar that goes away when it is done; silent where standard error is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def doing(what: str):
    """A spinner beside what is being done, as a context; silent where standard error is no terminal."""
    from rich.console import Console

    return Console(stderr=True).status(what)
