"""What is booked and cancelled: one file of events a local day, JSON lines.

Of some appointments the patient's number or the year of birth is not known. The files of the week before a city's first day
have no faults: what they book is for its first days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form, sent_before
from simulator.defects.layouts import JsonLines
from simulator.defects.rows import hour_25
from simulator.deliveries import Observation
from simulator.departments.clinic_session import SPECIALTIES, hospital_texts, session_texts
from simulator.departments.hospital import DEPARTMENT, SENDER
from simulator.setting import Setting
from simulator.times import time_text
from simulator.world.appointments import CHANNELS, WAYS, WEB, events_on
from simulator.world.patients import Patients, patients

FEED = "health.appointment"
HEADER = (
    "id", "appointment", "event", "time", "patient", "birthYear", "way", "channel", "session", "hospital", "specialty",
)  # fmt: skip
BEFORE = 7  # days whose files are sent before a city's first day
BOOKED, CANCELLED = "booked", "cancelled"
NOBODY, NO_YEAR = -1, 0
_OTHER_WAY = dict(zip(WAYS, (*WAYS[1:], WAYS[0]), strict=True))
_WRONG = {
    "not_in_list": ("channel", lambda _, random: str(random.choice(("wechat", "?")))),
    "required_missing": ("id", lambda _text, _random: ""),
    "impossible_time": ("time", hour_25),
}


@dataclass(frozen=True)
class AppointmentEvents:
    """What an exact reader knows from a day's file. Columns of `rows`: event (the number in its identifier), appointment (the
    number), is_booked, at_ds (tenths of seconds since the calendar's first day, local), patient (place in `Patients`,
    `NOBODY`), birth_year (`NO_YEAR`), way and channel (places in lists), session (its number), hospital (a place), specialty."""

    day: date
    rows: pd.DataFrame


def day_of_files(setting: Setting, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    return _file(setting, day).sent_alone(setting.scenario.registration.files)


def files_before(setting: Setting) -> Iterator[Observation]:
    """The files of the week before the first day; they come in the night before it."""
    return sent_before(setting.first, BEFORE, partial(_file, setting))


def recorded(setting: Setting, day: date) -> pd.DataFrame:
    """The events of a day, by time: columns as `AppointmentEvents.rows`."""
    scenario = setting.scenario.registration
    rows = events_on(setting.seed, scenario, setting.scale, setting.clinics, day)
    return rows.assign(
        event=np.arange(1, len(rows) + 1),
        patient=np.where(rows["no_number"], NOBODY, rows["patient"]),
        birth_year=np.where(rows["no_birth_year"], NO_YEAR, rows["birth_year"]),
    )


def appointment_texts(numbers: pd.Series) -> list[str]:
    """Identifiers of appointments."""
    return [f"A{number:015d}" for number in numbers.tolist()]


def number_texts(who: Patients, places: pd.Series) -> np.ndarray:
    """The numbers of patients by their places; no text for `NOBODY`."""
    numbers = who.resident_id[places.to_numpy()].astype("U18").astype(object)
    return np.where(places == NOBODY, "", numbers)


def _file(setting: Setting, day: date) -> DayFile:
    rows, seed = recorded(setting, day), setting.seed
    name, rates = f"appointment_{day:%Y%m%d}.jsonl", setting.scenario.registration.appointment_rows
    form = _form(day, patients(seed, setting.scale))
    return DayFile(form, seed, day, SENDER, name, rows, rates, partial(_known, day))


def _known(day: date, rows: pd.DataFrame) -> AppointmentEvents:
    names = (
        "event", "appointment", "is_booked", "at_ds", "patient", "birth_year", "way", "channel", "session", "hospital",
        "specialty",
    )  # fmt: skip
    return AppointmentEvents(day, rows[list(names)])


def _all_by_web(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(channel=WEB)


def _texts(day: date, who: Patients, rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        [f"Y{day:%Y%m%d}{event:07d}" for event in rows["event"].tolist()], appointment_texts(rows["appointment"]),
        np.where(rows["is_booked"], BOOKED, CANCELLED).astype(object),
        time_text(rows["at_ds"], "T", tenths=False) + "+08:00", number_texts(who, rows["patient"]),
        ["" if year == NO_YEAR else str(year) for year in rows["birth_year"].tolist()],
        np.array(WAYS, dtype=object)[rows["way"].to_numpy()], np.array(CHANNELS, dtype=object)[rows["channel"].to_numpy()],
        session_texts(rows["session"]), hospital_texts(rows["hospital"]),
        np.array(SPECIALTIES, dtype=object)[rows["specialty"].to_numpy()],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date, who: Patients) -> Form:
    return Form(
        "appointment", DEPARTMENT, FEED, HEADER, partial(_texts, day, who), _WRONG, ("way", _OTHER_WAY.__getitem__),
        removable="event", mistaken=_all_by_web, layout=JsonLines(numbers=("birthYear",)),
    )  # fmt: skip
