"""What self-service machines report of their state: one file a local day, separated by tabs, UTF-8.

A machine reports at every full hour and at every change. Some hours are missing, and some machines are silent for hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.layouts import TABS
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.scenario import ServiceScenario
from simulator.streams import stream
from simulator.times import DAY_DS, time_text
from simulator.world.service_machines import STATES, UP, states
from simulator.world.services import Services

DEPARTMENT = "governance"
FEED = "governance.machine_status"
SENDER = "machine-operator"
HEADER = ("machine", "reported_at", "state", "temperature_c")
NO_TEMPERATURE = "-9999"
_SILENT_HOURS = (3, 10)
_HOUR_DS = 36_000
_WRONG = {
    "not_in_list": ("state", lambda _, random: str(random.choice(("off", "?")))),
    "required_missing": ("machine", lambda _text, _random: ""),
    "impossible_time": ("reported_at", hour_25),
    "out_of_range": (
        "temperature_c",
        lambda _, random: str(random.choice(("-20.5", "-40.0", "80.5", "327.6"))),
    ),
    "text_in_number": ("temperature_c", lambda _, random: str(random.choice(("err", "--", "26.5℃")))),
}


@dataclass(frozen=True)
class Statuses:
    """What an exact reader knows from a day's file. Columns of `rows`: machine (the number in its identifier less one),
    at_ds (tenths of seconds since the calendar's first day, local), state (place in `STATES`)."""

    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: ServiceScenario, day: date, services: Services) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    rows = reported(seed, scenario, day, services)
    name = f"machine_status_{day:%Y%m%d}.txt"
    file = DayFile(_form(services), seed, day, SENDER, name, rows, scenario.status_rows, partial(_known, day))
    return file.sent_alone(scenario.files)


def reported(seed: int, scenario: ServiceScenario, day: date, services: Services) -> pd.DataFrame:
    """What was reported on a day, by time and machine: machine, at_ds, state, temperature_dc (tenths of a degree),
    is_measured."""
    rows, rates = states(seed, scenario, services, day), scenario.machines
    random = stream(seed, "machine status", day)
    u = random.random((3, len(services.machine)))
    least, most = _SILENT_HOURS
    lasts = (least + (most - least) * u[1]) * _HOUR_DS
    begins = u[2] * (DAY_DS - lasts)
    machine, at = rows["machine"].to_numpy(), rows["at_ds"].to_numpy() % DAY_DS
    silent = (u[0] < rates.silence)[machine] & (at >= begins[machine]) & (at < (begins + lasts)[machine])
    drawn = random.random((3, len(rows)))
    missed = silent | (rows["is_hour"].to_numpy() & (drawn[0] < rates.missing_report))
    warmth = 240 + 60 * np.sin((at / _HOUR_DS - 9) * np.pi / 12) + 40 * (drawn[1] - 0.5)
    rows = rows.assign(
        temperature_dc=np.rint(warmth).astype(np.int64), is_measured=drawn[2] >= rates.sentinel
    )
    return rows[~missed].drop(columns="is_hour").sort_values(["at_ds", "machine"], ignore_index=True)


def _known(day: date, rows: pd.DataFrame) -> Statuses:
    return Statuses(day, rows[["machine", "at_ds", "state"]])


def _all_up(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(state=np.int8(UP))


def _other_temperature(text: str) -> str:
    return "21.5" if text == NO_TEMPERATURE else last_digit_changed(text)


def _texts(services: Services, rows: pd.DataFrame) -> pd.DataFrame:
    measured = [
        f"{tenths / 10:.1f}" if known else NO_TEMPERATURE
        for tenths, known in zip(rows["temperature_dc"].tolist(), rows["is_measured"].tolist(), strict=True)
    ]
    columns = (
        services.machine[rows["machine"].to_numpy()], time_text(rows["at_ds"], tenths=False),
        np.array(STATES, dtype=object)[rows["state"].to_numpy()], measured,
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(services: Services) -> Form:
    return Form(
        "machine status", DEPARTMENT, FEED, HEADER, partial(_texts, services), _WRONG,
        ("temperature_c", _other_temperature), (("temperature_c", NO_TEMPERATURE, "sentinel"),),
        removable="state", mistaken=_all_up, layout=TABS,
    )  # fmt: skip
