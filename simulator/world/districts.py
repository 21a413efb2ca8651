"""Hangzhou's districts with their vintages, as the civil affairs bureau lists them.

Codes: GB/T 2260 as used by the National Bureau of Statistics (present ones checked against its list of
2023-06-30). `valid_from` is the day a name plate or an announcement made the change public, in these sources:
Fuyang: name plate of 2015-02-15; Lin'an: name plate of 2017-09-15 (Zhejiang government notice of
2017-08-11); reform of the inner city: announced by the Zhejiang government on 2021-04-09.
The list begins on 2013-01-01: older history is not in it, and that date says nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

BEGINS = date(2013, 1, 1)
FUYANG = date(2015, 2, 15)
LINAN = date(2017, 9, 15)
REFORM = date(2021, 4, 9)
Level = Literal["province", "city", "district"]


@dataclass(frozen=True)
class District:
    """One vintage of one area: in force from `valid_from` until the day before `valid_to` (None: still)."""

    code: str
    name: str
    name_en: str
    level: Level
    parent_code: str
    valid_from: date = BEGINS
    valid_to: date | None = None


def _district(
    code: str, name: str, name_en: str, since: date = BEGINS, until: date | None = None
) -> District:
    return District(code, name, name_en, "district", "330100", since, until)


# A code on two rows kept its number while its extent changed.
HANGZHOU: tuple[District, ...] = (
    District("330000", "浙江省", "Zhejiang Province", "province", ""),
    District("330100", "杭州市", "Hangzhou City", "city", "330000"),
    _district("330102", "上城区", "Shangcheng District", until=REFORM),
    _district("330102", "上城区", "Shangcheng District", since=REFORM),
    _district("330103", "下城区", "Xiacheng District", until=REFORM),
    _district("330104", "江干区", "Jianggan District", until=REFORM),
    _district("330105", "拱墅区", "Gongshu District", until=REFORM),
    _district("330105", "拱墅区", "Gongshu District", since=REFORM),
    _district("330106", "西湖区", "Xihu District"),
    _district("330108", "滨江区", "Binjiang District"),
    _district("330109", "萧山区", "Xiaoshan District", until=REFORM),
    _district("330109", "萧山区", "Xiaoshan District", since=REFORM),
    _district("330110", "余杭区", "Yuhang District", until=REFORM),
    _district("330110", "余杭区", "Yuhang District", since=REFORM),
    _district("330111", "富阳区", "Fuyang District", since=FUYANG),
    _district("330112", "临安区", "Lin'an District", since=LINAN),
    _district("330113", "临平区", "Linping District", since=REFORM),
    _district("330114", "钱塘区", "Qiantang District", since=REFORM),
    _district("330122", "桐庐县", "Tonglu County"),
    _district("330127", "淳安县", "Chun'an County"),
    _district("330182", "建德市", "Jiande City"),
    _district("330183", "富阳市", "Fuyang City", until=FUYANG),
    _district("330185", "临安市", "Lin'an City", until=LINAN),
)
CITY = "330100"


def known_on(day: date, districts: tuple[District, ...] = HANGZHOU) -> tuple[District, ...]:
    """The vintages the bureau knows on a day: later ones are not in its list, nor their ends."""
    return tuple(
        each if each.valid_to is None or each.valid_to <= day else replace(each, valid_to=None)
        for each in districts
        if each.valid_from <= day
    )


def changes(districts: tuple[District, ...] = HANGZHOU) -> tuple[date, ...]:
    """The days on which a new vintage came into force."""
    return tuple(sorted({each.valid_from for each in districts} - {BEGINS}))
