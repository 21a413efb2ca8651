"""The lists of the motorways' operator, whole each time: gantries, UTF-8 with a byte order mark, and toll plazas, a workbook
with a title above the header."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from simulator.defects.files import Form
from simulator.defects.lists import ListFile, spoiled
from simulator.deliveries import Delivery
from simulator.list_files import workbook
from simulator.scenario.tolls import GantryRowRates
from simulator.world.tolls import ROADS, Tolls

DEPARTMENT = "transport"
GANTRY, PLAZA = "transport.gantry", "transport.toll_plaza"
SENDER = "expressway-operator"
GANTRY_HEADER = ("门架编号", "路线", "方向", "序号", "桩号", "区划代码")
PLAZA_HEADER = ("收费站编号", "名称", "路线", "区划代码", "车道数")
TITLE = "杭州市高速公路收费站一览"
DIRECTIONS = ("上行", "下行")
_NAMES = {GANTRY: "门架_{}.csv", PLAZA: "收费站_{}.xlsx"}
_GANTRY_FORM = Form(
    "gantry", DEPARTMENT, GANTRY, GANTRY_HEADER, lambda rows: rows,
    {
        "out_of_range": ("桩号", lambda _, random: str(random.choice(("-3.0", "2000.1", "9999.9")))),
        "not_in_list": ("方向", lambda _, random: str(random.choice(("双向", "?")))),
        "required_missing": ("路线", lambda _text, _random: ""),
    },
    ("桩号", lambda text: f"{float(text) + 0.5:.1f}"), encoding="utf-8-sig", line_end="\r\n",
)  # fmt: skip


def delivery(feed: str, file: ListFile, at: datetime) -> Delivery:
    """A list of an instant."""
    return Delivery(DEPARTMENT, _NAMES[feed].format(f"{at:%Y%m%d}"), 1, SENDER, at, file.content)


def gantry_list(seed: int, rates: GantryRowRates, here: Tolls) -> ListFile:
    """The list of gantries; its facts: the identifiers of those that are listed without a fault."""
    listed = here.is_listed_gantry
    columns = (
        here.gantry[listed], np.array(ROADS, dtype=object)[here.road[listed]],
        np.array(DIRECTIONS, dtype=object)[here.direction[listed]], [str(each) for each in here.sequence[listed].tolist()],
        [f"{tenths / 10:.1f}" for tenths in here.km[listed].tolist()], here.gantry_district[listed],
    )  # fmt: skip
    table = pd.DataFrame(dict(zip(GANTRY_HEADER, columns, strict=True)), dtype=object)
    return spoiled(_GANTRY_FORM, seed, table, rates, lambda kept: tuple(here.gantry[listed][kept].tolist()))


def plaza_list(here: Tolls) -> ListFile:
    """The list of plazas; its facts: identifier and district of each."""
    columns = (here.plaza, here.plaza_road, here.plaza_district, here.lanes, here.is_listed_plaza)
    rows = [
        (plaza, f"{ROADS[road]}收费站{plaza[2:]}", ROADS[road], district, lanes)
        for plaza, road, district, lanes, listed in zip(*(each.tolist() for each in columns), strict=True)
        if listed
    ]
    content = workbook("收费站", TITLE, PLAZA_HEADER, rows)
    return ListFile(content, len(rows), tuple((row[0], row[3]) for row in rows))
