"""Who asked for whose records: one file of a local day, JSON lines; numbers of persons as they were typed."""

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
from simulator.departments.clinic_session import hospital_texts
from simulator.departments.encounter import NO_YEAR, SENDER, typed_numbers, year_texts
from simulator.departments.hospital import DEPARTMENT
from simulator.departments.prescription import key_texts
from simulator.streams import stream
from simulator.times import time_text
from simulator.world.encounters import Exchange, encounter_keys
from simulator.world.record_requests import REASONS, requests

FEED = "health.record_access"
HEADER = ("id", "hospital", "user", "patient", "birthYear", "reason", "at", "found")
_WRONG = {
    "not_in_list": ("reason", lambda _, random: str(random.choice(("curiosity", "?")))),
    "required_missing": ("id", lambda _text, _random: ""),
    "impossible_time": ("at", hour_25),
}


@dataclass(frozen=True)
class RecordAccesses:
    """What an exact reader knows from a day's file. Columns of `rows`: access (key), hospital (the number in its identifier less
    one), number (of the person, a text; '': not given), birth_year (`NO_YEAR`), has_reason, at_ds (tenths of seconds since the
    calendar's first day, local), is_found."""

    day: date
    rows: pd.DataFrame


def day_of_files(here: Exchange, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    name, rates = f"record_access_{day:%Y%m%d}.jsonl", here.scenario.request_rows
    file = DayFile(FORM, here.seed, day, SENDER, name, recorded(here, day), rates, partial(_known, day))
    return file.sent_alone(here.scenario.files)


def recorded(here: Exchange, day: date) -> pd.DataFrame:
    """What was asked for on a day as it is written down, by time: columns as the world's, number and access (key) for patient,
    birth_year as it is known."""
    rows, random = requests(here, day), stream(here.seed, "request texts", day)
    unknown = random.random(len(rows)) < here.scenario.known.no_birth_year
    return rows.drop(columns="patient").assign(
        access=encounter_keys(day.toordinal(), np.arange(1, len(rows) + 1)),
        number=typed_numbers(here, random, rows["patient"].to_numpy()),
        birth_year=np.where(unknown, NO_YEAR, rows["birth_year"]),
    )  # fmt: skip


def _known(day: date, rows: pd.DataFrame) -> RecordAccesses:
    rows = rows.assign(has_reason=rows["reason"] >= 0).rename(columns={"requested_ds": "at_ds"})
    return RecordAccesses(
        day, rows[["access", "hospital", "number", "birth_year", "has_reason", "at_ds", "is_found"]]
    )


def _all_found(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(is_found=True)


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    users = zip(rows["hospital"].tolist(), rows["user"].tolist(), strict=True)
    columns = (
        key_texts("Q", rows["access"], 6), hospital_texts(rows["hospital"]),
        [f"D{hospital + 1:03d}{user:05d}" for hospital, user in users], rows["number"], year_texts(rows["birth_year"]),
        np.array([*REASONS, ""], dtype=object)[rows["reason"].to_numpy()],
        time_text(rows["requested_ds"], "T", tenths=False) + "+08:00", np.where(rows["is_found"], "true", "false"),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


FORM = Form(
    "record access", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("user", last_digit_changed), removable="hospital",
    mistaken=_all_found, layout=JsonLines(numbers=("birthYear",), truths=("found",)),
)  # fmt: skip
