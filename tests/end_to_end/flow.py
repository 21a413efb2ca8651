"""The stages of the lake called one after the other, without Airflow, and what the departments send."""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from citylake import lake, ledger
from citylake.feed import load_feeds
from citylake.table import inputs_first
from simulator.city import City, simulate
from simulator.deliveries import Delivery
from simulator.scenario import read
from tests import servers

_STATIONS, _REPORTS = 5, 4  # of which `some` keeps the readings, and that it keeps
_OF_HEALTH = ("case_report", "医院")


def city(days: int = 1, seed: int = 1, scale: float = 0.01) -> City:
    """A small simulated city; `citylake run` makes one of scale 0.1."""
    return simulate(seed, read(), days, scale=scale)


def some(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Few enough to be quick: lists, a few readings and a few case reports. Parking, visits to doctors and medicine go the same
    way, with more rows."""
    chosen, names, days = [], set(), set()
    for each in deliveries:
        if each.department == "transport" or (
            each.department == "health" and not each.name.startswith(_OF_HEALTH)
        ):
            continue
        if each.name.startswith("PRSA"):
            names.add(each.sender)
            if len(names) > _STATIONS and each.sender not in sorted(names)[:_STATIONS]:
                continue
        if each.name.startswith("case_report"):
            days.add(each.name)
            if len(days) > _REPORTS:
                continue
        chosen.append(each)
    return chosen


def send(deliveries: Iterable[Delivery]) -> None:
    """Put deliveries into the inbox as their departments."""
    for each in deliveries:
        lake.s3(f"department-{each.department}").put_object(
            Bucket=lake.INBOX, Key=each.key, Body=each.content,
            Metadata={"sender": each.sender, "arrived-at": each.arrived_at.isoformat()},
        )  # fmt: skip


def set_clock(at: datetime) -> None:
    """Let the lake's replayed time be at least this."""
    with ledger.connect("land") as connection:
        connection.execute("update ledger.lake set replay_at = %s", (at,))


def land() -> None:
    """Everything in the inbox."""
    from citylake.land import land as verb

    verb()


def admit() -> None:
    """Everything that waits."""
    from citylake.admit import admit_waiting

    for feed_id in load_feeds():
        admit_waiting(feed_id)


def conform() -> None:
    """Everything stale, each table after those it reads."""
    from citylake.conform import conform as verb

    for table_id in inputs_first():
        verb(table_id)


def publish() -> None:
    """Every domain."""
    from citylake.build.project import domains
    from citylake.publish import publish_domain

    for domain in domains():
        publish_domain(domain)


STAGES: dict[str, Callable[[], None]] = {"land": land, "admit": admit, "conform": conform, "publish": publish}


def everything() -> None:
    """All stages once; enough, since each takes all that waits."""
    for stage in STAGES.values():
        stage()


def stale_partitions(table_id: str | None = None) -> list[tuple[str, str]]:
    """(table, partition) of what is stale now."""
    from citylake.conform import declare_tables
    from citylake.ledger import partitions
    from citylake.publish import declare_marts

    declare_tables()
    declare_marts()
    with ledger.connect("conform") as connection:
        return sorted((item.table_id, item.partition) for item in partitions.stale(connection, table_id))


def preload() -> None:
    """Import the engines here, so that children forked from this process start at once."""
    import dbt.adapters.duckdb  # noqa: F401
    import dbt.cli.main  # noqa: F401
    import great_expectations  # noqa: F401
    import pyiceberg.catalog.sql  # noqa: F401
    import pyspark.sql.connect.session  # noqa: F401


def in_child(stage: Callable[[], None], kill_after: float | None = None) -> float | None:
    """Run a stage in a forked process of its own; with `kill_after`, kill −9 it (and its children) then.

    Returns the seconds it took, or None where it was killed. Raises where it failed by itself.
    """
    servers.forget_settings()  # a connection must not be shared over a fork

    def body() -> None:
        os.setsid()
        stage()

    child = multiprocessing.get_context("fork").Process(target=body)
    begun = time.monotonic()
    child.start()
    child.join(kill_after)
    if child.is_alive():
        os.killpg(child.pid, signal.SIGKILL)
        child.join()
        return None
    if child.exitcode:
        raise AssertionError(f"{stage.__name__} ended with {child.exitcode}")
    return time.monotonic() - begun


def later(delivery: Delivery, at: datetime, content: bytes | None = None) -> Delivery:
    """The same delivery sent once more, with other bytes where given."""
    return replace(
        delivery, sequence=delivery.sequence + 1, arrived_at=at,
        content=delivery.content if content is None else content,
    )  # fmt: skip


def parts(deliveries: list[Delivery], count: int) -> list[list[Delivery]]:
    """Cut into so many runs of consecutive deliveries."""
    ends = [round(n * len(deliveries) / count) for n in range(count + 1)]
    return [deliveries[start:end] for start, end in zip(ends, ends[1:], strict=False)]


def shuffled(deliveries: list[Delivery], seed: int) -> list[Delivery]:
    """In another order."""
    mixed = list(deliveries)
    random.Random(seed).shuffle(mixed)
    return mixed


def joined(deliveries: list[Delivery]) -> tuple[list[Delivery], int]:
    """The same deliveries with the two one-day files of a station in one of two days; and how many pairs that made.

    Only of stations that sent each day once, whole: a correction of one day is no part of a file of two.
    """
    files: dict[str, list[Delivery]] = {}
    for each in deliveries:
        if each.name.startswith("PRSA"):
            files.setdefault(each.sender, []).append(each)
    made, gone = [], []
    for first, second in (sorted(of, key=lambda each: each.name) for of in files.values() if len(of) == 2):
        head, _, records = second.content.partition(b"\n")
        if first.name == second.name or not first.content.startswith(head):
            continue
        days = re.findall(r"\d{8}", first.name)[0], re.findall(r"\d{8}", second.name)[-1]
        gone += [first, second]
        made.append(replace(
            second, name=re.sub(r"\d{8}-\d{8}", "-".join(days), second.name),
            content=first.content.rstrip(b"\n") + b"\n" + records,
        ))  # fmt: skip
    return [each for each in deliveries if each not in gone] + made, len(made)


def backfill_everything(reason: str) -> None:
    """Ask for every partition of every output again."""
    from citylake.ledger.requests import request_backfill_of_made

    with ledger.connect("steward") as connection:
        outputs = connection.execute("select table_id from ledger.tables").fetchall()
        request_backfill_of_made(connection, [row["table_id"] for row in outputs], reason)
