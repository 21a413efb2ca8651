"""The half-hours for which hospitals give appointments: one file a local day, GB18030."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.rows import hour_25
from simulator.deliveries import Observation
from simulator.departments.hospital import DEPARTMENT, SENDER
from simulator.setting import Setting
from simulator.times import day_text, time_text
from simulator.world.clinics import SLOT_DS, session_parts
from simulator.world.visits import MOST_PATIENTS, sessions_on

FEED = "health.clinic_session"
HEADER = ("场次编号", "医院编号", "科室", "时段开始", "时段结束", "号源数", "状态")
SPECIALTIES = ("内科", "外科", "儿科", "妇产科", "眼科", "中医科")  # in the order of the world's
OPEN, CLOSED = "开诊", "停诊"
_WRONG = {
    "not_in_list": ("状态", lambda _, random: str(random.choice(("暂停", "?")))),
    "required_missing": ("场次编号", lambda _text, _random: ""),
    "impossible_time": ("时段开始", hour_25),
}


@dataclass(frozen=True)
class ClinicSessions:
    """What an exact reader knows from a day's file. Columns of `rows`: session (its number), hospital (the number in its
    identifier less one), slot_ds (when it begins, tenths of seconds since the calendar's first day, local), capacity,
    is_closed."""

    day: date
    rows: pd.DataFrame


def day_of_files(setting: Setting, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    scenario = setting.scenario.registration
    rows = sessions_on(setting.seed, scenario, setting.scale, setting.clinics, day)
    name = f"clinic_session_{day:%Y%m%d}.csv"
    file = DayFile(FORM, setting.seed, day, SENDER, name, rows, scenario.session_rows, partial(_known, day))
    return file.sent_alone(scenario.files)


def session_texts(numbers: pd.Series) -> np.ndarray:
    """Identifiers of sessions."""
    known, which = np.unique(numbers.to_numpy(), return_inverse=True)
    parts = session_parts(known)
    days = [each.replace("-", "") for each in day_text(parts["day"].to_numpy())]
    columns = (parts[name].tolist() for name in ("hospital", "specialty", "slot", "room"))
    texts = [
        f"S{day}-{hospital + 1:03d}-{specialty + 1}-{slot + 1:02d}-{room + 1:02d}"
        for day, hospital, specialty, slot, room in zip(days, *columns, strict=True)
    ]
    return np.array(texts, dtype=object)[which]


def hospital_texts(places: pd.Series) -> np.ndarray:
    """Identifiers of hospitals."""
    known, which = np.unique(places.to_numpy(), return_inverse=True)
    return np.array([f"H{place + 1:03d}" for place in known.tolist()], dtype=object)[which]


def _known(day: date, rows: pd.DataFrame) -> ClinicSessions:
    return ClinicSessions(day, rows[["session", "hospital", "slot_ds", "capacity", "is_closed"]])


def _all_open(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(is_closed=False)


def _another_capacity(text: str) -> str:
    return str(int(text) % MOST_PATIENTS + 1)


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    begins, ends = (
        time_text(at, tenths=False).str[:16] for at in (rows["slot_ds"], rows["slot_ds"] + SLOT_DS)
    )
    columns = (
        session_texts(rows["session"]), hospital_texts(rows["hospital"]),
        np.array(SPECIALTIES, dtype=object)[rows["specialty"].to_numpy()], begins, ends, rows["capacity"].astype(str),
        np.where(rows["is_closed"], CLOSED, OPEN).astype(object),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


FORM = Form(
    "clinic session", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("号源数", _another_capacity), encoding="gb18030",
    line_end="\r\n", removable="状态", mistaken=_all_open,
)  # fmt: skip
