"""The cases that the highways' agency closed: one file a local day, columns at fixed places in bytes of GB18030."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd

from simulator.defects.files import Form
from simulator.defects.layouts import FixedWidth
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

AGENCY = "highway"
FEED = "transport.enforcement_highway"
SENDER = "highway-enforcement"
_ENCODING = "gb18030"
WIDTHS = {
    "case_no": 12, "found_at": 14, "closed_at": 14, "violation": 4, "found_by": 1, "district": 6, "plate": 10,
    "carrier_code": 18, "carrier_name": 50, "fine": 7, "paid": 7, "driver": 20,
}  # fmt: skip
HEADER = tuple(WIDTHS)
_WAYS = ("1", "2", "3", "4")


def _found_later(text: str, _: np.random.Generator) -> str:
    return f"{datetime.strptime(text[:8], '%Y%m%d').date() + LATER:%Y%m%d}{text[8:]}"  # noqa: DTZ007 (a day)


_WRONG = {
    "not_in_list": ("found_by", lambda _, random: str(random.choice(("7", "9")))),
    "required_missing": ("case_no", nothing),
    "impossible_time": ("closed_at", lambda text, _: f"{text[:8]}25{text[10:]}"),
    "wrong_order": ("found_at", _found_later),
    "out_of_range": ("paid", negative),
}


def day_of_files(given: Enforcement, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    return files_of(AGENCY, FORM, SENDER, f"enforcement_highway_{day:%Y%m%d}.txt", given, day)


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        rows["case"], *(_time(rows[name]) for name in ("found_ds", "closed_ds")), rows["violation"],
        way_words(rows, _WAYS), rows["district"], np.where(rows["mark"] == "", UNREAD_PLATE, rows["mark"]),
        rows["owner_code"], rows["owner_name"], *(whole_texts(rows[name]) for name in ("fine_cny", "paid_cny")),
        rows["person"],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _time(instants: pd.Series) -> list[str]:
    """Digits alone."""
    return [
        f"{text[:4]}{text[5:7]}{text[8:10]}{text[11:13]}{text[14:16]}{text[17:]}"
        for text in time_text(instants, tenths=False).tolist()
    ]


FORM = Form(
    "enforcement highway", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("found_at", last_digit_changed),
    (("plate", UNREAD_PLATE, "unread_plate"),), encoding=_ENCODING, line_end="\r\n", removable="violation",
    mistaken=fines_ten_times, layout=FixedWidth(WIDTHS, ("fine", "paid"), _ENCODING),
)  # fmt: skip
