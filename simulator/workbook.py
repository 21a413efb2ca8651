"""Workbooks that say no time: the same rows give the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime

# A workbook says when it was made, in its members and in its properties: always then.
_MADE = (2021, 6, 1, 0, 0, 0)
_PROPERTIES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


def workbook(sheet: str, title: str, header: Sequence[str], rows: Iterable[Sequence]) -> bytes:
    """A workbook of one sheet: a title, the header and the rows; dates become cells that are shown as dates."""
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
