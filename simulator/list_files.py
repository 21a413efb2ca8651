"""Lists as departments send them, whole: tables of commas, and workbooks that say no time."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime

# A workbook says when it was made, in its members and in its properties: always then.
_MADE = (2021, 6, 1, 0, 0, 0)
_PROPERTIES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Fields separated by commas, in quotation marks where they hold one, under a line of their names."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
    return text.getvalue()


def workbook(sheet: str, title: str, header: Sequence[str], rows: Iterable[Sequence]) -> bytes:
    """A workbook of one sheet: a title, the header and the rows; dates become cells that are shown as dates.

    The same rows give the same bytes.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for row in ([title], header, *rows):
        page.append(row)
    made, timeless = io.BytesIO(), io.BytesIO()
    book.save(made)
    when = f"{datetime(*_MADE):%Y-%m-%dT%H:%M:%SZ}".encode()  # noqa: DTZ001 (a constant)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(timeless, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _PROPERTIES.sub(rb"\g<1>" + when, content)
            member = zipfile.ZipInfo(name, _MADE)
            member.external_attr = 0o644 << 16
            target.writestr(member, content, zipfile.ZIP_DEFLATED, 6)
    return timeless.getvalue()
