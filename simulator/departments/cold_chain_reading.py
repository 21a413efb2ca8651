"""Temperatures that boxes send: one compressed file a local day, UTF-8.

Some readings are lost, some have no temperature, and some boxes are silent for a while on their way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.departments.pharmacy_order import box_texts
from simulator.departments.prescription import DEPARTMENT
from simulator.streams import stream
from simulator.times import time_text
from simulator.world.cold_boxes import temperatures
from simulator.world.prescriptions import Pharmacy

FEED = "health.cold_chain_reading"
SENDER = "cold-chain"
HEADER = ("box_id", "read_at", "temperature_c")
UNMEASURED = ""
_TOO_WARM = 5.0  # degrees, of a file that is corrected later
_WRONG = {
    "out_of_range": ("temperature_c", lambda _, random: str(random.choice(("-273.1", "-60.1", "60.1", "327.6")))),
    "text_in_number": ("temperature_c", lambda _, random: str(random.choice(("err", "--", "5.0C")))),
    "required_missing": ("box_id", lambda _text, _random: ""),
    "impossible_time": ("read_at", hour_25),
}  # fmt: skip


@dataclass(frozen=True)
class ColdChainReadings:
    """What an exact reader knows from a day's file. Columns of `rows`: box (number), at_ds (tenths of seconds since the
    calendar's first day, local), celsius (NaN: not measured)."""

    day: date
    rows: pd.DataFrame


def day_of_files(here: Pharmacy, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    name = f"cold_chain_{day:%Y%m%d}.csv.gz"
    rows, rates = recorded(here, day), here.scenario.reading_rows
    file = DayFile(FORM, here.seed, day, SENDER, name, rows, rates, partial(ColdChainReadings, day))
    return file.sent_alone(here.scenario.files)


def recorded(here: Pharmacy, day: date) -> pd.DataFrame:
    """The readings of a day that arrive, by time: box, at_ds, celsius."""
    rows, rates = temperatures(here, day), here.scenario.recorded
    u = stream(here.seed, "box readings", day).random((2, len(rows)))
    rows = rows.assign(celsius=np.where(u[1] < rates.unmeasured, np.nan, rows["celsius"]))
    kept = rows[(u[0] >= rates.missing_reading) & ~rows["in_gap"].to_numpy()]
    return kept[["box", "at_ds", "celsius"]].reset_index(drop=True)


def _warmer(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(celsius=rows["celsius"] + _TOO_WARM)


def _another(text: str) -> str:
    return last_digit_changed(text) if text != UNMEASURED else "4.4"


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    celsius = [UNMEASURED if degrees != degrees else f"{degrees:.1f}" for degrees in rows["celsius"].tolist()]
    at = time_text(rows["at_ds"], "T", tenths=False) + "+08:00"
    return pd.DataFrame(dict(zip(HEADER, (box_texts(rows["box"]), at, celsius), strict=True)), dtype=object)


FORM = Form(
    "cold chain reading", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("temperature_c", _another),
    (("temperature_c", UNMEASURED, "unmeasured"),), removable="temperature_c", mistaken=_warmer, compressed=True,
)  # fmt: skip
