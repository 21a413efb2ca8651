"""Encounters at hospitals: one file a local day of their beginning, GB18030, written when the day is over.

Numbers and names of persons are as a clerk typed them: some are wrong by a character, some are not there. Whoever is still there
at midnight has no end. The files of the week before a city's first day have no faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form, sent_before
from simulator.defects.rows import hour_25
from simulator.deliveries import Observation
from simulator.departments.clinic_session import hospital_texts
from simulator.departments.hospital import DEPARTMENT
from simulator.departments.prescription import key_texts
from simulator.setting import Setting
from simulator.streams import stream
from simulator.times import DAY_DS, time_text
from simulator.world.encounters import NEVER, OUTPATIENT, Exchange, encounters, exchange
from simulator.world.names import mistyped, names
from simulator.world.patients import patients

FEED = "health.encounter"
SENDER = "record-exchange"
HEADER = ("就诊编号", "医院编号", "证件号", "姓名", "出生年", "开始时间", "结束时间", "类别")
KINDS = ("门诊", "急诊", "住院")  # in the order of the world's
BEFORE = 7  # days whose files are sent before a city's first day
NO_YEAR = 0
_OTHER_KIND = dict(zip(KINDS, (*KINDS[1:], KINDS[0]), strict=True))


@dataclass(frozen=True)
class Encounters:
    """What an exact reader knows from a day's file. Columns of `rows`: encounter (key), hospital (the number in its identifier
    less one), number and name (texts; '': not given), birth_year (`NO_YEAR`)."""

    day: date
    rows: pd.DataFrame


def day_of_files(here: Exchange, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    return _file(here, day).sent_alone(here.scenario.files)


def files_before(setting: Setting) -> Iterator[Observation]:
    """The files of the week before the first day; they come in the night before it."""
    return sent_before(setting.first, BEFORE, partial(_file, exchange(setting)))


def recorded(here: Exchange, day: date) -> pd.DataFrame:
    """The encounters of a day as they are written down, by time: columns as `Encounters.rows`, kind, started_ds, ended_ds
    (`NEVER`: not yet)."""
    rows, rates = encounters(here, day).rows, here.scenario.known
    rows = rows.sort_values(["started_ds", "encounter"], ignore_index=True)
    random = stream(here.seed, "encounter texts", day)
    patient, u = rows["patient"].to_numpy(), random.random((3, len(rows)))
    name = names(here.seed, here.scale, patient)
    for place in np.flatnonzero(u[0] < rates.mistyped_name).tolist():
        name[place] = mistyped(name[place], int(random.integers(1000)))
    name[u[1] < rates.no_name] = ""
    midnight = (day.toordinal() + 1) * DAY_DS
    return rows[["encounter", "hospital", "kind", "started_ds"]].assign(
        number=typed_numbers(here, random, patient), name=name,
        birth_year=np.where(u[2] < rates.no_birth_year, NO_YEAR, rows["birth_year"]),
        ended_ds=np.where(rows["ended_ds"] < midnight, rows["ended_ds"], NEVER),
    )  # fmt: skip


def typed_numbers(here: Exchange, random: np.random.Generator, patient: np.ndarray) -> np.ndarray:
    """The numbers of patients as they are typed: of some one character is another digit, some are not there."""
    rates, u = here.scenario.known, random.random((4, len(patient)))
    texts = patients(here.seed, here.scale).resident_id[patient]
    characters = texts.view(np.uint8).reshape(len(texts), -1).copy()
    wrong = np.flatnonzero(u[0] < rates.mistyped_number)
    place = np.floor(u[1, wrong] * characters.shape[1]).astype(np.int64)
    digit = characters[wrong, place].astype(np.int64) - ord("0")
    # The check character may be an X; a digit is never taken for itself.
    characters[wrong, place] = ord("0") + (digit + 1 + np.floor(u[2, wrong] * 9).astype(np.int64)) % 10
    typed = characters.view(texts.dtype).ravel().astype("U18").astype(object)
    typed[u[3] < rates.no_number] = ""
    return typed


def year_texts(years: pd.Series) -> list[str]:
    """Years of birth as they are written; no text where they are not known."""
    return ["" if year == NO_YEAR else str(year) for year in years.tolist()]


def encounter_texts(keys: pd.Series) -> list[str]:
    """Numbers of encounters as they are written."""
    return key_texts("V", keys, 6)


def before_all(day: date, text_at: str) -> str:
    """An instant before anything of a day, with a text between day and time."""
    return f"{day - timedelta(1)}{text_at}23:59:59"


def _file(here: Exchange, day: date) -> DayFile:
    name, rates = f"encounter_{day:%Y%m%d}.csv", here.scenario.encounter_rows
    rows = recorded(here, day)
    return DayFile(_form(day), here.seed, day, SENDER, name, rows, rates, partial(_known, day))


def _known(day: date, rows: pd.DataFrame) -> Encounters:
    return Encounters(day, rows[["encounter", "hospital", "number", "name", "birth_year"]])


def _all_outpatients(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(kind=OUTPATIENT)


def end_texts(instants: pd.Series, between: str, offset: str = "") -> pd.Series:
    """Instants as they are written, with a text behind them; no text of `NEVER`."""
    texts, is_there = pd.Series("", instants.index, dtype=object), instants != NEVER
    texts[is_there] = time_text(instants[is_there], between, tenths=False) + offset
    return texts


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        encounter_texts(rows["encounter"]), hospital_texts(rows["hospital"]), rows["number"], rows["name"],
        year_texts(rows["birth_year"]), time_text(rows["started_ds"], tenths=False), end_texts(rows["ended_ds"], " "),
        np.array(KINDS, dtype=object)[rows["kind"].to_numpy()],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date) -> Form:
    wrong = {
        "not_in_list": ("类别", lambda _, random: str(random.choice(("体检", "?")))),
        "required_missing": ("就诊编号", lambda _text, _random: ""),
        "impossible_time": ("开始时间", hour_25),
        "wrong_order": ("结束时间", lambda _text, _random: before_all(day, " ")),
    }
    return Form(
        "encounter", DEPARTMENT, FEED, HEADER, _texts, wrong, ("类别", _OTHER_KIND.__getitem__), encoding="gb18030",
        line_end="\r\n", removable="类别", mistaken=_all_outpatients,
    )  # fmt: skip
