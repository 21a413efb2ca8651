"""The encoding of a sample's bytes: certain where a mark or UTF-8 says so, else the likeliest, and asked."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter

from citylake.scaffold.guess import Findings, share, some

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# The 3,755 common characters of GB 2312's first level begin with the bytes B0 to D7; Korean syllables in
# EUC-KR with B0 to C8. About four in ten common Chinese characters lie behind C8.
_CHINESE = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")
_BEHIND_KOREAN = re.compile(rb"[\xc9-\xd7][\xa1-\xfe]")
_WESTERN_SIGNS = "€°±²³µ·’“”„–…œŒšŠžŽŸ«»§£¥º¿¡×ß\u00a0"


def decoded(head: bytes, is_cut: bool, found: Findings) -> str:
    """The text of a sample; notes `encoding` and asks where the bytes do not tell. `is_cut`: the file goes on."""
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            found.guess("encoding", encoding, f"the file begins with its mark {mark.hex(' ')}")
            return head.decode(encoding, errors="ignore")
    whole = head[: head.rfind(b"\n") + 1] or head if is_cut else head
    if whole.isascii():
        found.guess("encoding", "utf-8", "every byte is ASCII")
        return whole.decode("ascii")
    try:
        text = whole.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(whole, error.start, found)
    count = sum(not character.isascii() for character in text)
    found.guess("encoding", "utf-8", f"all {len(whole):,} bytes decode, {count:,} characters are not ASCII")
    return text


def _not_utf8(head: bytes, place: int, found: Findings) -> str:
    why = f"byte {place} is not UTF-8"
    for attempt in (_as_chinese, _as_western, _as_central_european, _as_cyrillic):
        if told := attempt(head):
            encoding, evidence = told
            found.guess("encoding", encoding, f"{why}; {evidence}")
            text = head.decode(encoding)
            if encoding != "gb18030":
                _ask(encoding, text, found)
            return text
    encoding = _likeliest(head)
    text = head.decode(encoding, errors="replace")
    found.guess("encoding", encoding, f"{why}; the likeliest by its letters")
    _ask(encoding, text, found)
    return text


def _ask(encoding: str, text: str, found: Findings) -> None:
    shown = [line.strip() for line in text.splitlines() if not line.isascii()]
    found.ask(
        f"Is the encoding {encoding}? Then the file says {some(shown, 2)}. If that looks wrong, change `encoding`."
    )


def _as_chinese(head: bytes) -> tuple[str, str] | None:
    try:
        other = [c for c in head.decode("gb18030") if not c.isascii()]
    except UnicodeDecodeError:
        return None
    pairs = [c.encode("gb18030")[:2] for c in other]
    common = sum(
        1
        for c, p in zip(other, pairs, strict=True)
        if _CHINESE.fullmatch(p) or c in "，。：；（）、％℃·—“”μ³²°±～－"
    )
    letters = [p for p in pairs if _CHINESE.fullmatch(p)]
    behind = sum(1 for p in letters if _BEHIND_KOREAN.fullmatch(p))
    if not letters or common / len(other) <= 0.9:
        return None
    if len(set(letters)) >= 6 and behind < 0.05 * len(letters):
        return (
            "cp949",
            f"its {len(letters)} letters are Korean syllables; as Chinese none would be of the other half",
        )
    return "gb18030", f"as GB18030, {share(common, len(other))} of the other characters are common Chinese"


def _letters(text: str) -> tuple[list[str], list[str]]:
    """Characters that are not ASCII, and all letters."""
    return [c for c in text if not c.isascii()], [c for c in text if c.isalpha()]


def _as_western(head: bytes) -> tuple[str, str] | None:
    """Now and then a letter with an accent among many without; no sign inside a word."""
    try:
        text = head.decode("cp1252")
    except UnicodeDecodeError:
        return None
    other, letters = _letters(text)
    if not all("À" <= c <= "ÿ" or c in _WESTERN_SIGNS for c in other):
        return None
    if sum(c.isalpha() for c in other) > 0.4 * max(len(letters), 1) or _signs_in_words(text):
        return None
    return (
        "cp1252",
        f"as Western European, all other characters are its letters and signs: {some(other, 6)}",
    )


def _signs_in_words(text: str) -> bool:
    """Whether a sign of cp1252 stands inside a word, as Polish and Czech letters then do."""
    return bool(re.search(r"[^\W\d_][³¹¿¼¾ê¶±»œæ¿][^\W\d_]", text) and re.search(r"[³¹¿¼¾¶]", text))


def _as_central_european(head: bytes) -> tuple[str, str] | None:
    try:
        text = head.decode("cp1250")
    except UnicodeDecodeError:
        return None
    other, letters = _letters(text)
    if not all(c.isalpha() or c in _WESTERN_SIGNS for c in other) or len(other) > 0.4 * len(letters):
        return None
    return (
        "cp1250",
        f"as Central European, all other characters are its letters and signs: {some(other, 6)}",
    )


def _as_cyrillic(head: bytes) -> tuple[str, str] | None:
    """Words of other letters alone: nearly all of the 33 Russian ones, small ones more than capitals."""
    try:
        text = head.decode("cp1251")
    except UnicodeDecodeError:
        return None
    other = [c for c in text if not c.isascii()]
    kinds = Counter(unicodedata.name(c, "").split(" ")[0] for c in other)
    small = sum(c.islower() for c in other)
    if kinds["CYRILLIC"] < 0.9 * len(other) or small < 0.6 * len(other):
        return None
    return (
        "cp1251",
        f"as Cyrillic, {share(kinds['CYRILLIC'], len(other))} of the other characters are letters",
    )


def _likeliest(head: bytes) -> str:
    import charset_normalizer

    likely = ["big5", "cp932", "cp949", "gb18030", "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255"]
    best = charset_normalizer.from_bytes(head, cp_isolation=likely).best()
    return best.encoding if best else "latin-1"
