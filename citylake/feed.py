"""Feed files: what a department delivers, as one strict YAML a feed.

`load_feeds()` reads `feeds/<department>/<dataset>.yml` and reports the errors of all files at once.
"""

from __future__ import annotations

import fnmatch
import functools
import hashlib
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from citylake import settings
from citylake.clock import parse_duration
from citylake.column import Column
from citylake.errors import CitylakeError, Problems, WrongUse

ALL = "all"  # the one partition of a reference table
TECHNICAL_COLUMNS = ("_delivery_id", "_source_row", "_business_date", "_known_at", "_landed_at", "_extra")

Duration = Annotated[timedelta, BeforeValidator(lambda v: parse_duration(v) if isinstance(v, str) else v)]


class Strict(BaseModel):
    """A frozen model that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Strict):
    """A text in the two languages of the lake."""

    en: str
    zh: str


class Partition(Strict):
    """The column whose local date is the row's business date."""

    by: str
    every: Literal["day"] = "day"


class Changes(Strict):
    """`delivers: {changes: <column>, delete: <value>}`: rows are operations on a key."""

    changes: str
    delete: str


class Covers(Strict):
    """How the covered period is known: groups `date`, or `from` and `to` (included), in the name."""

    from_name: str

    def period(self, name: str) -> tuple[date, date] | None:
        """The first and last day a file name covers, or None where it does not match."""
        match = re.search(self.from_name, name)
        if not match:
            return None
        groups = match.groupdict()
        first = _day(groups.get("date") or groups["from"])
        return first, _day(groups.get("date") or groups["to"])


def _day(text: str) -> date:
    digits = re.sub(r"\D", "", text)
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))


class Arrival(Strict):
    """How deliveries come: from where, under which names, how often, by when."""

    source: Literal["inbox"] = Field(default="inbox", alias="from")
    files: str
    every: Duration
    senders: int = Field(default=1, ge=1)
    sender_from_name: str | None = None
    deadline: Duration


class Format(Strict):
    """How the bytes are written."""

    kind: Literal["csv"]
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)
    timezone: str = "Asia/Shanghai"
    nulls: tuple[str, ...] = ("",)
    may_be_empty: bool = False

    @model_validator(mode="after")
    def _known(self) -> Format:
        try:
            "".encode(self.encoding)
        except LookupError:
            raise ValueError(f"encoding '{self.encoding}' is not known to Python; try utf-8 or gb18030") from None
        if self.timezone not in available_timezones():
            raise ValueError(f"timezone '{self.timezone}' is not in the time zone database")
        return self


class Drift(Strict):
    """What to do with a delivery whose columns are not the declared ones."""

    added: Literal["keep", "hold"] = "keep"
    removed: Literal["hold"] = "hold"
    renamed: Literal["hold"] = "hold"
    type_changed: Literal["quarantine"] = "quarantine"


class Rule(Strict):
    """A named condition over one row, in DuckDB SQL over declared column names."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    that: str
    because: str


class Feed(Strict):
    """One table of one grain that a department delivers."""

    department: str
    dataset: str
    title: Text
    grain: str
    key: tuple[str, ...] = Field(min_length=1)
    partition: Partition | None = None
    delivers: Literal["additions", "period", "everything"] | Changes
    covers: Covers | None = None
    arrival: Arrival
    format: Format
    drift: Drift = Drift()
    columns: tuple[Column, ...] = Field(min_length=1)
    ignores: tuple[str, ...] = ()  # source columns that another feed reads; their bytes stay in landing
    rules: tuple[Rule, ...] = ()

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
        """A hash of the declaration: two files that mean the same have the same version."""
        text = json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def mode(self) -> str:
        """additions | period | everything | changes."""
        return self.delivers if isinstance(self.delivers, str) else "changes"

    @property
    def source_columns(self) -> tuple[str, ...]:
        """The source columns it reads, in declared order, each once."""
        return tuple(dict.fromkeys(source for column in self.columns for source in column.sources))

    @property
    def kept_columns(self) -> tuple[Column, ...]:
        """The columns that admitted rows have: all but those dropped for privacy."""
        return tuple(column for column in self.columns if column.is_kept)

    def column(self, name: str) -> Column:
        """The declared column of that name; KeyError where there is none."""
        return next(column for column in self.columns if column.name == name)

    def takes(self, department: str, name: str) -> bool:
        """Whether an object of that name in that department's inbox is a delivery of this feed."""
        return department == self.department and fnmatch.fnmatchcase(name, self.arrival.files)

    def sender(self, name: str, told: str | None) -> str:
        """Who sent an object: by its name where declared, else as told, else the department."""
        if self.arrival.sender_from_name:
            match = re.search(self.arrival.sender_from_name, name)
            if match:
                return match.group("sender")
        return told or self.department

    @model_validator(mode="after")
    def _consistent(self) -> Feed:
        names = [column.name for column in self.columns]
        if self.partition and self.partition.by in names and not self.column(self.partition.by).required:
            raise ValueError(f"partition.by '{self.partition.by}' must be `required: true`")
        problems = [f"column '{name}' is declared twice" for name in set(names) if names.count(name) > 1]
        kept = {column.name for column in self.kept_columns}
        problems += [f"key column '{name}' is not a kept column" for name in self.key if name not in kept]
        if self.partition:
            if self.partition.by not in kept:
                problems.append(f"partition.by '{self.partition.by}' is not a kept column")
            elif self.column(self.partition.by).type not in ("date", "timestamp"):
                problems.append(f"partition.by '{self.partition.by}' must be a date or a timestamp")
            if self.delivers == "everything":
                problems.append("a feed that delivers everything is a reference feed and has no partition")
        elif self.delivers == "period":
            problems.append("a feed that delivers a period needs a partition")
        if isinstance(self.delivers, Changes) and self.delivers.changes not in kept:
            problems.append(f"the operation column '{self.delivers.changes}' is not a kept column")
        rules = [rule.name for rule in self.rules]
        problems += [f"rule '{name}' is declared twice" for name in set(rules) if rules.count(name) > 1]
        if self.covers:
            groups = set(re.compile(self.covers.from_name).groupindex)
            if "date" not in groups and not {"from", "to"} <= groups:
                problems.append("covers.from_name needs a group `date`, or `from` and `to`")
        if problems:
            raise ValueError("; ".join(problems))
        return self


