"""Feed files: what a department delivers, as one strict YAML a feed.

`load_feeds()` reads `feeds/<department>/<dataset>.yml` and reports the errors of all files at once.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from citylake.arrival import Arrival, Changes, Covers, Drift
from citylake.column import Column, ColumnType
from citylake.declaration import NAME, Duration, Strict, Text, repeated
from citylake.declaration import read_yaml as _yaml
from citylake.declaration import shown as _shown
from citylake.declaration import validated as _validated
from citylake.department import feeds_folders, load_department
from citylake.errors import CitylakeError, Problems, WrongUse
from citylake.format import Format, Unpivot
from citylake.optional import may_be_absent, wrong_optional
from citylake.partition import Partition
from citylake.rule import Rule
from citylake.source import unreadable_from

ALL = "all"  # the one partition of a reference table
_NOT_KEPT = "is not declared, or is dropped by its privacy"
TECHNICAL_COLUMNS = ("_delivery_id", "_source_row", "_business_date", "_known_at", "_landed_at", "_extra")


class Feed(Strict):
    """One table of one grain that a department delivers."""

    department: str = Field(pattern=NAME)
    dataset: str = Field(pattern=NAME)
    title: Text
    grain: str
    key: tuple[str, ...] = Field(min_length=1)
    partition: Partition | None = None
    delivers: Literal["additions", "period", "everything"] | Changes
    covers: Covers | None = None
    retention: Duration | None = None  # None: its department's
    arrival: Arrival
    format: Format
    unpivot: Unpivot | None = None
    drift: Drift = Drift()
    columns: tuple[Column, ...] = Field(min_length=1)
    ignores: tuple[str, ...] = ()  # source columns that another feed reads; their bytes stay in landing
    rules: tuple[Rule, ...] = ()
    warnings: tuple[Rule, ...] = ()

    @property
    def feed_id(self) -> str:
        """`<department>.<dataset>`."""
        return f"{self.department}.{self.dataset}"

    @property
    def admitted(self) -> str:
        """The id of the table of its admitted rows."""
        return f"admitted.{self.feed_id}"

    @property
    def quarantine(self) -> str:
        """The id of the table of its quarantined rows."""
        return f"quarantine.{self.feed_id}"

    @property
    def version(self) -> str:
        """A hash of the declaration: two files that mean the same have the same version, and so has a file
        after a key it does not use was added to the language."""
        text = json.dumps(
            self.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            sort_keys=True,
            ensure_ascii=False,
        )
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def day_zone(self) -> str:
        """The zone whose days its rows, file names and deadlines are about: that of its times unless `partition.zone` says."""
        return (self.partition and self.partition.zone) or self.format.timezone

    @property
    def kept_for(self) -> timedelta:
        """How long its bytes and rows are kept: as its file says, else as its department's does."""
        return self.retention or load_department(self.department).retention

    @property
    def mode(self) -> str:
        """additions | period | everything | changes."""
        return self.delivers if isinstance(self.delivers, str) else "changes"

    @property
    def source_columns(self) -> tuple[str, ...]:
        """The source columns it reads, in declared order, each once."""
        return tuple(dict.fromkeys(source for column in self.columns for source in column.sources))

    @property
    def domains(self) -> frozenset[str]:
        """The linkage domains of its columns: within each, equal values are known to be one person's."""
        keyed = (column.privacy.domain for column in self.columns if column.privacy)
        return frozenset(domain for domain in keyed if domain)

    @property
    def may_be_absent(self) -> frozenset[str]:
        """The source columns that a delivery may lack without being held."""
        return may_be_absent(self.columns)

    @property
    def kept_columns(self) -> tuple[Column, ...]:
        """The columns that admitted rows have: all but those dropped for privacy."""
        return tuple(column for column in self.columns if column.is_kept)

    @property
    def admitted_columns(self) -> dict[str, ColumnType]:
        """Name -> type of the declared columns as admitted rows hold them, in declared order."""
        return {name: kind for column in self.columns for name, kind in column.admitted.items()}

    def column(self, name: str) -> Column:
        """The declared column of that name; KeyError where there is none."""
        return next(column for column in self.columns if column.name == name)

    def listing(self, other: Column) -> str | None:
        """The column that lists the values of another feed's column which references this one: the one of the same
        name, else the only column of the key; None where neither is."""
        if other.name in {column.name for column in self.kept_columns}:
            return other.name
        return self.key[0] if len(self.key) == 1 else None

    def takes(self, department: str, name: str) -> bool:
        """Whether an object of that name in that department's inbox is a delivery of this feed."""
        return department == self.department and self.arrival.takes(name)

    def sender(self, name: str, told: str | None) -> str:
        """Who sent an object: by its name where declared, else as told, else the department.

        Where one sender is declared it is the department, whoever carried the file: a correction by another
        person is still a correction.
        """
        if self.arrival.sender_from_name:
            match = re.search(self.arrival.sender_from_name, name)
            if match:
                return match.group("sender")
        return told if told and self.arrival.senders > 1 else self.department

    @model_validator(mode="after")
    def _consistent(self) -> Feed:
        kept = {column.name for column in self.kept_columns}
        problems = [f"column '{name}' is declared twice" for name in repeated(c.name for c in self.columns)]
        problems += [
            f"column '{c.name}' has the name of what match_key makes beside another; give it another"
            for c in self.columns
            if any(c.name in other.admitted for other in self.columns if other.name != c.name)
        ]
        problems += [
            f"rule '{name}' is declared twice"
            for name in repeated(r.name for r in self.rules + self.warnings)
        ]
        problems += [f"key column '{name}' {_NOT_KEPT}" for name in self.key if name not in kept]
        problems += [
            f"source column '{n}' is both read and ignored" for n in self.ignores if n in self.source_columns
        ]
        problems += self._wrong_partition(kept) + self._wrong_unpivot() + self._wrong_optional()
        problems += unreadable_from(self.arrival, self.format, self.mode)
        if isinstance(self.delivers, Changes) and self.delivers.changes not in kept:
            problems.append(f"the operation column '{self.delivers.changes}' {_NOT_KEPT}")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _wrong_optional(self) -> list[str]:
        needed = dict.fromkeys(self.key, "part of the key")
        needed |= {self.partition.by: "partition.by"} if self.partition else {}
        if isinstance(self.delivers, Changes):
            needed[self.delivers.changes] = "the operation column"
        return wrong_optional(self.columns, needed, self.format, self.unpivot)

    def _wrong_unpivot(self) -> list[str]:
        if not self.unpivot:
            return []
        made = {*self.unpivot.keep, self.unpivot.name_to, self.unpivot.value_to}
        return [
            f"column '{column.name}' reads '{source}', which unpivot does not make; it makes {', '.join(sorted(made))}"
            for column in self.columns
            for source in column.sources
            if source not in made
        ]

    def _wrong_partition(self, kept: set[str]) -> list[str]:
        if not self.partition:
            return ["a feed that delivers a period needs a partition"] if self.delivers == "period" else []
        by, problems = self.partition.by, []
        if by not in kept:
            problems.append(f"partition.by '{by}' {_NOT_KEPT}")
        else:
            if self.column(by).type not in ("date", "timestamp"):
                problems.append(f"partition.by '{by}' must be a date or a timestamp")
            if self.column(by).type == "date" and self.partition.zone:
                problems.append(
                    f"partition.zone is for times; '{by}' is a date, which is the same day in every zone"
                )
            if not self.column(by).required:
                problems.append(f"partition.by '{by}' must be `required: true`")
        if self.delivers == "everything":
            problems.append("a feed that delivers everything is a reference feed and has no partition")
        return problems


