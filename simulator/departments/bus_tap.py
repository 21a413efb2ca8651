"""Taps of those who board buses: one file a local day, GB18030. Nobody taps when he leaves; for some the stop is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from simulator.defects.files import DayFile, Form
from simulator.defects.rows import hour_25, last_digit_changed
from simulator.deliveries import Observation
from simulator.departments.metro_tap import user_texts
from simulator.departments.transit_lists import trip_texts
from simulator.scenario.transit import TransitScenario
from simulator.streams import stream
from simulator.times import day_text, time_text
from simulator.world.journeys import CARD, NOWHERE, begun_by, bus_boardings, instants, on_day
from simulator.world.transit import Network

DEPARTMENT = "transport"
FEED = "transport.bus_tap"
SENDER = "bus-operator"
HEADER = ("流水号", "用户号", "支付方式", "线路", "班次", "运营日", "站点", "刷卡时间")
PAYS = ("卡", "码")  # in the order of the world's
_WRONG = {
    "not_in_list": ("支付方式", lambda _, random: str(random.choice(("现金", "?")))),
    "required_missing": ("流水号", lambda _text, _random: ""),
    "impossible_time": ("刷卡时间", hour_25),
}


@dataclass(frozen=True)
class BusTaps:
    """What an exact reader knows from a day's file. Columns of `rows`: tap (the number in its identifier), user (the number),
    pay (place in `PAYS`), route, direction, trip (its number in the day), service (the day it runs for, an ordinal), stop (place,
    `NOWHERE`), at_ds (tenths of seconds since the calendar's first day, local)."""

    day: date
    rows: pd.DataFrame


def day_of_files(seed: int, scenario: TransitScenario, day: date, here: Network) -> list[Observation]:
    """All files of one local day, the later ones that belong to it too."""
    rows = tapped(seed, scenario, day, here)
    name = f"bus_tap_{day:%Y%m%d}.csv"
    file = DayFile(_form(day, here), seed, day, SENDER, name, rows, scenario.bus_rows, partial(_known, day))
    return file.sent_alone(scenario.files)


def tapped(seed: int, scenario: TransitScenario, day: date, here: Network) -> pd.DataFrame:
    """The taps of a day, by time: as `BusTaps.rows`, with board and alight (places of stops: where it was, and where the
    passenger leaves) and left_ds."""
    made = []
    for begun in begun_by(day):
        rows = bus_boardings(seed, scenario, here, begun)
        rows = rows[on_day(rows, "tapped_s", begun, day)]
        made.append(
            rows.assign(at_ds=instants(rows["tapped_s"], begun), left_ds=instants(rows["left_s"], begun))
        )
    whole = pd.concat(made, ignore_index=True).sort_values(["at_ds", "user"], ignore_index=True)
    unknown = stream(seed, "bus stops", day).random(len(whole)) < scenario.gates.missing_stop
    board, alight = (_stops(here, whole, name) for name in ("board", "alight"))
    return whole.assign(
        board=board, alight=alight, stop=np.where(unknown, NOWHERE, board), tap=np.arange(1, len(whole) + 1)
    )


def _stops(here: Network, rows: pd.DataFrame, column: str) -> np.ndarray:
    """Places of stops, of places in the order of a run."""
    found = np.zeros(len(rows), dtype=np.int64)
    for (route, direction), of in rows.groupby(["route", "direction"]).indices.items():
        found[of] = here.runs[route][direction][rows[column].to_numpy()[of]]
    return found


def _known(day: date, rows: pd.DataFrame) -> BusTaps:
    return BusTaps(
        day,
        rows[["tap", "user", "pay", "route", "direction", "trip", "service", "stop", "at_ds"]].astype(
            np.int64
        ),
    )


def _all_cards(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(pay=CARD)


def tap_texts(day: date, numbers: pd.Series) -> list[str]:
    """Identifiers of the taps of a day."""
    return [f"B{day:%Y%m%d}{number:07d}" for number in numbers.tolist()]


def _texts(day: date, here: Network, rows: pd.DataFrame) -> pd.DataFrame:
    columns = (
        tap_texts(day, rows["tap"]), user_texts(rows["user"]), np.array(PAYS, dtype=object)[rows["pay"].to_numpy(np.int64)],
        here.route[rows["route"].to_numpy(np.int64)], trip_texts(here, rows["route"], rows["direction"], rows["trip"]),
        day_text(rows["service"].to_numpy(np.int64)), np.append(here.stop, "")[rows["stop"].to_numpy(np.int64)],
        time_text(rows["at_ds"], tenths=False),
    )  # fmt: skip
    return pd.DataFrame(dict(zip(HEADER, columns, strict=True)), dtype=object)


def _form(day: date, here: Network) -> Form:
    return Form(
        "bus tap", DEPARTMENT, FEED, HEADER, partial(_texts, day, here), _WRONG, ("刷卡时间", last_digit_changed),
        encoding="gb18030", line_end="\r\n", removable="线路", mistaken=_all_cards,
    )  # fmt: skip
