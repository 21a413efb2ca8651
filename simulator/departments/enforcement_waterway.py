"""The cases that the waterways' agency closed: one XML document a local day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from simulator.defects.files import Form
from simulator.defects.layouts import XmlRecords
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.departments.enforcement import (
    DEPARTMENT,
    LATER,
    UNREAD_HULLS,
    Enforcement,
    files_of,
    fines_ten_times,
    negative,
    nothing,
    way_words,
    whole_texts,
)
from simulator.times import time_text

AGENCY = "waterway"
FEED = "transport.enforcement_waterway"
SENDER = "waterway-enforcement"
HEADER = (
    "@no", "found_at", "closed_at", "violation", "found_by", "district", "hull", "mmsi", "owner_code", "owner_name",
    "fine_cny", "paid_cny", "master",
)  # fmt: skip
_WAYS = ("cctv", "patrol", "report", "transfer")


def _found_later(text: str, _: np.random.Generator) -> str:
    return f"{date.fromisoformat(text[:10]) + LATER}{text[10:]}"


_WRONG = {
    "not_in_list": ("found_by", lambda _, random: str(random.choice(("drone", "?")))),
    "required_missing": ("@no", nothing),
    "impossible_time": ("closed_at", hour_25),
    "wrong_order": ("found_at", _found_later),
    "out_of_range": ("paid_cny", negative),
}


def day_of_files(given: Enforcement, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    return files_of(AGENCY, _form(day), SENDER, f"enforcement_waterway_{day:%Y%m%d}.xml", given, day)


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    way = way_words(rows, _WAYS)
    way[(way == "cctv") & rows["is_ais"].to_numpy()] = "ais"
    # Of the unread ones every other one is empty, by the parity of the second at which it was found.
    unread = np.array(UNREAD_HULLS, dtype=object)[rows["found_ds"].to_numpy() // 10 % 2]
    columns = (
        rows["case"], *(time_text(rows[name], "T", tenths=False) for name in ("found_ds", "closed_ds")),
        rows["violation"], way, rows["district"], np.where(rows["mark"] == "", unread, rows["mark"]), rows["mmsi"],
        rows["owner_code"], rows["owner_name"], *(whole_texts(rows[name]) for name in ("fine_cny", "paid_cny")),
        rows["person"],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date) -> Form:
    return Form(
        "enforcement waterway", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("found_at", last_digit_changed),
        tuple(("hull", text, "unread_hull") for text in UNREAD_HULLS), removable="violation",
        mistaken=fines_ten_times, layout=XmlRecords("cases", "case", f'date="{day:%Y%m%d}"'),
    )  # fmt: skip
