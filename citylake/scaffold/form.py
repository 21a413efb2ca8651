"""How the bytes of a sample are written: the `format:` of its feed file, each part with its evidence."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from citylake.errors import WrongUse
from citylake.scaffold.documents import guess_json, guess_xml
from citylake.scaffold.encoding import decoded
from citylake.scaffold.guess import Findings
from citylake.scaffold.members import SAMPLE_BYTES, Table, head_of
from citylake.scaffold.tables import guess_lines
from citylake.scaffold.workbooks import guess_workbook

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# First bytes of what is no table, and what to ask the department for.
_NO_TABLES = {
    b"%PDF": "a PDF: pages for people",
    b"\xff\xd8\xff": "a photograph (JPEG)",
    b"\x89PNG": "a picture (PNG)",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"SQLite format 3": "a SQLite database",
}
_EXPECTED = "CSV, JSON, JSON lines, XML, Excel, Parquet, fixed width or GeoJSON, also in gz or zip"
_ASK = "Ask the department for an export in one of these."


def guess_form(path: Path, table: Table, found: Findings) -> None:
    """Guess every key of `format:` for one table of a file. Raises: WrongUse for what no feed file can describe."""
    for key, guess in table.form.items():
        found.guesses[key] = guess
    if table.kind == "excel":
        guess_workbook(path, table.form["sheet"].value if "sheet" in table.form else None, found)
        return
    head = head_of(path, table)
    if head[:4] == b"PAR1":
        found.guess("kind", "parquet", "the file begins with PAR1")
        return
    _refuse_other(path, head)
    if head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<":
        guess_xml(head, found)
        return
    text = decoded(head, len(head) == SAMPLE_BYTES, found)
    start = text.lstrip("\ufeff \r\n\t")
    if start.startswith("<"):
        guess_xml(start.encode(), found)
    elif start[:1] in "{[" and start[:1]:
        guess_json(start, found)
    else:
        guess_lines(text, found)


def _refuse_other(path: Path, head: bytes) -> None:
    if not head.strip():
        raise WrongUse("there is nothing in this file", where=str(path),
                       next_step="Take a delivery with rows as the sample.")  # fmt: skip
    told = next((what for start, what in _NO_TABLES.items() if head.startswith(start)), None)
    if re.match(rb"(\xef\xbb\xbf)?\s*(<!doctype html|<html)", head[:500], re.IGNORECASE):
        told = "a web page (HTML), which some programs call .xls"
    if told is None and b"\x00" in head[:4096] and not head.startswith(_UTF16):
        told = f"binary bytes {head[:8]!r}"
    if told:
        raise WrongUse("this is no table that a feed file can describe", where=str(path), found=told,
                       expected=_EXPECTED, next_step=_ASK)  # fmt: skip
