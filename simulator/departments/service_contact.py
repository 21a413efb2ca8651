"""Contacts about applications, before and after these are decided: one file a local day, GB18030.

A submission is a contact too, but for some that nobody recorded.
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
from simulator.departments.service_application import number_texts
from simulator.scenario import ServiceScenario
from simulator.times import time_text
from simulator.world.service_contacts import contacts_on
from simulator.world.services import NOWHERE, Services

DEPARTMENT = "governance"
FEED = "governance.service_contact"
SENDER = "service-bureau"
HEADER = ("流水号", "办件编号", "渠道", "环节", "网点编号", "时间")
CHANNELS = ("网上", "一证", "一窗", "掌上", "自助", "简易")  # in the order of the world's
STEPS = ("咨询", "提交", "补正", "领证")
_WRONG = {
    "not_in_list": ("渠道", lambda _, random: str(random.choice(("电话", "?")))),
    "required_missing": ("流水号", lambda _text, _random: ""),
    "impossible_time": ("时间", hour_25),
}


@dataclass(frozen=True)
class Contacts:
    """What an exact reader knows from a day's file. Columns of `rows`: number (of the application), channel (place in
    `CHANNELS`), site (the number in its identifier less one, `NOWHERE`)."""

    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: ServiceScenario, day: date, services: Services) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    rows = recorded(seed, scenario, day, services)
    name = f"办事接触_{day:%Y%m%d}.csv"
    file = DayFile(
        _form(day, services), seed, day, SENDER, name, rows, scenario.contact_rows, partial(_known, day)
    )
    return file.sent_alone(scenario.files)


def recorded(seed: int, scenario: ServiceScenario, day: date, services: Services) -> pd.DataFrame:
    """The contacts of a day that are recorded, by time: columns as the world's."""
    rows = contacts_on(seed, scenario, services, day)
    return rows[rows["is_recorded"]].drop(columns="is_recorded").reset_index(drop=True).assign(
        contact=lambda made: np.arange(1, len(made) + 1)
    )  # fmt: skip


def _known(day: date, rows: pd.DataFrame) -> Contacts:
    return Contacts(day, rows[["number", "channel", "site"]])


def _without_sites(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(site=np.int16(NOWHERE))


def _texts(day: date, services: Services, rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        [f"{day:%Y%m%d}{number:06d}" for number in rows["contact"].tolist()], number_texts(rows["number"]),
        np.array(CHANNELS, dtype=object)[rows["channel"].to_numpy()], np.array(STEPS, dtype=object)[rows["step"].to_numpy()],
        np.append(services.site, "")[rows["site"].to_numpy()], time_text(rows["contacted_ds"], tenths=False),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date, services: Services) -> Form:
    return Form(
        "service contact", DEPARTMENT, FEED, HEADER, partial(_texts, day, services), _WRONG,
        ("时间", last_digit_changed), encoding="gb18030", line_end="\r\n",
        removable="渠道", mistaken=_without_sites,
    )  # fmt: skip
