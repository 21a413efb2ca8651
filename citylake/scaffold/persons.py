"""Columns that tell of a person: surely, by name or values, or together with others."""

from __future__ import annotations

import re
from collections.abc import Sequence

from citylake.privacy import looks
from citylake.scaffold.guess import Findings, share, some
from citylake.scaffold.guessed import Guessed

_VALUES = re.compile(looks.VALUES)
_TOGETHER = re.compile(
    r"性别|年龄|民族|籍贯|国籍|生日|车牌|号牌|驾驶证|病历|诊断"
    r"|(^|[_\s])(plate|licen[cs]e|registration|born|dob|age|sex|gender|race|ethnic\w*|nationality|religio\w*|diagnos\w*|ssn"
    r"|passenger|patient|driver|owner|user|customer|employee)([_\s]|$)",
    re.IGNORECASE,
)
BIRTH = re.compile(r"born|birth|dob|出生|生日", re.IGNORECASE)
# The fifty most frequent family names.
_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
)
_PERSON = re.compile(rf"[{_FAMILY}][\u4e00-\u9fff]{{1,2}}")


def guess_person(column: Guessed, values: Sequence[str], found: Findings) -> None:
    """A column that tells of a person is dropped, and asked about; no value of it is shown."""
    by_name = looks.is_personal_name(str(column.source))
    # A number with many decimals has an identity number's digits in it.
    telling = (
        0 if column.type in ("double", "date", "timestamp") else sum(1 for t in values if _VALUES.search(t))
    )
    names = sum(1 for text in values if _PERSON.fullmatch(text))
    are_names = len(set(values)) >= 5 and names >= 0.8 * len(values)
    if not by_name and not are_names and telling < 0.2 * len(values):
        return
    why = (
        "its name is one for persons" if by_name
        else f"{share(names, len(values))} look like names of persons" if are_names
        else f"{share(telling, len(values))} look like identity, telephone numbers or e-mail addresses"
    )  # fmt: skip
    column.keys["type"] = "string"
    for key in ("format", "from_unit", "nulls", "unit_in_text"):
        column.keys.pop(key, None)
    column.keys["privacy"] = {
        "class": "direct", "as": "drop", "because": "nobody has written why it is needed",
    }  # fmt: skip
    column.evidence = [f"tells of a person: {why}"]  # no example of its values
    found.ask(
        f"Column '{column.source}' tells of a person ({why}) and is dropped. Is it needed, and why? Then say"
        " `as: pseudonym(<domain>)` with the reason. Does it not? Then delete `privacy`."
    )


def ask_together(columns: Sequence[Guessed], found: Findings) -> None:
    """Ask about columns that tell of a person together with others: they stay as they are."""
    names = [
        str(column.source)
        for column in columns
        if "privacy" not in column.keys
        and _TOGETHER.search(re.sub(r"(?<=[a-z])(?=[A-Z])|[.@]", "_", str(column.source)))
    ]
    if names:
        found.ask(
            f"{some(names, 6)} may tell of a person, alone or together. They are kept as they are: say for each"
            " `privacy: {class: quasi, as: keep, because: …}` with the reason, or `as: drop`, or"
            " `as: pseudonym(<domain>)`."
        )