class Department(Strict):
    """`_department.yml`: who answers for the feeds of a folder, and what they may be used for."""

    title: Text
    owner: str
    contact: str
    licence: str
    purposes: tuple[str, ...] = Field(min_length=1)
    grade: int = Field(ge=1, le=4)
    retention: Duration


def feeds_folder() -> Path:
    """The folder of the feed files."""
    return settings.PROJECT / "feeds"


@functools.cache
def load_feeds(folder: Path | None = None) -> dict[str, Feed]:
    """Every feed by id. Raises: Problems with every error of every file."""
    feeds: dict[str, Feed] = {}
    problems: list[CitylakeError] = []
    for path in sorted((folder or feeds_folder()).glob("*/[!_]*.yml")):
        try:
            feed = read_feed(path)
            feeds[feed.feed_id] = feed
        except Problems as error:
            problems += error.problems
    for department in sorted({path.parent for path in (folder or feeds_folder()).glob("*/*.yml")}):
        try:
            load_department(department.name, folder)
        except Problems as error:
            problems += error.problems
    if problems:
        raise Problems(problems)
    return feeds


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
    return _validated(Feed, {"department": path.parent.name, "dataset": path.stem, **content}, path)


def load_department(name: str, folder: Path | None = None) -> Department:
    """The department's own file."""
    path = (folder or feeds_folder()) / name / "_department.yml"
    if not path.exists():
        raise Problems([WrongUse("the department's file is missing", where=_shown(path),
                                 next_step="Write owner, contact, licence, purposes, grade and retention there.")])  # fmt: skip
    return _validated(Department, _yaml(path), path)


def _yaml(path: Path) -> dict[str, Any]:
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Problems([WrongUse("this is not YAML", where=_shown(path), found=str(error))]) from error
    if not isinstance(content, dict):
        raise Problems([WrongUse("a feed file is a mapping of keys", where=_shown(path), found=type(content).__name__)])
    return content


def _validated(model: type[BaseModel], content: dict[str, Any], path: Path) -> Any:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise Problems([_problem(item, content, path) for item in error.errors()]) from error


def _problem(item: Any, content: dict[str, Any], path: Path) -> WrongUse:
    """A pydantic error as an error for the writer of a feed file."""
    place = list(item["loc"])
    if place[:1] == ["columns"] and len(place) > 1 and isinstance(place[1], int):
        column = content["columns"][place[1]]
        named = column.get("name", place[1] + 1) if isinstance(column, dict) else place[1] + 1
        place[:2] = [f"column '{named}'"]
    what = item["msg"].removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        what = f"the key '{place.pop()}' is not known"
    elif item["type"] == "missing":
        what = f"the key '{place.pop()}' is missing"
    where = ": ".join([_shown(path), *[str(part) for part in place]])
    found = None if item["type"] in ("missing", "value_error", "extra_forbidden") else repr(item["input"])[:80]
    return WrongUse(what, where=where, found=found)


def _shown(path: Path) -> str:
    try:
        return str(path.relative_to(settings.PROJECT))
    except ValueError:
        return str(path)
