"""Where deliveries come from: the part of `arrival:` in a feed file that names the source."""

from __future__ import annotations

import fnmatch
import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from citylake.declaration import Duration, Strict, duration
from citylake.format import Format

Kind = Literal["inbox", "folder", "http", "sql", "sftp"]

# Key -> the sources that have it, and those that cannot do without; a key that is not here belongs to all.
KEYS = {
    "files": ("inbox", "folder", "sftp"),
    "path": ("folder", "sftp"),
    "settle": ("folder", "sftp"),
    "url": ("http",),
    "pages": ("http",),
    "days": ("http",),
    "most_mb": ("http",),
    "connection": ("http", "sql", "sftp"),
    "table": ("sql",),
    "query": ("sql",),
    "increment": ("sql",),
    "overlap": ("sql",),
}
NEEDED = {
    "inbox": ("files",),
    "folder": ("path", "files"),
    "http": ("url",),
    "sql": ("connection",),
    "sftp": ("connection", "path", "files"),
}
# The kinds whose pages can be read one after the other, and what is fixed in a csv that COPY writes.
PAGED = ("csv", "jsonl", "json", "geojson")
OF_COPY = {
    "encoding",
    "delimiter",
    "quote",
    "comment",
    "short_rows",
    "skip_rows",
    "footer",
    "header",
    "member",
}
PLACEHOLDERS = ("{from}", "{to}")

# The same for the ways of `pages`.
PAGE_KEYS = {
    "next": ("body", "cursor"),
    "parameter": ("cursor", "number", "offset"),
    "first": ("number", "offset"),
    "size": ("number", "offset"),
    "size_parameter": ("number", "offset"),
}
PAGE_NEEDED = {
    "link": (),
    "body": ("next",),
    "cursor": ("next", "parameter"),
    "number": ("parameter",),
    "offset": ("parameter", "size"),
}


class Pages(Strict):
    """How an HTTP source says that there is more.

    `link`: a Link header with rel=next. `body`: the next address at the dotted path `next` of the JSON page.
    `cursor`: the value there goes into the query parameter `parameter`. `number` and `offset` count on in that
    parameter until a page has no records, or fewer than `size`. `PAGE_KEYS` says which key belongs to which.
    """

    by: Literal["link", "body", "cursor", "number", "offset"]
    next: str | None = None
    parameter: str | None = None
    first: int | None = Field(default=None, ge=0)  # 1 for a number, 0 for an offset
    size: int | None = Field(default=None, ge=1)
    size_parameter: str | None = None  # where the size is asked for
    most: int = Field(default=10_000, ge=1)

    @model_validator(mode="after")
    def _known(self) -> Pages:
        problems = _misplaced(self, f"pages by {self.by}", self.by, PAGE_KEYS, PAGE_NEEDED)
        if self.size_parameter and not self.size:
            problems.append("size_parameter needs size")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def begins(self) -> int:
        """The first number or offset asked for."""
        return self.first if self.first is not None else int(self.by == "number")


def _misplaced(
    model: BaseModel,
    what: str,
    kind: str,
    keys: dict[str, tuple[str, ...]],
    needed: dict[str, tuple[str, ...]],
) -> list[str]:
    """Keys given that this kind does not have, and keys missing that it needs."""
    given = model.model_fields_set
    problems = [
        f"{what} has no '{key}'; it belongs to {', '.join(keys[key])}"
        for key in type(model).model_fields
        if key in given and kind not in keys.get(key, (kind,))
    ]
    return problems + [f"{what} needs '{key}'" for key in needed[kind] if key not in given]


def _overlap(value: Any) -> Any:
    return value if type(value) is int else duration(value)


