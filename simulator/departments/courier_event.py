"""What couriers record of orders: one XML document a local day, an element an event.

Clocks of couriers are off by some seconds, every day anew; some pickups are not recorded, some deliveries twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.layouts import XmlRecords
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.departments.pharmacy_order import order_texts
from simulator.departments.prescription import DEPARTMENT, SENDER, key_texts
from simulator.streams import stream
from simulator.times import DAY_DS, time_text
from simulator.world.pharmacy_deliveries import DELIVERED, END_DAYS, NOWHEN, RETURNED, TOO_LATE, deliveries
from simulator.world.prescriptions import Pharmacy, prescription_keys

FEED = "health.courier_event"
HEADER = ("@no", "order_id", "kind", "event_at", "courier")
KINDS = ("揽收", "签收", "未签收", "退回")
PICKED_UP, HANDED_OVER, FAILED, CAME_BACK = range(len(KINDS))
_AGAIN_S = (60, 600)  # after a delivery that is recorded twice
_WRONG = {
    "not_in_list": ("kind", lambda _, random: str(random.choice(("改派", "?")))),
    "required_missing": ("@no", lambda _text, _random: ""),
    "impossible_time": ("event_at", hour_25),
}


@dataclass(frozen=True)
class CourierEvents:
    """What an exact reader knows from a day's file. Columns of `rows`: event and order (keys), kind (place in `KINDS`), at_ds
    (tenths of seconds since the calendar's first day, local)."""

    day: date
    rows: pd.DataFrame


def day_of_files(here: Pharmacy, day: date) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too; needs no other day."""
    name = f"courier_event_{day:%Y%m%d}.xml"
    rows, rates = recorded(here, day), here.scenario.event_rows
    file = DayFile(_form(day), here.seed, day, SENDER, name, rows, rates, partial(_known, day))
    return file.sent_alone(here.scenario.files)


def recorded(here: Pharmacy, day: date) -> pd.DataFrame:
    """The events of a day that are recorded, by time: event and order (keys), kind, at_ds, courier (number)."""
    whole = pd.concat(
        [_events(here, day - timedelta(back)) for back in range(END_DAYS, -1, -1)], ignore_index=True
    )
    whole = whole[whole["at_ds"].to_numpy() // DAY_DS == day.toordinal()]
    courier, off = whole["courier"].to_numpy(), here.scenario.clock_s
    clocks = stream(here.seed, "courier clocks", day).integers(-off, off + 1, courier.max(initial=0) + 1)
    begin = day.toordinal() * DAY_DS
    # A clock that is off moves no event into another day's file.
    at = np.clip(whole["at_ds"].to_numpy() + clocks[courier] * 10, begin, begin + DAY_DS - 10)
    rows = whole.assign(at_ds=at).sort_values(["at_ds", "order", "kind"], ignore_index=True)
    return rows.assign(event=prescription_keys(day.toordinal(), np.arange(1, len(rows) + 1)))


def _events(here: Pharmacy, day: date) -> pd.DataFrame:
    """What is recorded of the orders of a day, at true times: order (key), kind, at_ds, courier."""
    rows, rates = deliveries(here, day), here.scenario.recorded
    random = stream(here.seed, "courier records", day)
    u = random.random((2, len(rows)))
    again = rows["ended_ds"] + random.integers(*_AGAIN_S, len(rows)) * 10
    end, twice = rows["end"].to_numpy(), u[1] < rates.recorded_twice
    is_handed_over = np.isin(end, (DELIVERED, TOO_LATE))
    parts = (
        (PICKED_UP, rows["picked_up_ds"], u[0] >= rates.missing_pickup),
        (FAILED, rows["failed_ds"], rows["failed_ds"] != NOWHEN),
        (FAILED, rows["failed_again_ds"], rows["failed_again_ds"] != NOWHEN),
        (HANDED_OVER, rows["ended_ds"], is_handed_over),
        (HANDED_OVER, again, is_handed_over & twice),
        (CAME_BACK, rows["ended_ds"], end == RETURNED),
    )
    order = prescription_keys(day.toordinal(), rows["order"].to_numpy())
    made = pd.DataFrame({"order": order, "courier": rows["courier"]})
    return pd.concat([made.assign(kind=kind, at_ds=at)[has] for kind, at, has in parts], ignore_index=True)


def event_texts(keys: pd.Series) -> list[str]:
    """Numbers of events as they are written."""
    return key_texts("E", keys, 7)


def _known(day: date, rows: pd.DataFrame) -> CourierEvents:
    return CourierEvents(day, rows[["event", "order", "kind", "at_ds"]])


def _none_handed_over(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(kind=np.where(rows["kind"] == HANDED_OVER, FAILED, rows["kind"]))


def _texts(rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        event_texts(rows["event"]), order_texts(rows["order"]), np.array(KINDS, dtype=object)[rows["kind"].to_numpy()],
        time_text(rows["at_ds"], "T", tenths=False), [f"K{number:04d}" for number in rows["courier"].tolist()],
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date) -> Form:
    return Form(
        "courier event", DEPARTMENT, FEED, HEADER, _texts, _WRONG, ("event_at", last_digit_changed), removable="kind",
        mistaken=_none_handed_over, layout=XmlRecords("events", "event", f'date="{day:%Y%m%d}"'),
    )  # fmt: skip
