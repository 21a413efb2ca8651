"""What looks like it tells of a person, in columns that no feed file declares."""

from __future__ import annotations

import re

_NAMES = re.compile(
    r"姓名|身份证|证件|护照|手机|电话|联系人|联系方式|住址|家庭|邮箱|邮件|银行卡|出生"
    r"|(^|[_\s])(full_?name|first_?name|last_?name|surname|contact|phone|mobile|telephone|tel|e?mail|id_?card|id_?number"
    r"|passport|address|birth\w*)([_\s]|$)",
    re.IGNORECASE,
)
# An 18-digit identity number, a mobile number, or an e-mail address, in RE2's syntax for DuckDB.
VALUES = r"(^|[^0-9])([1-9][0-9]{16}[0-9Xx]|1[3-9][0-9]{9})([^0-9]|$)|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+[.][A-Za-z]{2}"


def is_personal_name(column: str) -> bool:
    """Whether a column of this name is likely to tell of a person."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[.@/:-]", "_", column)  # nested JSON is a.b, an XML attribute @b
    return bool(_NAMES.search(words))
