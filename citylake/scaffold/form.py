"""How the bytes of a sample are written: the `format:` of its feed file, each part with its evidence."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import re
import zipfile
from pathlib import Path

from citylake.errors import WrongUse
from citylake.scaffold.documents import guess_json, guess_xml
from citylake.scaffold.guess import Findings, share, some
from citylake.scaffold.tables import guess_lines, guess_workbook

_SAMPLE_BYTES = 4 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def guess_form(path: Path, found: Findings) -> None:
    """Guess every key of `format:`. Raises: WrongUse where the file is nothing that a feed file can describe."""
    head, name = _head(path, found)
    if not head.strip():
        raise WrongUse(
            "there is nothing in this file",
            where=str(path),
            next_step="Take a delivery with rows as the sample.",
        )
    if found.value("kind") == "excel":
        guess_workbook(path, found)
        return
    if head[:4] == b"PAR1":
        found.guess("kind", "parquet", "the file begins with PAR1")
        return
    if b"\x00" in head[:4096] and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise WrongUse(
            "this is no table that a feed file can describe", where=str(path), found=f"binary bytes {head[:8]!r}",
            expected="CSV, JSON, JSON lines, XML, Excel, Parquet, fixed width or GeoJSON, also in gz or zip",
            next_step="Ask the department for an export in one of these.",
        )  # fmt: skip
    text = _decoded(head, found)
    start = text.lstrip("\ufeff \r\n\t")
    if start.startswith("<"):
        guess_xml(head, found)
    elif start[:1] in "{[" and start[:1]:
        guess_json(start, found)
    else:
        guess_lines(text, found)


def _head(path: Path, found: Findings) -> tuple[bytes, str]:
    """The first bytes of the table, out of what it is packed in, and its name."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    if head.startswith(b"\x1f\x8b"):
        with gzip.open(path) as unpacked:
            return unpacked.read(_SAMPLE_BYTES), path.name.removesuffix(".gz")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        found.guess("kind", "excel", "an old Excel workbook (xls), by its first bytes")
    if not head.startswith(b"PK\x03\x04"):
        return head, path.name
    with zipfile.ZipFile(path, metadata_encoding="gb18030") as archive:
        names = [n for n in archive.namelist() if not n.endswith("/") and not n.startswith("__MACOSX/")]
        if "[Content_Types].xml" in names:
            found.guess("kind", "excel", "an Excel workbook (xlsx), by what its archive holds")
            return head, path.name
        member = max(names, key=lambda n: archive.getinfo(n).file_size, default=None)
        if member is None:
            raise WrongUse("the archive has no file in it", where=str(path))
        if len(names) > 1:
            pattern = re.sub(r"\d+", "*", member.rpartition("/")[2])
            found.guess(
                "member", pattern, f"the largest of {len(names)} files in the archive: {some(names, 6)}"
            )
            found.ask(
                f"The archive holds {len(names)} files; this feed reads '{member}'. Each other table needs"
                " a feed of its own with its own `member`: which are wanted?"
            )
        with archive.open(member) as unpacked:
            return unpacked.read(_SAMPLE_BYTES), member


def _decoded(head: bytes, found: Findings) -> str:
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            found.guess("encoding", encoding, f"the file begins with its mark {mark.hex(' ')}")
            return head.decode(encoding, errors="ignore")
    whole = head[: head.rfind(b"\n") + 1] or head if len(head) == _SAMPLE_BYTES else head
    if whole.isascii():
        found.guess("encoding", "utf-8", "every byte is ASCII")
        return whole.decode("ascii")
    try:
        text = whole.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(whole, error.start, found)
    found.guess(
        "encoding",
        "utf-8",
        f"all {len(whole):,} bytes decode, {sum(not c.isascii() for c in text):,} characters are not ASCII",
    )
    return text


def _not_utf8(head: bytes, place: int, found: Findings) -> str:
    no_utf8 = f"byte {place} is not UTF-8"
    try:
        text = head.decode("gb18030")
        other = [c for c in text if not c.isascii()]
        # The 3,755 common characters of GB 2312's first level: chance puts few bytes there.
        common = sum(
            1
            for c in other
            if b"\xb0\xa1" <= c.encode("gb18030")[:2] <= b"\xd7\xf9" or c in "，。：；（）、％℃·—“”μ³²°±～－"
        )
        if other and common / len(other) > 0.9:
            found.guess(
                "encoding",
                "gb18030",
                f"{no_utf8}; as GB18030, {share(common, len(other))} of the other characters are common"
                " Chinese",
            )
            return text
    except UnicodeDecodeError:
        pass
    import charset_normalizer

    with contextlib.suppress(UnicodeDecodeError):
        text = head.decode("cp1252")
        other = [c for c in text if not c.isascii()]
        if all("À" <= c <= "ÿ" and c not in "×÷" or c in "€°±²³µ·’“”„–…œŒšŠžŽŸ" for c in other):
            found.guess(
                "encoding",
                "cp1252",
                f"{no_utf8}; as Western European, all other characters are its letters: {some(other, 6)}",
            )
            found.ask(
                "Is the encoding cp1252 (Western European)? Then the file says"
                f" {some([line.strip() for line in text.splitlines() if not line.isascii()], 2)}."
            )
            return text
    best = charset_normalizer.from_bytes(head).best()
    encoding = best.encoding if best else "latin-1"
    found.guess("encoding", encoding, f"{no_utf8}; the likeliest by its letters")
    text = head.decode(encoding, errors="replace")
    shown = [line.strip() for line in text.splitlines() if not line.isascii()]
    found.ask(
        f"Is the encoding {encoding}? Then the file says {some(shown, 2)}. If that looks wrong, change"
        " `encoding`."
    )
    return text
