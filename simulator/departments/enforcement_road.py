"""The cases that the roads' agency closed: one file a local day, Chinese headers, days and hours without leading zeros.

In some records the amounts have their unit behind them.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from simulator.defects.files import Form
from simulator.defects.rows import last_digit_changed
from simulator.deliveries import Observation
from simulator.departments.enforcement import (
    DEPARTMENT,
    LATER,
    UNREAD_PLATE,
    Enforcement,
    files_of,
    fines_ten_times,
    negative,
    nothing,
    way_words,
    whole_texts,
)
from simulator.times import time_text

AGENCY = "road"
FEED = "transport.enforcement_road"
SENDER = "road-enforcement"
HEADER = (
    "案号", "发现时间", "结案时间", "违法代码", "发现方式", "区划代码", "车牌号", "当事单位", "统一社会信用代码", "罚款金额",
    "已缴金额", "当事人",
)  # fmt: skip
_WAYS = ("电子监控", "巡查", "举报", "移送")


def _found_later(text: str, _: np.random.Generator) -> str:
    day, clock = text.split(" ")
    later = date(*map(int, day.split("/"))) + LATER
    return f"{later.year}/{later.month}/{later.day} {clock}"


_WRONG = {
    "not_in_list": ("发现方式", lambda _, random: str(random.choice(("航拍", "?")))),
    "required_missing": ("案号", nothing),
    "impossible_time": ("结案时间", lambda text, _: re.sub(r" \d+:", " 25:", text)),
    "wrong_order": ("发现时间", _found_later),
    "out_of_range": ("已缴金额", negative),
}


def day_of_files(given: Enforcement, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    return files_of(AGENCY, FORM, SENDER, f"enforcement_road_{day:%Y%m%d}.csv", given, day)


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    unit = np.where(rows["has_unit"], "元", "").astype(object)
    columns = (
        rows["case"], *(_time(rows[name]) for name in ("found_ds", "closed_ds")), rows["violation"],
        way_words(rows, _WAYS), rows["district"], np.where(rows["mark"] == "", UNREAD_PLATE, rows["mark"]),
        rows["owner_name"], rows["owner_code"],
        *(np.array(whole_texts(rows[name]), dtype=object) + unit for name in ("fine_cny", "paid_cny")), rows["person"],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _time(instants: pd.Series) -> list[str]:
    """As `2026/3/5 8:02:03`."""
    return [
        f"{text[:4]}/{int(text[5:7])}/{int(text[8:10])} {int(text[11:13])}{text[13:]}"
        for text in time_text(instants, tenths=False).tolist()
    ]


FORM = Form(
    "enforcement road", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("发现时间", last_digit_changed),
    (("车牌号", UNREAD_PLATE, "unread_plate"),), encoding="utf-8-sig", removable="违法代码",
    mistaken=fines_ten_times,
)  # fmt: skip
