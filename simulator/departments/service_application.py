"""The applications that offices decided: one JSON object a line, one file a local day of the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.layouts import JsonLines
from simulator.defects.rows import hour_25
from simulator.deliveries import Observation
from simulator.scenario import ServiceScenario
from simulator.times import time_text
from simulator.world.service_applications import CHANNELS, FORMER, NOBODY, ONLINE, OUTCOMES
from simulator.world.service_contacts import decided
from simulator.world.services import NEW_ITEM, Services

DEPARTMENT = "governance"
FEED = "governance.service_application"
SENDER = "service-bureau"
HEADER = (
    "application_no", "item_code", "applicant_type", "birth_year", "office_district", "channel", "submitted_at",
    "accepted_at", "decided_at", "outcome",
)  # fmt: skip
_LATER = timedelta(31)  # more than an application takes
_OTHER_OUTCOME = dict(zip(OUTCOMES, ("refused", "withdrawn", "granted"), strict=True))


def _accepted_later(text: str, _: np.random.Generator) -> str:
    """After the decision, whenever that was."""
    return f"{date.fromisoformat(text[:10]) + _LATER}{text[10:]}"


_WRONG = {
    "not_in_list": ("channel", lambda _, random: str(random.choice(("counter", "?")))),
    "required_missing": ("application_no", lambda _text, _random: ""),
    "impossible_time": ("decided_at", hour_25),
    "wrong_order": ("accepted_at", _accepted_later),
}


@dataclass(frozen=True)
class Applications:
    """What an exact reader knows from a day's file. Columns of `rows`: number (of the application), item (the number of its
    code), district (its code), channel (place in `CHANNELS`), birth_year (`NOBODY` of enterprises), accepted_ds and
    decided_ds (tenths of seconds since the calendar's first day, local)."""

    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: ServiceScenario, day: date, services: Services) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    rows = recorded(seed, scenario, day, services)
    name = f"service_application_{day:%Y%m%d}.jsonl"
    file = DayFile(FORM, seed, day, SENDER, name, rows, scenario.application_rows, partial(_known, day))
    return file.sent_alone(scenario.files)


def recorded(seed: int, scenario: ServiceScenario, day: date, services: Services) -> pd.DataFrame:
    """The records of a day, by time: columns as `applications` has them, item and district as they are written (the item's
    number, the district's code)."""
    rows = decided(seed, scenario, services, day).applications
    code = services.districts[rows["district"].to_numpy()]
    former = np.array([FORMER.get(each, each) for each in services.districts], dtype=object)
    return rows.assign(
        item=item_numbers(rows["item"], rows["is_new"]),
        district=np.where(rows["is_former"], former[rows["district"].to_numpy()], code),
    )


def item_numbers(item: pd.Series, is_new: pd.Series) -> np.ndarray:
    """The numbers in codes of items, from their places."""
    return (item.to_numpy(np.int64) + 1 + NEW_ITEM * is_new.to_numpy()).astype(np.int16)


def item_codes(numbers: pd.Series) -> list[str]:
    """The codes of these numbers; none of a number below 1."""
    return [f"S{number:04d}" if number > 0 else "" for number in numbers.tolist()]


def number_texts(numbers: pd.Series) -> list[str]:
    """Numbers of applications as they are written."""
    return [f"A{number:011d}" for number in numbers.tolist()]


def _known(day: date, rows: pd.DataFrame) -> Applications:
    return Applications(
        day, rows[["number", "item", "district", "channel", "birth_year", "accepted_ds", "decided_ds"]]
    )


def _all_online(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(channel=np.int8(ONLINE))


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    instants = (
        time_text(rows[name], "T", tenths=False) + "+08:00"
        for name in ("submitted_ds", "accepted_ds", "decided_ds")
    )
    columns = (
        number_texts(rows["number"]), item_codes(rows["item"]), np.where(rows["is_enterprise"], "enterprise", "person"),
        ["" if year == NOBODY else str(year) for year in rows["birth_year"].tolist()], rows["district"],
        np.array(CHANNELS, dtype=object)[rows["channel"].to_numpy()], *instants,
        np.array(OUTCOMES, dtype=object)[rows["outcome"].to_numpy()],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


FORM = Form(
    "service application", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("outcome", _OTHER_OUTCOME.__getitem__),
    removable="channel", mistaken=_all_online, layout=JsonLines(numbers=("birth_year",)),
)  # fmt: skip
