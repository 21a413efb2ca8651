"""A work in a process of its own, so that its memory is its own and nothing is warm but what should be."""

from __future__ import annotations

import importlib
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence


def apart(work: Callable[..., None], *arguments, modules: Sequence[str]) -> tuple[float, float]:
    """Seconds and peak megabytes of `work(*arguments)`; the import of `modules` is not counted."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_timed, args=(work, arguments, modules, theirs))
    process.start()
    theirs.close()  # so that a failed child ends the wait
    result = ours.recv()
    process.join()
    return result


def _timed(work: Callable[..., None], arguments: tuple, modules: Sequence[str], pipe) -> None:
    for name in modules:
        importlib.import_module(name)
    begun = time.perf_counter()
    work(*arguments)
    pipe.send((time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
