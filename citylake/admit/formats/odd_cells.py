"""What calamine does not tell of a sheet: formulas that were never calculated, and cells in error. Both read as empty."""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass, field

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BLOCK_BYTES = 1 << 20
_ODD = re.compile(rb"""<f[ >/]|t=["']e["']""")
_PLACE = re.compile(r"([A-Z]+)([0-9]+)")


@dataclass
class OddCells:
    """Places of formulas without a value, in order; and the texts of cells in error by (row, column) from 0."""

    not_calculated: list[str] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def odd_cells(file, sheet: str) -> OddCells:
    """The odd cells of a sheet of an xlsx; none for workbooks of other kinds. The file is left at its begin.

    A program that writes workbooks writes formulas without values; a spreadsheet program calculates them when
    it saves. Most sheets have neither, and are not parsed for it.
    """
    found = OddCells()
    file.seek(0)
    if file.read(4) == b"PK\x03\x04":
        with zipfile.ZipFile(file) as archive:
            part = _part_of(archive, sheet)
            if part and _is_odd(archive, part):
                _look_through(archive, part, found)
    file.seek(0)
    return found


def _look_through(archive: zipfile.ZipFile, part: str, found: OddCells) -> None:
    from lxml import etree

    with archive.open(part) as source:
        for _, cell in etree.iterparse(source, tag="{*}c", resolve_entities=False, no_network=True):
            value, place = cell.findtext("{*}v"), cell.get("r", "?")
            if cell.get("t") == "e" and (match := _PLACE.fullmatch(place)):
                found.errors[int(match[2]) - 1, _column(match[1])] = value or "#ERROR"
            elif not value and cell.find("{*}f") is not None and cell.get("t") != "str":
                found.not_calculated.append(place)
            cell.clear()


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    from lxml import etree

    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    strict = etree.XMLParser(resolve_entities=False, no_network=True)
    book = etree.fromstring(archive.read("xl/workbook.xml"), strict)
    relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), strict)
    targets = {each.get("Id"): each.get("Target") for each in relations}
    for each in book.iter("{*}sheet"):
        target = targets.get(each.get(_RELATION))
        if each.get("name") == sheet and target:
            part = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
            return part if part in names else None
    return None


def _is_odd(archive: zipfile.ZipFile, part: str) -> bool:
    before = b""
    with archive.open(part) as source:
        while block := source.read(_BLOCK_BYTES):
            if _ODD.search(before + block):
                return True
            before = block[-8:]
    return False
