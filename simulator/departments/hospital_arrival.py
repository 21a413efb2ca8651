"""Who came to a hospital and when they were seen: one file a local day of the arrival, UTF-8.

A hospital's clocks are off by some seconds, every day anew; some arrivals are not recorded, some are twice.
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
from simulator.departments.appointment import appointment_texts
from simulator.departments.clinic_session import hospital_texts
from simulator.departments.hospital import DEPARTMENT, SENDER
from simulator.setting import Setting
from simulator.streams import stream
from simulator.times import DAY_DS, time_text
from simulator.world.appointments import NEVER
from simulator.world.visits import NO_APPOINTMENT, visits_on

FEED = "health.arrival"
HEADER = ("就诊号", "预约号", "医院编号", "到达时间", "接诊时间")
_AGAIN_S = 3600


@dataclass(frozen=True)
class Arrivals:
    """What an exact reader knows from a day's file. Columns of `rows`: arrival (the number in its identifier), appointment (the
    number, `NO_APPOINTMENT`), hospital (the number in its identifier less one), arrived_ds and seen_ds (tenths of seconds since
    the calendar's first day, local; `NEVER`)."""

    day: date
    rows: pd.DataFrame


def day_of_files(setting: Setting, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    scenario, rows = setting.scenario.registration, recorded(setting, day)
    name = f"arrival_{day:%Y%m%d}.csv"
    file = DayFile(
        _form(day), setting.seed, day, SENDER, name, rows, scenario.arrival_rows, partial(_known, day)
    )
    return file.sent_alone(scenario.files)


def recorded(setting: Setting, day: date) -> pd.DataFrame:
    """The arrivals of a day that are recorded, by time: columns as `Arrivals.rows`."""
    seed, scenario = setting.seed, setting.scenario.registration
    rows = visits_on(seed, scenario, setting.scale, setting.clinics, day).drop(columns="is_expected")
    random = stream(seed, "arrivals", day)
    u = random.random((3, len(rows)))
    twice = (u[0] < scenario.unknown.second_arrival) & (rows["appointment"] != NO_APPOINTMENT)
    later = 10 * (60 + np.floor(u[1] * _AGAIN_S).astype(np.int64))
    again = rows.assign(arrived_ds=rows["arrived_ds"] + later, seen_ds=NEVER)[twice]
    whole = pd.concat([rows[u[2] >= scenario.unknown.missing_arrival], again], ignore_index=True)
    clocks = random.integers(-scenario.clock_s, scenario.clock_s + 1, len(setting.clinics.hospitals)) * 10
    # A clock that is off moves nobody into another day's file.
    begin, off = day.toordinal() * DAY_DS, clocks[whole["hospital"].to_numpy()]
    shifted = {
        name: np.clip(whole[name].to_numpy() + off, begin, begin + DAY_DS - 10)
        for name in ("arrived_ds", "seen_ds")
    }
    whole = whole.assign(
        arrived_ds=shifted["arrived_ds"],
        seen_ds=np.where(whole["seen_ds"] == NEVER, NEVER, shifted["seen_ds"]),
    ).sort_values(["arrived_ds", "appointment", "seen_ds"], kind="stable", ignore_index=True)
    return whole.assign(arrival=np.arange(1, len(whole) + 1))


def arrival_texts(day: date, numbers: pd.Series) -> list[str]:
    """Identifiers of the arrivals of a day."""
    return [f"J{day:%Y%m%d}{number:07d}" for number in numbers.tolist()]


def _known(day: date, rows: pd.DataFrame) -> Arrivals:
    return Arrivals(day, rows[["arrival", "appointment", "hospital", "arrived_ds", "seen_ds"]])


def _nobody_seen(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(seen_ds=NEVER)


def _texts(day: date, rows: pd.DataFrame) -> pd.DataFrame:
    seen = pd.Series("", rows.index, dtype=object)
    was_seen = rows["seen_ds"] != NEVER
    seen[was_seen] = time_text(rows["seen_ds"][was_seen], tenths=False)
    columns = (
        arrival_texts(day, rows["arrival"]),
        np.where(rows["appointment"] == NO_APPOINTMENT, "", np.array(appointment_texts(rows["appointment"]), dtype=object)),
        hospital_texts(rows["hospital"]), time_text(rows["arrived_ds"], tenths=False), seen,
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date) -> Form:
    wrong = {
        "required_missing": ("就诊号", lambda _text, _random: ""),
        "impossible_time": ("到达时间", hour_25),
        # Before the first doors open.
        "wrong_order": ("接诊时间", lambda _text, _random: f"{day} 00:00:01"),
    }
    return Form(
        "arrival", DEPARTMENT, FEED, HEADER, partial(_texts, day), wrong, ("到达时间", last_digit_changed),
        removable="到达时间", mistaken=_nobody_seen,
    )  # fmt: skip
