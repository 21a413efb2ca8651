"""Prescriptions that are to be delivered: one JSON object a line, one file a local day of issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.layouts import JsonLines
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.streams import stream
from simulator.times import time_text
from simulator.world.prescriptions import NUMBERS, Pharmacy, prescription_keys, prescriptions

DEPARTMENT = "health"
FEED = "health.prescription"
SENDER = "cloud-pharmacy"
HEADER = ("id", "hospital", "patient", "birthYear", "issuedAt", "items", "cold")
UNKNOWN = 0  # year of birth
_WRONG = {
    "out_of_range": ("items", lambda _, random: str(random.choice(("0", "13", "99")))),
    "required_missing": ("id", lambda _text, _random: ""),
    "impossible_time": ("issuedAt", hour_25),
}


@dataclass(frozen=True)
class Prescriptions:
    """What an exact reader knows from a day's file. Columns of `rows`: prescription (key), birth_year (`UNKNOWN`), issued_ds
    (tenths of seconds since the calendar's first day, local)."""

    day: date
    rows: pd.DataFrame


def day_of_files(here: Pharmacy, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    name = f"prescription_{day:%Y%m%d}.jsonl"
    rows, rates = recorded(here, day), here.scenario.prescription_rows
    file = DayFile(FORM, here.seed, day, SENDER, name, rows, rates, partial(_known, day))
    return file.sent_alone(here.scenario.files)


def recorded(here: Pharmacy, day: date) -> pd.DataFrame:
    """The prescriptions of a day as they are written down, by time: prescription (key), hospital (number), resident_id ('' not
    given), birth_year (`UNKNOWN` not given), items, is_cold, issued_ds."""
    rows, who, rates = prescriptions(here, day), here.recipients, here.scenario.prescriptions
    u = stream(here.seed, "prescription texts", day).random((2, len(rows)))
    patient = rows["patient"].to_numpy()
    return rows[["hospital", "items", "is_cold", "issued_ds"]].assign(
        prescription=prescription_keys(day.toordinal(), rows["number"].to_numpy()),
        resident_id=np.where(u[0] < rates.without_patient, "", who.resident_id[patient]),
        birth_year=np.where(u[1] < rates.without_birth_year, UNKNOWN, who.birth_year[patient]).astype(
            np.int16
        ),
    )


def prescription_texts(keys: pd.Series) -> list[str]:
    """Numbers of prescriptions as they are written."""
    return key_texts("P", keys, 6)


def key_texts(letter: str, keys: pd.Series, digits: int, numbers: int = NUMBERS) -> list[str]:
    """Keys (`prescription_keys`; a day has numbers below `numbers`) as a letter, a day and a number of so many digits."""
    days = {day: f"{letter}{date.fromordinal(day):%Y%m%d}" for day in np.unique(keys // numbers).tolist()}
    return [f"{days[key // numbers]}{key % numbers:0{digits}d}" for key in keys.tolist()]


def _known(day: date, rows: pd.DataFrame) -> Prescriptions:
    return Prescriptions(day, rows[["prescription", "birth_year", "issued_ds"]])


def _without_birth_years(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(birth_year=np.int16(UNKNOWN))


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        prescription_texts(rows["prescription"]), [f"H{number:03d}" for number in rows["hospital"].tolist()],
        rows["resident_id"], ["" if year == UNKNOWN else str(year) for year in rows["birth_year"].tolist()],
        time_text(rows["issued_ds"], "T", tenths=False) + "+08:00", rows["items"].astype(str),
        np.where(rows["is_cold"], "true", "false"),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


FORM = Form(
    "prescription", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("hospital", last_digit_changed), removable="hospital",
    mistaken=_without_birth_years, layout=JsonLines(numbers=("birthYear", "items"), truths=("cold",)),
)  # fmt: skip