@functools.cache
def load_feeds(*folders: Path) -> dict[str, Feed]:
    """Every feed by id, of the given folders or of this lake's city. Raises: Problems with every error of every file."""
    feeds: dict[str, Feed] = {}
    problems: list[CitylakeError] = []
    searched = folders or feeds_folders()
    for path in (path for folder in searched for path in sorted(folder.glob("*/[!_]*.yml"))):
        try:
            feed = read_feed(path)
        except Problems as error:
            problems += error.problems
            continue
        if feed.feed_id in feeds:
            problems.append(WrongUse("a feed of this name is there already", where=_shown(path),
                                     next_step="A city's own feed needs a name of its own."))  # fmt: skip
        feeds[feed.feed_id] = feed
    for department in sorted({path.parent.name for folder in searched for path in folder.glob("*/*.yml")}):
        try:
            load_department(department, *folders)
        except Problems as error:
            problems += error.problems
    problems += [] if problems else _unknown_references(feeds)  # a broken file would look unknown
    if problems:
        raise Problems(problems)
    return feeds


def _unknown_references(feeds: dict[str, Feed]) -> list[CitylakeError]:
    problems: list[CitylakeError] = []
    referring = [(feed, each) for feed in feeds.values() for each in feed.columns if each.references]
    for feed, column in referring:
        where = f"feeds/{feed.department}/{feed.dataset}.yml: column '{column.name}'"
        known = feeds.get(column.references or "")
        if not known:
            problems.append(WrongUse("references a feed that does not exist", found=column.references, where=where,
                                     expected="one of " + ", ".join(sorted(feeds))))  # fmt: skip
        elif not known.listing(column):
            problems.append(WrongUse("references a feed in which no column is meant", found=column.references, where=where,
                                     expected=f"a column '{column.name}' there, or a key of one column"))  # fmt: skip
    return problems


def find_feed(feed_id: str) -> Feed:
    """The feed of that id. Raises: WrongUse that names what exists."""
    feeds = load_feeds()
    if feed_id not in feeds:
        raise WrongUse(
            f"there is no feed '{feed_id}'", where="feeds", expected="one of " + ", ".join(sorted(feeds)),
            next_step="`citylake feed list` shows them.",
        )  # fmt: skip
    return feeds[feed_id]


def read_feed(path: Path) -> Feed:
    """One feed file; its department is its folder, its dataset its stem."""
    content = _yaml(path)
    place = {"department": path.parent.name, "dataset": path.stem}
    problems: list[CitylakeError] = [
        WrongUse(
            f"the key '{name}' is not known", where=_shown(path), next_step="Folder and file name say it."
        )
        for name in place
        if name in content
    ]
    try:
        feed = _validated(Feed, content | place, path)
    except Problems as error:
        problems += error.problems
    if problems:
        raise Problems(problems)
    return feed
