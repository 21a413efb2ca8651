"""What is done with cards, faces and cash at hospitals: one file a local day, separated by bars, UTF-8 with a byte order mark.

Each system of a hospital has a clock of its own, off by some minutes, every day anew; the platform's clock, by which events
are received, is right. Some events are not there, some registrations are there twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.layouts import Separated
from simulator.defects.rows import hour_25
from simulator.deliveries import Observation
from simulator.departments.appointment import NO_YEAR, NOBODY, number_texts
from simulator.departments.clinic_session import hospital_texts
from simulator.departments.hospital import DEPARTMENT
from simulator.streams import stream
from simulator.times import time_text
from simulator.world.appointments import NEVER
from simulator.world.card_hospitals import COLLECT, REGISTER, SEE, STEPS, CardPlatform
from simulator.world.hospitals import HOSPITALS
from simulator.world.patients import Patients, patients
from simulator.world.visit_steps import CARD, visit_day

FEED = "health.card_event"
SENDER = "card-platform"
HEADER = (
    "流水号", "医院编号", "系统", "步骤", "凭证", "办理方式", "时间", "接收时间", "开单", "患者", "出生年",
)  # fmt: skip
NOT_ORDERED = -1  # of steps other than seeing a doctor
_SYSTEMS = ("挂号系统", "医生站", "检查系统", "收费系统", "药房系统")  # of the steps
_STEPS = ("挂号", "就诊", "检查", "缴费", "取药")
_MEANS = ("电子卡", "刷脸", "实体卡", "现金")
_PLACES = ("自助机", "窗口", "手机", "诊室")
_ORDERED = ("无", "检查", "药品", "检查和药品", "")
_FAST_S, _LATE_S = 4, 3600  # until an event is received
_AGAIN_S = (30, 300)  # after a registration, the same again
_OTHER_MEANS = dict(zip(_MEANS, (*_MEANS[1:], _MEANS[0]), strict=True))
_WRONG = {
    "not_in_list": ("凭证", lambda _, random: str(random.choice(("社保本", "?")))),
    "required_missing": ("流水号", lambda _text, _random: ""),
    "impossible_time": ("时间", hour_25),
}


@dataclass(frozen=True)
class CardEvents:
    """What an exact reader knows from a day's file. Columns of `rows`: event (the number in its identifier), hospital (the
    number in its identifier less one), step, means, place and ordered (places in lists; `NOT_ORDERED`), at_ds and received_ds
    (tenths of seconds since the calendar's first day, local; `NEVER`), patient (place in `Patients`, `NOBODY`), birth_year
    (`NO_YEAR`)."""

    day: date
    rows: pd.DataFrame


def day_of_files(here: CardPlatform, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    rows, rates = recorded(here, day), here.scenario.event_rows
    name = f"card_event_{day:%Y%m%d}.txt"
    form = _form(day, patients(here.seed, here.scale))
    file = DayFile(form, here.seed, day, SENDER, name, rows, rates, partial(_known, day))
    return file.sent_alone(here.scenario.files)


def recorded(here: CardPlatform, day: date) -> pd.DataFrame:
    """The events of a day as they are written down, by time: columns as `CardEvents.rows`, and visit (its number in the
    day)."""
    rates, made = here.scenario.recorded, visit_day(here, day)
    random = stream(here.seed, "card events", day)
    visits = made.visits.set_index("visit")[["hospital", "ordered", "patient", "birth_year"]]
    rows = made.steps.join(visits, on="visit")
    rows["ordered"] = np.where(rows["step"] == SEE, rows["ordered"], NOT_ORDERED)
    is_first = (rows["step"] == REGISTER).to_numpy()
    u = random.random((3, len(rows)))
    least, most = _AGAIN_S
    later = 10 * (least + np.floor(u[1] * (most - least + 1)).astype(np.int64))
    twice = rows.assign(at_ds=rows["at_ds"] + later)[is_first & (u[0] < rates.registered_twice)]
    rows = pd.concat([rows[is_first | (u[2] >= rates.missing)], twice], ignore_index=True)
    u = random.random((6, len(rows)))
    waits = np.where(
        u[1] < rates.received_late, _FAST_S + 1 + np.floor(u[0] * (_LATE_S - _FAST_S)), 1 + np.floor(u[0] * _FAST_S)
    ).astype(np.int64)  # fmt: skip
    off = _clocks(here, random)[rows["hospital"].to_numpy(), rows["step"].to_numpy()]
    whole = rows.assign(
        received_ds=np.where(u[2] < rates.not_received, NEVER, rows["at_ds"] + 10 * waits), at_ds=rows["at_ds"] + 10 * off,
        patient=np.where(u[3] < rates.no_number, NOBODY, rows["patient"]),
        birth_year=np.where(u[4] < rates.no_birth_year, NO_YEAR, rows["birth_year"]),
    ).sort_values(["at_ds", "visit", "step"], kind="stable", ignore_index=True)  # fmt: skip
    return whole.assign(event=np.arange(1, len(whole) + 1))


def _clocks(here: CardPlatform, random: np.random.Generator) -> np.ndarray:
    """By how many seconds the clock of each hospital and system is off; no event is near midnight."""
    most = np.full(len(STEPS), here.scenario.clock_s // 2)
    most[[REGISTER, COLLECT]] = here.scenario.clock_s
    return random.integers(-most, most + 1, (HOSPITALS, len(STEPS)))


def event_texts(day: date, numbers: pd.Series) -> list[str]:
    """Identifiers of the events of a day."""
    return [f"C{day:%Y%m%d}{number:07d}" for number in numbers.tolist()]


def _known(day: date, rows: pd.DataFrame) -> CardEvents:
    names = (
        "event", "hospital", "step", "means", "place", "at_ds", "received_ds", "ordered", "patient", "birth_year",
    )  # fmt: skip
    return CardEvents(day, rows[list(names)])


def _all_by_card(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(means=CARD)


def _texts(day: date, who: Patients, rows: pd.DataFrame) -> pd.DataFrame:
    received = pd.Series("", rows.index, dtype=object)
    was_received = rows["received_ds"] != NEVER
    received[was_received] = time_text(rows["received_ds"][was_received], tenths=False)
    words = (("step", _SYSTEMS), ("step", _STEPS), ("means", _MEANS), ("place", _PLACES))
    columns = (
        event_texts(day, rows["event"]), hospital_texts(rows["hospital"]),
        *(np.array(list_of, dtype=object)[rows[name].to_numpy()] for name, list_of in words),
        time_text(rows["at_ds"], tenths=False), received, np.array(_ORDERED, dtype=object)[rows["ordered"].to_numpy()],
        number_texts(who, rows["patient"]), ["" if year == NO_YEAR else str(year) for year in rows["birth_year"].tolist()],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date, who: Patients) -> Form:
    return Form(
        "card event", DEPARTMENT, FEED, HEADER, partial(_texts, day, who), _WRONG, ("凭证", _OTHER_MEANS.__getitem__),
        encoding="utf-8-sig", line_end="\r\n", removable="凭证", mistaken=_all_by_card, layout=Separated("|"),
    )  # fmt: skip
