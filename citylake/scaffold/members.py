"""Which tables a file holds: members of an archive, sheets of a workbook, lists of a JSON document."""

from __future__ import annotations

import gzip
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from citylake.errors import WrongUse
from citylake.scaffold.guess import Guess, some

SAMPLE_BYTES = 4 << 20
_TABLES = (
    ".csv",
    ".txt",
    ".tsv",
    ".tab",
    ".dat",
    ".psv",
    ".json",
    ".jsonl",
    ".ndjson",
    ".geojson",
    ".xml",
    ".parquet",
)


@dataclass(frozen=True)
class Table:
    """One table of a file: its name among others (None: it is the only one), and the keys of `format:` that
    find it. `others` are lists below or beside it that have feeds of their own."""

    name: str | None = None
    kind: str | None = None
    form: dict[str, Guess] = field(default_factory=dict)
    others: tuple[str, ...] = ()


def tables_of(path: Path) -> list[Table]:
    """Every table of the file, in its own order. Raises: WrongUse for an archive without any."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _sheets(path, Guess("excel", "an old Excel workbook (xls), by its first bytes"))
    if not head.startswith(b"PK\x03\x04"):
        return _lists(path, Table())
    with zipfile.ZipFile(path, metadata_encoding="gb18030") as archive:
        names = [
            item.filename
            for item in archive.infolist()
            if not item.is_dir() and not item.filename.startswith("__MACOSX/")
        ]
        if "[Content_Types].xml" in names:
            if not any(name.startswith("xl/") for name in names):
                raise _no_table(path, "an Office document that is no workbook")
            return _sheets(path, Guess("excel", "an Excel workbook (xlsx), by what its archive holds"))
        if "mimetype" in names and b"opendocument" in archive.read("mimetype"):
            raise _no_table(path, "an OpenDocument file (ods)")
    return _members(path, names)


def _no_table(path: Path, what: str) -> WrongUse:
    return WrongUse("this is no table that a feed file can describe", where=str(path), found=what,
                    expected="CSV or Excel (xlsx)", next_step="Save it as xlsx, or ask the department for a CSV.")  # fmt: skip


def _members(path: Path, names: list[str]) -> list[Table]:
    tables = [name for name in names if name.lower().endswith(_TABLES) and not _is_remark(name)] or names
    if not tables:
        raise WrongUse("the archive has no file in it", where=str(path))
    if len(names) == 1:
        return [Table()]
    found = []
    for name in tables:
        pattern = _pattern(name, names)
        evidence = f"one of {len(names)} files in the archive: {some(names, 8)}"
        found.append(Table(PurePosixPath(name).stem, None, {"member": Guess(pattern, evidence)}))
    return found


def _is_remark(name: str) -> bool:
    return PurePosixPath(name).stem.lower() in ("readme", "license", "licence", "说明", "manifest")


def _pattern(name: str, names: list[str]) -> str:
    """The member's name with its numbers open, where that still means it alone."""
    own = PurePosixPath(name).name
    pattern = re.sub(r"\d+", "*", own)
    as_regex = re.compile(re.escape(pattern).replace(r"\*", ".*"))
    matching = [each for each in names if as_regex.fullmatch(PurePosixPath(each).name)]
    return pattern if len(matching) == 1 else own if _is_alone(own, names) else name


def _is_alone(own: str, names: list[str]) -> bool:
    return sum(PurePosixPath(each).name == own for each in names) == 1


def _sheets(path: Path, kind: Guess) -> list[Table]:
    from citylake.scaffold.workbooks import filled_sheets

    filled = filled_sheets(path)
    if not filled:
        raise WrongUse("there is nothing in this workbook", where=str(path))
    if len(filled) == 1:
        return [Table(kind="excel", form={"kind": kind})]
    shown = some(list(filled), 6)
    return [
        Table(name, "excel", {"kind": kind, "sheet": Guess(name, f"{count} rows; the sheets with rows are {shown}")})
        for name, count in filled.items()
    ]  # fmt: skip


def _lists(path: Path, table: Table) -> list[Table]:
    """A JSON document of several lists holds a table in each; anything else is one."""
    from citylake.scaffold.documents import json_lists

    lists = json_lists(head_of(path, table))
    if len(lists) < 2:
        return [table]
    found = []
    for place, carry in lists.items():
        form: dict[str, Guess] = (
            {"records": Guess(place, f"one of the lists {some(list(lists), 6)}")} if place else {}
        )
        if carry:
            form["carry"] = Guess(carry, "what stands above each record tells whose it is")
        below = tuple(
            _relative(other, place)
            for other in lists
            if other != place and other.startswith(f"{place}.".lstrip("."))
        )
        found.append(Table(place.rpartition(".")[2] or None, None, form, below))
    return found


def _relative(other: str, place: str) -> str:
    return other.removeprefix(f"{place}.") if place else other


def head_of(path: Path, table: Table) -> bytes:
    """The first bytes of the table, out of what it is packed in."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    if head.startswith(b"\x1f\x8b"):
        with gzip.open(path) as unpacked:
            return unpacked.read(SAMPLE_BYTES)
    if not head.startswith(b"PK\x03\x04"):
        return head
    from citylake.admit.unpacking import member_of

    with zipfile.ZipFile(path, metadata_encoding="gb18030") as archive:
        wanted: Any = table.form["member"].value if "member" in table.form else None
        with archive.open(member_of(archive, wanted)) as unpacked:
            return unpacked.read(SAMPLE_BYTES)
