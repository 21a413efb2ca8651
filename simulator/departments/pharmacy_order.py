"""Orders to the cloud pharmacy: one file a local day of the order, GB18030."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.departments.prescription import DEPARTMENT, SENDER, key_texts, prescription_texts
from simulator.times import DAY_DS, time_text
from simulator.world.pharmacy_deliveries import NO_BOX, deliveries
from simulator.world.prescriptions import Pharmacy, prescription_keys
from simulator.world.service_applications import FORMER

FEED = "health.pharmacy_order"
HEADER = ("订单号", "处方号", "药房编号", "下单时间", "承诺送达", "区划代码", "冷藏箱")
_EARLIER = timedelta(3)  # more than anything is promised ahead, by mistake too


def _promised_earlier(text: str, _: np.random.Generator) -> str:
    """Before the order, whenever that was."""
    return f"{date.fromisoformat(text[:10]) - _EARLIER}{text[10:]}"


_WRONG = {
    "malformed_code": ("区划代码", lambda text, _: text[:-1]),
    "required_missing": ("订单号", lambda _text, _random: ""),
    "impossible_time": ("下单时间", hour_25),
    "wrong_order": ("承诺送达", _promised_earlier),
}


@dataclass(frozen=True)
class Orders:
    """What an exact reader knows from a day's file. Columns of `rows`: order and prescription (keys), district (its code),
    ordered_ds and promised_ds (tenths of seconds since the calendar's first day, local), box (number, `NO_BOX`)."""

    day: date
    rows: pd.DataFrame


def day_of_files(here: Pharmacy, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    name = f"pharmacy_order_{day:%Y%m%d}.csv"
    rows, rates = recorded(here, day), here.scenario.order_rows
    file = DayFile(FORM, here.seed, day, SENDER, name, rows, rates, partial(_known, day))
    return file.sent_alone(here.scenario.files)


def recorded(here: Pharmacy, day: date) -> pd.DataFrame:
    """The orders of a day as they are written down, by time: order (key), prescription (key, of none for some), pharmacy
    (number), ordered_ds, promised_ds, district (code), box (number)."""
    rows, who = deliveries(here, day), here.recipients
    district = who.district[rows["patient"].to_numpy()]
    former = np.array([FORMER.get(each, each) for each in who.districts], dtype=object)
    return rows[["pharmacy", "ordered_ds", "promised_ds", "box"]].assign(
        order=prescription_keys(day.toordinal(), rows["order"].to_numpy()), prescription=rows["written"],
        district=np.where(rows["is_former"], former[district], who.districts[district]),
    )  # fmt: skip


def order_texts(keys: pd.Series) -> list[str]:
    """Numbers of orders as they are written."""
    return key_texts("D", keys, 6)


def box_texts(boxes: pd.Series) -> list[str]:
    """Numbers of boxes as they are written."""
    return ["" if box == NO_BOX else f"B{box:04d}" for box in boxes.tolist()]


def _known(day: date, rows: pd.DataFrame) -> Orders:
    return Orders(day, rows[["order", "prescription", "district", "ordered_ds", "promised_ds", "box"]])


def _promised_a_day_later(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(promised_ds=rows["promised_ds"] + DAY_DS)


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        order_texts(rows["order"]), prescription_texts(rows["prescription"]),
        [f"Y{number:02d}" for number in rows["pharmacy"].tolist()],
        *(time_text(rows[name], tenths=False) for name in ("ordered_ds", "promised_ds")), rows["district"],
        box_texts(rows["box"]),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


FORM = Form(
    "pharmacy order", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("药房编号", last_digit_changed), encoding="gb18030",
    line_end="\r\n", removable="承诺送达", mistaken=_promised_a_day_later,
)  # fmt: skip
