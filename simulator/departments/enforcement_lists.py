"""Three lists of law enforcement, whole each time: what is a violation, who goes out together when, and all enterprises.

Violations are a workbook with a title above the header, the plan of joint operations is GB18030, enterprises are UTF-8 with
a byte order mark. Some violations are newer than their list. The plan holds what begins from 120 days before to 40 days
after its day. Of enterprises nothing that lies in the future is in the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from simulator.defects.files import Form
from simulator.defects.lists import ListFile, spoiled
from simulator.defects.rows import last_digit_changed, month_13
from simulator.deliveries import Delivery
from simulator.list_files import csv_text, workbook
from simulator.scenario.enforcement import EnterpriseRowRates
from simulator.times import day_text, time_text
from simulator.world import size
from simulator.world.enterprises import FORMS, register
from simulator.world.joint_operations import begun_between
from simulator.world.streets import streets
from simulator.world.violations import VIOLATIONS

VIOLATION, OPERATION, ENTERPRISE = (
    "transport.violation",
    "transport.joint_operation",
    "governance.enterprise",
)
VIOLATION_HEADER = ("执法领域", "代码", "名称", "统一类别")
OPERATION_HEADER = ("行动编号", "执法领域", "区划代码", "开始时间", "结束时间")
ENTERPRISE_HEADER = ("统一社会信用代码", "企业名称", "类型", "街道代码", "区划代码", "成立日期", "注销日期")
TITLE = "交通运输行政违法行为代码表"
AGENCIES = {"waterway": "水路", "highway": "公路", "road": "道路"}
_PLANNED = (timedelta(-120), timedelta(40))  # days of beginning around the plan's
_NAMES = {VIOLATION: "违法代码表_{}.xlsx", OPERATION: "联合执法计划_{}.csv", ENTERPRISE: "企业名录_{}.csv"}
_SENDERS = {VIOLATION: "transport-bureau", OPERATION: "transport-bureau", ENTERPRISE: "market-regulator"}
_ENTERPRISE_FORM = Form(
    "enterprise", "governance", ENTERPRISE, ENTERPRISE_HEADER, lambda rows: rows,
    {
        "malformed_code": ("统一社会信用代码", lambda text, _: text[:-1]),
        "not_in_list": ("类型", lambda _, random: str(random.choice(("个体", "?")))),
        "required_missing": ("企业名称", lambda _text, _random: ""),
        "impossible_time": ("成立日期", month_13),
    },
    ("街道代码", last_digit_changed), encoding="utf-8-sig", line_end="\r\n",
)  # fmt: skip


@dataclass(frozen=True)
class Enterprises:
    """What an exact reader knows from the list of enterprises. Columns of `rows`: credit_code, name, street (its number)."""

    rows: pd.DataFrame


def delivery(feed: str, file: ListFile, at: datetime) -> Delivery:
    """A list of an instant."""
    department, name = feed.split(".")[0], _NAMES[feed].format(f"{at:%Y%m%d}")
    return Delivery(department, name, 1, _SENDERS[feed], at, file.content)


def violation_list() -> ListFile:
    """The list of violations; its facts: agency, code and category of each row."""
    rows = [
        (word, each.code, each.title, each.category)
        for agency, word in AGENCIES.items()
        for each in VIOLATIONS[agency]
        if each.is_listed
    ]
    english = {word: agency for agency, word in AGENCIES.items()}
    facts = tuple((english[word], code, category) for word, code, _, category in rows)
    return ListFile(workbook("违法代码", TITLE, VIOLATION_HEADER, rows), len(rows), facts)


def operation_list(seed: int, a_day: float, day: date) -> ListFile:
    """The plan of joint operations of a day; its facts: number, agency, district, started_ds and ended_ds of each row."""
    begin, end = (day + shift for shift in _PLANNED)
    facts = tuple(
        (each.number, agency, each.district, each.started_ds, each.ended_ds)
        for each in begun_between(seed, a_day, begin, end)
        for agency in each.agencies
    )
    table = pd.DataFrame(facts, columns=["number", "agency", "district", "started_ds", "ended_ds"])
    times = (time_text(table[name].astype(np.int64), tenths=False) for name in ("started_ds", "ended_ds"))
    columns = (table["number"], table["agency"].map(AGENCIES), table["district"], *times)
    rows = list(zip(*(each.tolist() for each in columns), strict=True))
    return ListFile(csv_text(OPERATION_HEADER, rows).encode("gb18030"), len(rows), facts)


def enterprise_list(seed: int, rates: EnterpriseRowRates, scale: float, day: date) -> ListFile:
    """The list of enterprises as it is known on a day; its facts are `Enterprises`."""
    return _enterprise_list(seed, rates, scale, min(day, size.AS_OF))


@lru_cache(maxsize=1)
def _enterprise_list(seed: int, rates: EnterpriseRowRates, scale: float, day: date) -> ListFile:
    whole = register(seed, scale)
    rows = whole[whole["founded"] <= day.toordinal()].reset_index(drop=True)
    place, closed = rows["street"].to_numpy(), rows["closed"].to_numpy()
    codes = [(each.code, each.district_code) for each in streets()]
    street, district = (np.array(each, dtype=object)[place] for each in zip(*codes, strict=True))
    words = np.array([word for _, word, _ in FORMS], dtype=object)
    columns = (
        rows["credit_code"], rows["name"], words[rows["form"].cat.codes.to_numpy()], street, district,
        day_text(rows["founded"].to_numpy()), day_text(np.where(closed <= day.toordinal(), closed, 0)),
    )  # fmt: skip
    table = pd.DataFrame(dict(zip(ENTERPRISE_HEADER, columns, strict=True)), dtype=object)
    known = rows[["credit_code", "name", "street"]]
    return spoiled(
        _ENTERPRISE_FORM, seed, table, rates, lambda kept: Enterprises(known[kept].reset_index(drop=True))
    )
