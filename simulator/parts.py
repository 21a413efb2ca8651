"""Parts of a city on disk: what one business day, or the lists, leave beside their deliveries for the truth.

A delivery's bytes go to the inbox when it is made and are forgotten; its faults and its condensed facts go to the scratch
folder, a file each; what comes back says where they are.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, is_dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import feather

from simulator.city import arrival
from simulator.deliveries import Observation
from simulator.evidence import Evidence, Source, source_of
from simulator.truth.condensed import condensed
from simulator.truth.tables import DEFECTS, defects_of, rows_of
from simulator.writer import Entry, write_one


@dataclass(frozen=True)
class Described:
    """An observation that was written: its place among the others, its line of the manifest (None: never came), what
    feeds make of it, how many faults it has and where they are, and what is known from it."""

    order: tuple
    entry: Entry | None
    readings: tuple[dict, ...]
    faults: int
    faults_at: Path
    source: Source | None


def write_part(made: Iterable[Observation], name: str, folder: Path, scratch: Path) -> list[Described]:
    """Write observations one after the other, so that no two are in memory; `name` is the part's among all parts."""
    part = scratch / name
    part.mkdir(exist_ok=True)
    return [_written(each, part / f"{number:06d}", folder) for number, each in enumerate(made)]


def _written(seen: Observation, place: Path, folder: Path) -> Described:
    faults_at = place.with_suffix(".faults")
    if seen.labels:
        feather.write_feather(defects_of(seen.labels), str(faults_at), compression="uncompressed")
    entry = write_one(seen.delivery, folder) if seen.delivery else None
    readings = tuple(rows_of(seen.delivery, seen.readings)) if seen.delivery else ()
    source = source_of(seen, partial(_load, place))
    if source:
        _keep(condensed(seen.facts), place)
    return Described(arrival(seen), entry, readings, len(seen.labels), faults_at, source)


def _keep(facts: Any, place: Path) -> None:
    """Write facts: their rows, where they have any, by column, so that a reader takes those it needs; the rest beside."""
    rows = getattr(facts, "rows", None)
    if is_dataclass(facts) and isinstance(rows, pd.DataFrame):
        feather.write_feather(rows, str(place.with_suffix(".rows")), compression="uncompressed")
        facts = replace(facts, **{"rows": None})  # type: ignore[type-var]
    place.with_suffix(".facts").write_bytes(pickle.dumps(facts))


def _load(place: Path) -> Any:
    # Its own file of a moment ago, in a folder that is removed at the end.
    facts = pickle.loads(place.with_suffix(".facts").read_bytes())
    if place.with_suffix(".rows").is_file():
        return replace(facts, rows=feather.read_feather(str(place.with_suffix(".rows"))))
    return facts


@dataclass(frozen=True)
class Stored(Evidence):
    """A city whose parts are on disk."""

    kept: tuple[Source, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Everything that is known, by arrival."""
        return self.kept


def faults(described: Iterable[Described]) -> Iterator[pa.Table]:
    """The faults of observations, in their order."""
    for each in described:
        if each.faults:
            yield feather.read_table(str(each.faults_at), memory_map=False).cast(DEFECTS)
