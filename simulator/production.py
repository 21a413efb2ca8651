"""A city made in processes: each business day alone, written at once, and then the truth of each day from its neighbours'.

No process holds more than the day it makes, and what making it needs of the days before; the truth of a day reads the
condensed facts of the days around it.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from simulator import writer
from simulator.city import lists, of_day
from simulator.parts import Described, Stored, faults, write_part
from simulator.setting import Asked
from simulator.truth import tables

_SOURCES = "sources.pickle"
_BLOCK = 4  # days that follow each other in one process: the next one's arrivals are mostly there


@dataclass(frozen=True)
class Made:
    """How much was made."""

    deliveries: int
    faults: int


def produce(
    asked: Asked, folder: Path, workers: int | None = None, after_day: Callable[[], None] = lambda: None
) -> Made:
    """Make a city in `folder`, its manifest last. Calls `after_day` twice a day: when it is made, and when its truth is.

    `workers` are the processes (as many as there are cores, if None); one is this one. The output is the same.
    Stopped half-way it leaves a folder that the next start replaces.
    """
    scratch = writer.prepare(folder)
    setting, count = asked.setting, min(workers or os.cpu_count() or 1, asked.days)
    described: list[Described] = []
    with _processes(count) as pool:
        blocks = [(), *_blocks(setting.days, count)]
        for days, parts in _as_made(pool, partial(_make, asked, folder, scratch), blocks):
            described += parts
            for _ in days:
                after_day()
        described.sort(key=lambda each: each.order)
        sources = tuple(each.source for each in described if each.source)
        (scratch / _SOURCES).write_bytes(pickle.dumps(sources))
        of_days: dict[date, tuple[pd.DataFrame, pa.Table]] = {}
        for day, made in _as_made(pool, partial(_judge, asked, scratch), setting.days):
            of_days[day] = made
            after_day()
    rows = (row for each in described for row in each.readings)
    whole = tables.indicators_with(
        Stored(**vars(setting), kept=sources), (of_days[day][0] for day in setting.days)
    )
    answers = pa.concat_tables(of_days[day][1] for day in setting.days)
    tables.write_tables(folder / "truth", faults(described), tables.deliveries_of(rows), whole, answers)
    sent = writer.finish((each.entry for each in described if each.entry), folder)
    return Made(sent, sum(each.faults for each in described))


def _blocks(days: tuple[date, ...], workers: int) -> list[tuple[date, ...]]:
    """The days in pieces of neighbours, enough of them for all workers."""
    size = max(min(_BLOCK, len(days) // workers), 1)
    return [days[begin : begin + size] for begin in range(0, len(days), size)]


def _make(asked: Asked, folder: Path, scratch: Path, days: tuple[date, ...]) -> list[Described]:
    """Make days; no day at all stands for the lists."""
    setting = asked.setting
    if not days:
        return write_part(lists(setting), "lists", folder, scratch)
    return [
        each for day in days for each in write_part(of_day(setting, day), day.isoformat(), folder, scratch)
    ]


def _judge(asked: Asked, scratch: Path, day: date) -> tuple[pd.DataFrame, pa.Table]:
    """The truth of a day: its indicators, and what nobody wrote down."""
    city = _stored(asked, scratch)
    return tables.indicators_of(city, (day,)), tables.answers_of(city, (day,))


@lru_cache(maxsize=1)
def _stored(asked: Asked, scratch: Path) -> Stored:
    return Stored(**vars(asked.setting), kept=pickle.loads((scratch / _SOURCES).read_bytes()))


@contextmanager
def _processes(count: int) -> Iterator[Executor | None]:
    """So many processes; none where this one is enough. What they have not begun when this one fails is dropped."""
    if count == 1:
        yield None
        return
    context = multiprocessing.get_context(
        "spawn"
    )  # the same everywhere; a fork would take over threads and locks
    pool = ProcessPoolExecutor(count, context, initializer=_end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """A process of a run that was killed ends too, or it would write into the folder of the next run."""
    parent = multiprocessing.parent_process()

    def wait() -> None:
        if parent:
            parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _as_made(pool: Executor | None, work: Callable[[Any], Any], asked: Sequence) -> Iterator[tuple[Any, Any]]:
    """What was asked and what was made of it, in the order in which it is ready."""
    if pool is None:
        yield from ((each, work(each)) for each in asked)
        return
    futures = {pool.submit(work, each): each for each in asked}
    for future in as_completed(futures):
        yield futures.pop(future), future.result()
