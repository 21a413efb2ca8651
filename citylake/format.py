"""How the bytes of a delivery are written: the `format:` of a feed file."""

from __future__ import annotations

import re
from typing import Literal
from zoneinfo import available_timezones

from pydantic import ByteSize, Field, model_validator

from citylake.declaration import Strict

Kind = Literal["csv", "jsonl", "json", "xml", "excel", "parquet", "fixed_width", "geojson"]

# Key -> the kinds that have it; a key that is not here belongs to all.
KEYS = {
    "encoding": ("csv", "jsonl", "json", "xml", "fixed_width", "geojson"),
    "delimiter": ("csv",),
    "quote": ("csv",),
    "comment": ("csv", "jsonl", "fixed_width"),
    "short_rows": ("csv",),
    "skip_rows": ("csv", "excel", "fixed_width"),
    "footer": ("csv", "excel", "fixed_width"),
    "header": ("csv", "excel"),
    "sheet": ("excel",),
    "widths": ("fixed_width",),
    "counts": ("fixed_width",),
    "records": ("json", "xml"),
    "record_limit": ("csv", "jsonl", "json", "xml", "fixed_width", "geojson"),
    "carry": ("json", "xml"),
}


class Format(Strict):
    """How the bytes are written. `KEYS` says which key belongs to which kind."""

    kind: Kind
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    quote: str = Field(default='"', min_length=1, max_length=1)
    # A line that begins with it is no record, wherever it stands, and skip_rows does not count it. Within a quoted
    # field a line is text whatever it begins with, so a quoted remark of several lines is never cut.
    comment: str | None = Field(default=None, min_length=1)
    short_rows: Literal["refuse", "fill"] = "refuse"  # fill: the last fields of a record may be left out
    skip_rows: int = Field(default=0, ge=0)  # lines or rows above the header (fixed width: above the records)
    footer: str | None = None  # a record whose first non-empty field matches ends the table
    header: tuple[str, ...] = ()  # names of the columns, where the file has none
    sheet: str | None = None
    widths: dict[str, tuple[int, int]] = Field(default_factory=dict)  # first and last place, from 1
    counts: Literal["characters", "bytes"] = "characters"  # what the places count
    records: str | None = None  # where the list of records is
    carry: dict[str, str] = Field(default_factory=dict)  # column -> where its value stands, above the records
    member: str | None = None  # the file in an archive, by name
    timezone: str = "Asia/Shanghai"
    nulls: tuple[str, ...] = ("",)
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", " ", "'"] | None = None
    may_be_empty: bool = False
    record_limit: ByteSize = Field(
        default=ByteSize(4 << 20), ge=16
    )  # a longer record is refused, such as 32MiB

    @model_validator(mode="after")
    def _known(self) -> Format:
        problems = [
            f"a {self.kind} has no '{key}'; it belongs to {', '.join(KEYS[key])}"
            for key in self.model_fields_set
            if self.kind not in KEYS.get(key, (self.kind,))
        ]
        problems += _not_a_pattern("footer", self.footer) + _not_a_comment(self)
        if self.kind == "fixed_width" and not self.widths:
            problems.append("a fixed_width needs widths: {<column>: [<first>, <last>]}, from 1")
        problems += [
            f"widths of '{name}' are {first} to {last}; the first place is 1 and the last is not before it"
            for name, (first, last) in self.widths.items()
            if not 1 <= first <= last
        ]
        if self.kind == "xml" and not self.records:
            problems.append(
                "an xml needs records: the path from the root's children to a record, such as case/offender"
            )
        if self.thousands == self.decimal:
            problems.append(f"decimal and thousands are both '{self.decimal}'")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @model_validator(mode="after")
    def _decodable(self) -> Format:
        try:
            "".encode(self.encoding)
        except LookupError:
            raise ValueError(
                f"encoding '{self.encoding}' is not known to Python; try utf-8 or gb18030"
            ) from None
        if self.timezone not in available_timezones():
            raise ValueError(f"timezone '{self.timezone}' is not in the time zone database")
        return self


def _not_a_comment(form: Format) -> list[str]:
    """Records that begin like a comment would all be lost."""
    begins = {"csv": (form.quote, form.delimiter), "jsonl": ("{",)}.get(form.kind, ())
    text = form.comment or ""
    if text.startswith((" ", "\t", *begins)) or len(text.splitlines()) > 1 or text.endswith(("\n", "\r")):
        return [f"comment {text!r} begins as records do; give what only comments begin with, such as '#'"]
    return []


def _not_a_pattern(key: str, pattern: str | None) -> list[str]:
    try:
        re.compile(pattern or "")
    except re.error as error:
        return [f"{key} '{pattern}' is not a regular expression: {error}"]
    return []


class Unpivot(Strict):
    """Wide to long: every column that is not kept becomes a row of its own.

    `keep` are source columns copied to each row; the name of a column goes to the source column `name_to`,
    its value to `value_to`. With `drop_empty` an empty cell is no row.
    """

    keep: tuple[str, ...] = Field(min_length=1)
    name_to: str
    value_to: str
    drop_empty: bool = False
