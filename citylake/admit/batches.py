"""Batches of rows: read ahead, worked on side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor


def ahead(batches: Iterator) -> Iterator:
    """The same batches; the next is read in a thread while the caller works on this one.

    Raises: what reading raises, when the caller asks for the batch that could not be read.
    """
    with ThreadPoolExecutor(1, "admit-read") as pool:
        waiting = pool.submit(next, batches, None)
        while (batch := waiting.result()) is not None:
            waiting = pool.submit(next, batches, None)
            yield batch


def side_by_side(work: Callable, items: Iterable, workers: int) -> Iterator:
    """What `work` makes of each item, in their order; at most so many are worked on at once and none waits begun.

    Raises: what `work` raises, where its result is asked for.
    """
    with ThreadPoolExecutor(workers, "admit-work") as pool:
        begun: deque[Future] = deque()
        for item in items:
            begun.append(pool.submit(work, item))
            if len(begun) == workers:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