class Source(Strict):
    """Where deliveries come from. The inbox is delivered to; every other source is pulled.

    `connection` is the id of an Airflow connection, where the credentials are. `KEYS` says which key belongs to
    which source.
    """

    source: Kind = Field(default="inbox", alias="from")
    files: str | None = None
    path: str | None = None
    settle: Duration = timedelta(seconds=5)  # a file that changes in this time is left for the next pull
    url: str | None = None
    pages: Pages | None = None
    days: int = Field(default=1, ge=1, le=31)  # how many last days a pull asks for, by {from} and {to}
    most_mb: int = Field(default=2048, ge=1)
    connection: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    table: str | None = Field(default=None, pattern=r"^[^.\s]+(\.[^.\s]+)?$")
    query: str | None = None
    increment: tuple[str, ...] = ()
    overlap: Annotated[timedelta | int | None, BeforeValidator(_overlap)] = None

    @property
    def is_pulled(self) -> bool:
        """Whether the lake fetches deliveries itself."""
        return self.source != "inbox"

    def takes(self, name: str) -> bool:
        """Whether an object of that name in the inbox is one of these."""
        return not self.is_pulled and fnmatch.fnmatchcase(name, self.files or "")

    @property
    def is_by_day(self) -> bool:
        """Whether a pull asks for one day at a time."""
        return any(each in (self.url or "") for each in PLACEHOLDERS)

    @property
    def told(self) -> str:
        """Where that is, to a reader."""
        place = self.url or self.table or (self.query and "a query") or self.path
        told = [self.source, place, self.files, self.connection and f"by connection {self.connection}"]
        return " ".join(each for each in told if each)

    @model_validator(mode="after")
    def _whole(self) -> Source:
        article = "a" if self.source == "folder" else "an"
        problems = _misplaced(self, f"{article} {self.source}", self.source, KEYS, NEEDED)
        if self.source == "folder" and self.path and not self.path.startswith("/"):
            problems.append(f"path '{self.path}' does not begin with /")
        if self.url:
            problems += _wrong_url(self.url)
        if self.url and "days" in self.model_fields_set and not self.is_by_day:
            problems.append("days needs {from} or {to} in the url")
        if self.source == "sql" and bool(self.table) == bool(self.query):
            problems.append("an sql needs 'table' or 'query', one of them")
        if self.overlap is not None and not self.increment:
            problems.append("overlap needs increment, of which it is a part")
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _wrong_url(url: str) -> list[str]:
    try:
        parts = urlsplit(url)
        host, named, scheme = parts.hostname, parts.username or parts.password, parts.scheme
    except ValueError as error:
        return [f"the url cannot be read: {error}"]
    problems = []
    if scheme not in ("http", "https") or not host:
        problems.append("the url does not begin with https:// or http:// and a host")
    if named:
        problems.append(
            "the url holds a login; put it into an Airflow connection and name that by `connection`"
        )
    problems += [
        f"the url has '{found}'; it may hold {{from}} and {{to}}"
        for found in re.findall(r"\{[^}]*\}", url)
        if found not in PLACEHOLDERS
    ]
    if any(each in f"{parts.scheme}{parts.netloc}" for each in PLACEHOLDERS):
        problems.append("the host of the url is no place for a day")
    return problems


def unreadable_from(source: Source, form: Format, mode: str) -> list[str]:
    """What of a feed's format and way to deliver its source cannot give."""
    problems = []
    if source.pages and form.kind not in PAGED:
        problems.append(f"pages are read from {', '.join(PAGED)}, not from {form.kind}")
    elif source.pages and source.pages.next and form.kind not in ("json", "geojson"):
        problems.append(f"pages by {source.pages.by} look into JSON documents, not into {form.kind}")
    other = form.model_dump(include=OF_COPY, exclude_defaults=True)
    if source.source == "sql" and (form.kind != "csv" or other):
        keys = f" without {', '.join(sorted(other))}" if other else ""
        problems.append(f"an sql lands as COPY writes it: format is a csv{keys}")
    if source.increment and mode not in ("additions", "changes"):
        problems.append(f"an increment is not {mode}: the feed delivers additions or changes")
    return problems
