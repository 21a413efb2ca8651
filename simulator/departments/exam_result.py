"""Examinations and when their results were there: one compressed file a local day on which they were taken, UTF-8.

A hospital's clocks are off by some seconds, every day anew; results that are not there at midnight are not in the file, and some
others are not either. The files of the week before a city's first day have no faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form, sent_before
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.departments.clinic_session import hospital_texts
from simulator.departments.encounter import BEFORE, SENDER, before_all, encounter_texts, end_texts
from simulator.departments.hospital import DEPARTMENT
from simulator.departments.prescription import key_texts
from simulator.setting import Setting
from simulator.streams import stream
from simulator.times import DAY_DS, time_text
from simulator.world.encounters import EXAMS, NEVER, Exchange, exams, exchange

FEED = "health.exam_result"
HEADER = ("exam_id", "encounter_id", "hospital_id", "exam", "taken_at", "result_at")
NUMBERS = 10_000_000  # above what a day has of examinations
_OFFSET = "+08:00"


@dataclass(frozen=True)
class ExamResults:
    """What an exact reader knows from a day's file. Columns of `rows`: exam and encounter (keys), hospital (the number in its
    identifier less one), kind (place in `EXAMS`), taken_ds and result_ds (tenths of seconds since the calendar's first day,
    local; `NEVER`)."""

    day: date
    rows: pd.DataFrame


def day_of_files(here: Exchange, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    return _file(here, day).sent_alone(here.scenario.files)


def files_before(setting: Setting) -> Iterator[Observation]:
    """The files of the week before the first day; they come in the night before it."""
    return sent_before(setting.first, BEFORE, partial(_file, exchange(setting)))


def taken_on(here: Exchange, day: date) -> pd.DataFrame:
    """The examinations that are taken on a day, by time: columns as the world's."""
    whole = pd.concat([exams(here, day - timedelta(1)), exams(here, day)], ignore_index=True)
    whole = whole[whole["taken_ds"].to_numpy() // DAY_DS == day.toordinal()]
    return whole.sort_values(["taken_ds", "exam"], ignore_index=True)


def recorded(here: Exchange, day: date) -> pd.DataFrame:
    """The examinations of a day as they are written down, by time: columns as `ExamResults.rows`."""
    rows, off = taken_on(here, day), here.scenario.clock_s
    random, begin = stream(here.seed, "exam texts", day), day.toordinal() * DAY_DS
    clocks = random.integers(-off, off + 1, len(here.clinics.hospitals)) * 10
    by = clocks[rows["hospital"].to_numpy()]
    # A clock that is off moves none of them into another day's file.
    taken = np.clip(rows["taken_ds"].to_numpy() + by, begin, begin + DAY_DS - 10)
    result = rows["result_ds"].to_numpy() + by
    is_there = (result < begin + DAY_DS) & (random.random(len(rows)) >= here.scenario.known.lost_result)
    made = rows.assign(taken_ds=taken, result_ds=np.where(is_there, result, NEVER))
    return made[["exam", "encounter", "hospital", "kind", "taken_ds", "result_ds"]].sort_values(
        ["taken_ds", "exam"], ignore_index=True
    )


def exam_texts(keys: pd.Series) -> list[str]:
    """Numbers of examinations as they are written."""
    return key_texts("X", keys, 7, NUMBERS)


def _file(here: Exchange, day: date) -> DayFile:
    name, rates = f"exam_result_{day:%Y%m%d}.csv.gz", here.scenario.exam_rows
    return DayFile(
        _form(day), here.seed, day, SENDER, name, recorded(here, day), rates, partial(ExamResults, day)
    )


def _without_results(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(result_ds=NEVER)


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        exam_texts(rows["exam"]), encounter_texts(rows["encounter"]), hospital_texts(rows["hospital"]),
        np.array(EXAMS, dtype=object)[rows["kind"].to_numpy()], time_text(rows["taken_ds"], "T", tenths=False) + _OFFSET,
        end_texts(rows["result_ds"], "T", _OFFSET),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date) -> Form:
    wrong = {
        "not_in_list": ("exam", lambda _, random: str(random.choice(("pet", "?")))),
        "required_missing": ("exam_id", lambda _text, _random: ""),
        "impossible_time": ("taken_at", hour_25),
        "wrong_order": ("result_at", lambda _text, _random: before_all(day, "T") + _OFFSET),
    }
    return Form(
        "exam result", DEPARTMENT, FEED, HEADER, _texts, wrong, ("hospital_id", last_digit_changed),
        removable="hospital_id", mistaken=_without_results, compressed=True,
    )  # fmt: skip
