"""What was done at self-service machines: one file a local day of the sessions' begin, UTF-8."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.rows import hour_25
from simulator.deliveries import Observation
from simulator.departments.service_application import item_codes, item_numbers
from simulator.scenario import ServiceScenario
from simulator.times import time_text
from simulator.world.service_applications import NOBODY
from simulator.world.service_machines import COMPLETED, ENDS, NO_END, NO_ITEM, sessions
from simulator.world.services import Services

DEPARTMENT = "governance"
FEED = "governance.self_service_session"
SENDER = "machine-operator"
HEADER = (
    "session_no",
    "machine_id",
    "started_at",
    "ended_at",
    "birth_year",
    "item_code",
    "steps",
    "ended_as",
)
_OTHER_END = dict(zip(ENDS, ("abandoned", "timed_out", "completed"), strict=True))
_WRONG = {
    "not_in_list": ("ended_as", lambda _, random: str(random.choice(("lost", "?")))),
    "required_missing": ("session_no", lambda _text, _random: ""),
    "impossible_time": ("started_at", hour_25),
}


@dataclass(frozen=True)
class Sessions:
    """What an exact reader knows from a day's file. Columns of `rows`: machine (the number in its identifier less one),
    ended_as (place in `ENDS`)."""

    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: ServiceScenario, day: date, services: Services) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    rows = sessions(seed, scenario, services, day)
    rows = rows.assign(session=np.arange(1, len(rows) + 1))
    name = f"self_service_session_{day:%Y%m%d}.csv"
    file = DayFile(
        _form(day, services), seed, day, SENDER, name, rows, scenario.session_rows, partial(_known, day)
    )
    return file.sent_alone(scenario.files)


def _known(day: date, rows: pd.DataFrame) -> Sessions:
    return Sessions(day, rows[["machine", "ended_as"]])


def _all_completed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(ended_as=COMPLETED)


def _texts(day: date, services: Services, rows: pd.DataFrame) -> pd.DataFrame:
    ended = pd.Series("", rows.index, dtype=object)
    ends = rows["ended_ds"] != NO_END
    ended[ends] = time_text(rows["ended_ds"][ends], tenths=False)
    numbers = np.where(rows["item"] == NO_ITEM, 0, item_numbers(rows["item"], rows["is_new"]))
    columns = (
        [f"Z{day:%Y%m%d}{number:06d}" for number in rows["session"].tolist()], services.machine[rows["machine"].to_numpy()],
        time_text(rows["started_ds"], tenths=False), ended,
        ["" if year == NOBODY else str(year) for year in rows["birth_year"].tolist()], item_codes(pd.Series(numbers)),
        rows["steps"].astype(str), np.array(ENDS, dtype=object)[rows["ended_as"].to_numpy()],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date, services: Services) -> Form:
    return Form(
        "self-service session", DEPARTMENT, FEED, HEADER, partial(_texts, day, services), _WRONG,
        ("ended_as", _OTHER_END.__getitem__), removable="ended_as", mistaken=_all_completed,
    )  # fmt: skip
