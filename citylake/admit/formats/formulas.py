"""Formulas in a workbook whose values were never calculated: such cells would be read as empty."""

from __future__ import annotations

import posixpath
import zipfile

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BLOCK_BYTES = 1 << 20


def not_calculated(file, sheet: str) -> tuple[int, str]:
    """How many cells of a sheet of an xlsx hold a formula without a value, and the first such place.

    A program that writes workbooks writes formulas without values; a spreadsheet program calculates them when it
    saves. (0, "") for workbooks of other kinds. The file is left at its begin.
    """
    from lxml import etree

    file.seek(0)
    count, first = 0, ""
    if file.read(4) == b"PK\x03\x04":
        with zipfile.ZipFile(file) as archive:
            part = _part_of(archive, sheet)
            if part and _has_formula(archive, part):
                with archive.open(part) as source:
                    for _, cell in etree.iterparse(
                        source, tag="{*}c", resolve_entities=False, no_network=True
                    ):
                        value, formula = cell.find("{*}v"), cell.find("{*}f")
                        if formula is not None and (value is None or value.text is None):
                            count, first = count + 1, first or cell.get("r", "?")
                        cell.clear()
    file.seek(0)
    return count, first


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


def _has_formula(archive: zipfile.ZipFile, part: str) -> bool:
    """Whether there is any formula: most sheets have none, and need no second parse."""
    before = b""
    with archive.open(part) as source:
        while block := source.read(_BLOCK_BYTES):
            if b"<f>" in before + block or b"<f " in before + block:
                return True
            before = block[-2:]
    return False
